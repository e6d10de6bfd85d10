"""Where a request comes from, as far as that can be believed."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest

# Who has one address of such a network has all of them.
IPV6_NETWORK = 64


def client_address(request: HttpRequest) -> str | None:
    """The client's address, an IPv6 address without its last half; None where it is not known.

    Behind GENRE_PROXY_COUNT proxies it is what the outermost of them saw. What stands further left in
    X-Forwarded-For was written by the client, and means nothing.
    """
    seen_by_proxies = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    count = settings.GENRE_PROXY_COUNT
    # A header that is too short did not come through all proxies.
    if 0 < count <= len(seen_by_proxies) and (address := _parsed(seen_by_proxies[-count])):
        return address
    return _parsed(request.META.get("REMOTE_ADDR", ""))


def _parsed(text: str) -> str | None:
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        # A unix socket has none.
        return None
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.IPv6Network((address, IPV6_NETWORK), strict=False).network_address)
    return str(address)
