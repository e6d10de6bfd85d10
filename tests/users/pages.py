"""What tests look at on a page with a form."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any


class Page(HTMLParser):
    """The parts of an HTML page that make a form usable."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.inputs: list[dict[str, str]] = []
        self.label_targets: set[str] = set()
        self.ids: list[str] = []
        self._inside_labels = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.ids += [given["id"]] if "id" in given else []
        if tag == "label":
            self._inside_labels += 1
            self.label_targets |= {given["for"]} if "for" in given else set()
        if tag == "input" and given.get("type") != "hidden" and "hidden" not in given:
            self.inputs.append(given)
            self.label_targets |= {given.get("id", "")} if self._inside_labels else set()

    def handle_endtag(self, tag: str) -> None:
        self._inside_labels -= tag == "label"

    def field(self, name: str) -> dict[str, str]:
        return next(given for given in self.inputs if given.get("name") == name)

    def texts(self, name: str) -> list[str]:
        """What belongs to a field, hint and complaint, found as a screen reader finds it."""
        described_by = self.field(name)["aria-describedby"].split()
        texts = [re.search(rf'id="{element}"[^>]*>(.*?)</(?:ul|p)>', self.html, re.DOTALL) for element in described_by]
        return [re.sub(r"<[^>]*>", " ", text[1]).strip() for text in texts if text]

    def complaint(self, name: str) -> str:
        return self.texts(name)[-1]

    @property
    def heading(self) -> str:
        found = re.search(r"<h1>(.*?)</h1>", self.html, re.DOTALL)
        return found[1].strip() if found else ""


def page_of(response: Any, *, status: int = 200) -> Page:
    assert response.status_code == status
    return Page(response.content.decode())
