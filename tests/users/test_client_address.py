"""Where a request comes from: nothing that a client can write itself is believed."""

from __future__ import annotations

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from users.client_address import client_address


@pytest.mark.parametrize(
    ("proxies", "forwarded", "seen", "address"),
    [
        (0, "", "198.51.100.7", "198.51.100.7"),
        (0, "192.0.2.1", "198.51.100.7", "198.51.100.7"),
        (1, "192.0.2.1", "10.0.0.1", "192.0.2.1"),
        (1, "6.6.6.6, 192.0.2.1", "10.0.0.1", "192.0.2.1"),
        (2, "6.6.6.6, 192.0.2.1, 10.0.0.2", "10.0.0.1", "192.0.2.1"),
        (2, "192.0.2.1", "10.0.0.1", "10.0.0.1"),
        (1, "", "10.0.0.1", "10.0.0.1"),
        (1, "nonsense", "10.0.0.1", "10.0.0.1"),
        (1, "192.0.2.1", "", "192.0.2.1"),
        (0, "", "", None),
        (0, "", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        (0, "", "::ffff:198.51.100.7", "198.51.100.7"),
    ],
)
def test_is_what_the_outermost_proxy_saw(
    settings: Settings, proxies: int, forwarded: str, seen: str, address: str | None
) -> None:
    settings.GENRE_PROXY_COUNT = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    assert client_address(RequestFactory().get("/", REMOTE_ADDR=seen, headers=headers)) == address
