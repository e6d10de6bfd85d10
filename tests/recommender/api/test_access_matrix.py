"""Every endpoint of /api/v1, as the addresses list them, against everybody whose business it is not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.forms.models import model_to_dict
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from catalog.models import Catalog, Item
from recommender.api.access import Scope
from recommender.api.endpoint import Endpoint
from recommender.models import Interaction, Slate
from recommender.services.api_keys import make_key, revoke_key
from recommender.services.slates import maintain_partitions
from tests.conftest import MakeItem, MakeProfile, act
from tests.recommender.api.conftest import MakeProgram
from users.models import Profile, User

ROOT = "api/v1/"
METHODS = ("get", "post", "put", "patch", "delete")
# Open to everybody: they describe the API.
PUBLIC = {"schema", "docs", "reference"}
# Somebody's own, which no answer to anybody else may hold. Items are everybody's who may read the catalog.
SECRET = "planted-secret"
ID = "planted"


@dataclass(frozen=True)
class Call:
    """One method of one address; `parameters` are the path's, with their converters' names."""

    name: str
    method: str
    route: str
    parameters: tuple[tuple[str, str], ...]
    view: type[Any]

    @property
    def scope(self) -> Scope | None:
        return getattr(self.view, "scopes", {}).get(self.method.upper())

    @property
    def is_open_to_people(self) -> bool:
        return self.method.upper() in getattr(self.view, "open_to_people", ())


def calls(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[Call]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            if route.startswith(ROOT) or ROOT.startswith(route):
                yield from calls(pattern.url_patterns, route)
        elif route.startswith(ROOT) and pattern.name not in PUBLIC:
            view = pattern.callback.cls  # type: ignore[attr-defined]  # every view here is a class
            converters = pattern.pattern.converters.items()
            named = tuple((name, _converter_name(pattern, name)) for name, _converter in converters)
            for method in METHODS:
                if hasattr(view, method):
                    yield Call(str(pattern.name), method, route, named, view)


def _converter_name(pattern: URLPattern, name: str) -> str:
    route = str(pattern.pattern)
    return route[: route.index(f":{name}>")].rpartition("<")[2]


CALLS = list(calls(get_resolver().url_patterns))
every_call = pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{call.method} {call.route}")


@dataclass(frozen=True)
class Planted:
    """What there is in the catalog of films: an item and a profile of the same id, what one did, and an answer."""

    interaction: Interaction
    slate: Slate

    def address(self, call: Call) -> str:
        values = {"any_text": ID, "str": ID, "slug": "home", "int": self.interaction.pk, "uuid": self.slate.pk}
        address = call.route
        for name, converter in call.parameters:
            address = address.replace(f"<{converter}:{name}>", str(values[converter]))
        assert "<" not in address
        return f"/{address}"


@pytest.fixture
def planted(catalog: Catalog, make_item: MakeItem, make_profile: MakeProfile) -> Planted:
    profile = make_profile(ID, name=SECRET, statement=SECRET, labels=[SECRET])
    interaction = act(profile, make_item(ID))
    maintain_partitions(now=timezone.now())
    slate = Slate.objects.create(
        catalog=catalog, scenario="home", profile=profile, basis="statement", statement=SECRET, requested_length=1
    )
    return Planted(interaction, slate)


@pytest.fixture
def person(charlie: User, catalog: Catalog, make_profile: MakeProfile) -> Client:
    """Signed in, known in the catalog, and not whom it is about."""
    Catalog.objects.update(on_site=True)
    make_profile("account-charlie", user=charlie)
    client = Client()
    client.force_login(charlie)
    return client


def send(client: Client, call: Call, address: str, body: str = "{}") -> Any:
    return client.generic(call.method.upper(), address, body, content_type="application/json")


def state() -> list[dict[str, Any]]:
    """All that is in the catalog of films."""
    models = (Item, Profile, Interaction, Slate)
    return [
        model_to_dict(row) for model in models for row in model.objects.filter(catalog__slug="films").order_by("pk")
    ]


def assert_refused(answered: Any, status: int) -> None:
    assert (answered.status_code, answered.headers["Content-Type"]) == (status, "application/problem+json")
    assert SECRET not in answered.content.decode()


def test_addresses_were_found() -> None:
    assert {"recommendations", "given_answer", "similar_items"} <= {call.name for call in CALLS}


@every_call
def test_every_method_of_every_endpoint_takes_a_scope(call: Call) -> None:
    assert issubclass(call.view, Endpoint)
    assert call.scope in Scope


@every_call
def test_without_a_key_nothing_is_told(call: Call, planted: Planted) -> None:
    before = state()
    answered = send(Client(), call, planted.address(call))
    assert_refused(answered, 401)
    assert answered.headers["WWW-Authenticate"] == 'Bearer realm="GENRE"'
    assert state() == before


@every_call
def test_expired_and_revoked_keys_open_nothing(call: Call, planted: Planted, catalog: Catalog) -> None:
    now = timezone.now()
    before = state()
    _expired, of_expired = make_key(catalog=catalog, scopes=Scope.values, expires_at=now - timedelta(seconds=1))
    revoked, of_revoked = make_key(catalog=catalog, scopes=Scope.values)
    revoke_key(key=revoked, now=now)
    for secret in (of_expired, of_revoked):
        assert_refused(send(Client(headers={"X-API-Key": secret}), call, planted.address(call)), 401)
    assert state() == before


@every_call
def test_other_scopes_do_not_open_it(call: Call, planted: Planted, program: MakeProgram) -> None:
    before = state()
    others = [scope for scope in Scope.values if scope not in (call.scope, Scope.ADMIN)]
    answered = send(program(*(others or [Scope.READ])), call, planted.address(call))
    # What only `admin` opens is opened by no other.
    assert_refused(answered, 403)
    assert f"“{call.scope}”" in answered.json()["detail"]
    assert state() == before


@every_call
def test_key_of_another_catalog_sees_and_changes_nothing_here(
    call: Call, planted: Planted, program: MakeProgram, other_catalog: Catalog
) -> None:
    before = state()
    stranger = program(Scope.ADMIN, catalog=other_catalog)
    answered = send(stranger, call, planted.address(call))
    assert answered.status_code < 500
    assert SECRET not in answered.content.decode()
    if call.method == "get" and any(converter in ("any_text", "int", "uuid") for _name, converter in call.parameters):
        assert_refused(answered, 404)
    assert_refused(send(stranger, call, f"{planted.address(call)}?catalog=films"), 404)
    assert state() == before


@every_call
@pytest.mark.parametrize("is_staff", [False, True], ids=["person", "staff without rights"])
def test_somebody_else_who_is_signed_in_gets_nothing_of_it(
    call: Call, planted: Planted, person: Client, charlie: User, is_staff: bool
) -> None:
    User.objects.filter(pk=charlie.pk).update(is_staff=is_staff)
    before = state()
    about = f'{{"profile": "{ID}"}}' if call.method != "get" else ""
    for query in ("?catalog=films", f"?catalog=films&profile={ID}"):
        answered = send(person, call, planted.address(call) + query, about)
        assert answered.status_code < 500
        assert SECRET not in answered.content.decode()
        if not call.is_open_to_people:
            assert_refused(answered, 403)
    # An answer that is given to somebody about themselves is logged.
    assert [row for row in state() if row in before] == before
