"""A visitor of the running site, over real HTTP: keeps cookies, signs in through the form that people use."""

from __future__ import annotations

import html
import http.client
import re
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from http.cookiejar import CookieJar

TIMEOUT_SECONDS = 60.0
TOKEN_PATTERN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
TITLE_PATTERN = re.compile(r"<title>(.*?)</title>", re.DOTALL)


@dataclass(frozen=True)
class Page:
    status: int
    url: str
    text: str

    @property
    def title(self) -> str:
        found = TITLE_PATTERN.search(self.text)
        return " ".join(html.unescape(found[1]).split()) if found else ""


class Visitor:
    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        # No proxy: the site is on this machine, whatever the person's environment says.
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(CookieJar())
        )

    def get(self, path: str) -> Page:
        return self._open(urllib.parse.urljoin(self.base_url, path))

    def sign_in(self, path: str, *, username: str, password: str) -> Page:
        """Fills in the form at this path; returns the page behind it, or the form again when it refuses."""
        form = self.get(path)
        token = TOKEN_PATTERN.search(form.text)
        fields = {"username": username, "password": password, "csrfmiddlewaretoken": token[1] if token else ""}
        return self._open(form.url, body=urllib.parse.urlencode(fields).encode())

    def _open(self, url: str, *, body: bytes | None = None) -> Page:
        request = urllib.request.Request(url, data=body, headers={"Referer": url})  # noqa: S310 - ./run's own address
        try:
            with self._opener.open(request, timeout=TIMEOUT_SECONDS) as response:
                return _page(response.status, response.url, response.read())
        except urllib.error.HTTPError as refusal:
            with refusal:
                return _page(refusal.code, refusal.url, refusal.read())
        except (OSError, http.client.HTTPException) as error:
            return Page(0, request.full_url, f"no answer: {error}")


def _page(status: int, url: str, body: bytes) -> Page:
    return Page(status, url, body.decode("utf-8", "replace"))
