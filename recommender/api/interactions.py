"""Interactions: what people do is recorded, read and taken back."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from recommender.api.access import ME, Caller, Scope
from recommender.api.endpoint import Endpoint
from recommender.api.interaction_documents import (
    ANSWERED,
    SENT,
    InteractionKindListSerializer,
    InteractionListSerializer,
    InteractionSerializer,
    shown_interaction,
    shown_kind,
    shown_new_interaction,
)
from recommender.api.pagination import PageParameters, page_of
from recommender.api.parameters import LONGEST_NAME, ExternalIdField, Parameters
from recommender.api.profiles import acting_profile
from recommender.api.readable import readable_item
from recommender.api.row_answers import raise_if_refused, refusals_raised, status_of
from recommender.api.schema import described
from recommender.exceptions import NotInCatalog
from recommender.models import Interaction, InteractionKind
from recommender.selectors.interactions import interactions_of, with_names
from recommender.services.interaction_rows import interaction_parser
from recommender.services.interaction_writing import record_interactions
from recommender.services.interactions import remove_interaction
from recommender.services.written_rows import Mistake, Outcome, RowRefused
from users.models import Profile

TAG = "interactions"
PROFILES = "profiles"


class HistoryParameters(PageParameters):
    item = ExternalIdField(required=False, help_text=_("Those with this item."))
    kind = serializers.CharField(required=False, max_length=LONGEST_NAME, help_text=_("Those of this kind."))
    since = serializers.DateTimeField(required=False, help_text=_("Those that happened at that time or later."))
    until = serializers.DateTimeField(required=False, help_text=_("Those that happened before that time."))


class InteractionListParameters(HistoryParameters):
    profile = ExternalIdField(required=False, help_text=_("Those of this person."))


class InteractionWriteParameters(Parameters):
    create_missing = serializers.ChoiceField(
        choices=[PROFILES],
        required=False,
        help_text=_("profiles: people who are not known yet become profiles. Items never do."),
    )


class Interactions(Endpoint):
    scopes = {"GET": Scope.READ, "POST": Scope.WRITE_INTERACTIONS}
    open_to_people = frozenset({"GET", "POST"})
    parameters_by_method = {"GET": InteractionListParameters, "POST": InteractionWriteParameters}

    @described(
        name="list_interactions",
        summary=_("List interactions"),
        description=_("Those that were recorded last come first. Signed-in people see their own."),
        tag=TAG,
        answers={200: InteractionListSerializer},
        parameters=InteractionListParameters,
    )
    def get(self, request: Request) -> Response:
        asked = self.asked()
        named = ME if self.caller.own_profile_only and "profile" not in asked else asked.get("profile")
        return Response(history(self.caller, asked, None if named is None else self.caller.profile(named)))

    @described(
        name="record_interaction",
        summary=_("Record an interaction"),
        description=_(
            "Stored once, however often it is sent: it is known by its external id; else by profile, item, kind and "
            "time; else by profile, item, kind and sequence. 201: it is new. 200: it was there, and says what was "
            "sent last. Signed-in people record their own: they name no profile, or `me`, and no external id."
        ),
        tag=TAG,
        request=InteractionSerializer,
        parameters=InteractionWriteParameters,
        answers={200: InteractionSerializer, 201: InteractionSerializer},
        idempotent=True,
        examples=[SENT, ANSWERED],
    )
    def post(self, request: Request) -> Response:
        asked = self.asked()
        now = timezone.now()
        with refusals_raised():
            row = interaction_parser(now)(0, self._record(request.data))
        (written,) = record_interactions(
            catalog=self.caller.catalog, rows=[row], create_missing="create_missing" in asked, now=now
        )
        pk = raise_if_refused(written).stored_pk
        if written.outcome == Outcome.CREATED and not written.note:
            # It is what the row says: it need not be read.
            return Response(shown_new_interaction(row, pk, now), status=HTTPStatus.CREATED)
        stored = interaction_of(self.caller, pk)
        return Response(shown_interaction(stored), status=status_of(written))

    def _record(self, sent: object) -> object:
        """What was sent, for a person with their own profile in it. Raises RowRefused, NotInCatalog."""
        if not self.caller.own_profile_only or not isinstance(sent, dict):
            return sent
        if "external_id" in sent:
            raise RowRefused([Mistake("external_id", _now("There is no such field."))])
        named = sent.get("profile", ME)
        return {**sent, "profile": acting_profile(self, named) if isinstance(named, str) else named}


class InteractionOfId(Endpoint):
    scopes = {"GET": Scope.READ, "DELETE": Scope.WRITE_INTERACTIONS}
    open_to_people = frozenset({"GET", "DELETE"})

    @described(
        name="read_interaction",
        summary=_("Read an interaction"),
        tag=TAG,
        answers={200: InteractionSerializer},
        examples=[ANSWERED],
    )
    def get(self, request: Request, interaction_id: int) -> Response:
        self.asked()
        return Response(shown_interaction(interaction_of(self.caller, interaction_id)))

    @described(
        name="delete_interaction",
        summary=_("Take an interaction back"),
        description=_("Recommendations are made from what remains."),
        tag=TAG,
        answers={204: None},
        idempotent=True,
    )
    def delete(self, request: Request, interaction_id: int) -> Response:
        self.asked()
        remove_interaction(interaction_of(self.caller, interaction_id))
        return Response(status=HTTPStatus.NO_CONTENT)


class ProfileInteractions(Endpoint):
    scopes = {"GET": Scope.READ}
    open_to_people = frozenset({"GET"})
    parameters = HistoryParameters

    @described(
        name="list_interactions_of_profile",
        summary=_("A person's history"),
        description=_("What was recorded last comes first."),
        tag=PROFILES,
        answers={200: InteractionListSerializer},
        parameters=HistoryParameters,
    )
    def get(self, request: Request, external_id: str) -> Response:
        return Response(history(self.caller, self.asked(), self.caller.profile(external_id)))


class InteractionKinds(Endpoint):
    scopes = {"GET": Scope.READ}
    open_to_people = frozenset({"GET"})
    parameters = PageParameters

    @described(
        name="list_interaction_kinds",
        summary=_("List the kinds of interaction"),
        description=_("Operators make them and weigh them."),
        tag=TAG,
        answers={200: InteractionKindListSerializer},
        parameters=PageParameters,
    )
    def get(self, request: Request) -> Response:
        kinds = InteractionKind.objects.filter(catalog=self.caller.catalog)
        return Response(page_of(kinds, order=["name"], asked=self.asked()).as_dict(shown_kind))


def interaction_of(caller: Caller, pk: int) -> Interaction:
    """Raises NotInCatalog where it is not there, or not the caller's business."""
    found = with_names(Interaction.objects.filter(catalog=caller.catalog, pk=pk))
    if caller.own_profile_only:
        found = found.filter(profile__user=caller.user)
    interaction = found.first()
    if interaction is None:
        raise NotInCatalog(_now("There is no interaction %(id)d here.") % {"id": pk})
    return interaction


def history(caller: Caller, asked: Mapping[str, Any], profile: Profile | None) -> dict[str, object]:
    """A page of what was done, by checked parameters."""
    found = interactions_of(
        caller.catalog,
        profile=profile,
        item=readable_item(caller, asked["item"]) if "item" in asked else None,
        kind=asked.get("kind"),
        since=asked.get("since"),
        until=asked.get("until"),
    )
    return page_of(found, order=["-pk"], asked=asked).as_dict(shown_interaction)
