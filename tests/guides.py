"""Guides in docs/: what a reader pastes, run against a server."""

from __future__ import annotations

import io
import re
import shlex
import subprocess
from contextlib import redirect_stdout
from pathlib import Path

from django.conf import settings
from django.core.management import call_command


def page(name: str) -> str:
    return (Path(settings.BASE_DIR) / "docs" / name).read_text(encoding="utf-8")


def blocks(text: str, *, but: str = "") -> list[tuple[str, str]]:
    """Language and code of each block, without those that hold `but`."""
    found = re.findall(r"^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [(language, code) for language, code in found if not but or but not in code]


def run(language: str, code: str) -> str:
    output = io.StringIO()
    if language == "python":
        with redirect_stdout(output):
            exec(compile(code, "a guide", "exec"), {})  # noqa: S102 - the page's own code
        return output.getvalue()
    words = shlex.split(code)
    if words[:2] == ["./run", "manage"]:
        call_command(*words[2:], stdout=output)
        return output.getvalue()
    assert words[0] == "curl"
    return subprocess.run(
        [*words, "--silent", "--fail", "--noproxy", "*"], capture_output=True, check=True, text=True
    ).stdout
