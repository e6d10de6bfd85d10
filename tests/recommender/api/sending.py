"""Sending JSON as a program does."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from django.test import Client

ROOT = "/api/v1/"


def address(*parts: object) -> str:
    """An address whose parts are written as addresses have them: slashes, blanks and percent signs escaped."""
    return ROOT + "/".join(quote(str(part), safe="") for part in parts)


def send(client: Client, method: str, where: str, body: object = None, **headers: str) -> Any:
    """`where` below the root, or from it."""
    path = where if where.startswith("/") else ROOT + where
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.generic(method.upper(), path, text, content_type="application/json", headers=headers)


def faults(answered: Any) -> dict[str, str]:
    """What a problem says of each field."""
    assert answered.headers["Content-Type"] == "application/problem+json"
    return {error["field"]: error["detail"] for error in answered.json()["errors"]}
