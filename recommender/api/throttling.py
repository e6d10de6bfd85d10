"""How many requests a key, a person or an address may send, and what they are told of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from rest_framework.exceptions import Throttled

from recommender.api.permissions import Grant
from recommender.services.request_counts import count_request
from users.client_address import client_address


class Rate(Protocol):
    """So many requests in a window of so many seconds (genre_site/env.py)."""

    @property
    def count(self) -> int: ...
    @property
    def seconds(self) -> int: ...


@dataclass(frozen=True)
class Standing:
    """How a caller stands in their window."""

    policy: str
    rate: Rate
    left: int
    seconds_left: int

    def tell(self, response: HttpResponseBase) -> None:
        """In headers, as draft-ietf-httpapi-ratelimit-headers writes them."""
        response["RateLimit-Policy"] = f'"{self.policy}";q={self.rate.count};w={self.rate.seconds}'
        response["RateLimit"] = f'"{self.policy}";r={max(self.left, 0)};t={self.seconds_left}'


def standing_of(grant: Grant) -> Standing | None:
    """Count a request of somebody known; None without a limit."""
    if grant.key is not None:
        return _standing("key", settings.GENRE_API_RATE, grant.key.prefix)
    if grant.own_profile_only:
        return _standing("person", settings.GENRE_API_RATE_PERSON, str(grant.user and grant.user.pk))
    return _standing("staff", settings.GENRE_API_RATE, str(grant.user and grant.user.pk))


def standing_of_refused(request: HttpRequest) -> Standing | None:
    """Count a request that was refused for want of a key: whoever tries keys or asks in vain is slowed down."""
    address = client_address(request)
    return None if address is None else _standing("refused", settings.GENRE_API_RATE_REFUSED, address)


def check(standing: Standing | None) -> None:
    """Raises Throttled."""
    if standing is not None and standing.left < 0:
        raise Throttled(standing.seconds_left)


def _standing(policy: str, rate: Rate | None, who: str) -> Standing | None:
    counted = None if rate is None else count_request(f"{policy} {who}", window_seconds=rate.seconds)
    if rate is None or counted is None:
        return None
    return Standing(policy, rate, left=rate.count - counted.number, seconds_left=counted.seconds_left)
