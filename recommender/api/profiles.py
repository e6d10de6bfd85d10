"""Profiles: listed, read, made, changed and erased one by one. A signed-in person knows their own as `me`."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from recommender.api.access import ME, Scope
from recommender.api.endpoint import Endpoint, reader_language
from recommender.api.entity_tags import tagged_answer
from recommender.api.pagination import PageParameters, page_of
from recommender.api.parameters import LONGEST_EXTERNAL_ID, Parameters
from recommender.api.privacy import ErasesProfile
from recommender.api.profile_documents import (
    ANSWERED,
    PATCHED,
    REPLACED,
    SENT,
    ProfileListSerializer,
    ProfilePatchSerializer,
    ProfileReplacementSerializer,
    ProfileSerializer,
    profile_content,
)
from recommender.api.row_answers import raise_if_refused, refusals_raised, status_of
from recommender.api.schema import described
from recommender.api.seen_state import condition_of
from recommender.services import editing
from recommender.services.own_profiles import own_profile
from recommender.services.profile_writing import profile_row, upsert_profiles
from users.erasures import Way
from users.models import Profile

TAG = "profiles"
# What people may say of themselves; labels and attributes are the program's.
OWN_FIELDS = ("name", "statement", "language", "personalise")


class ProfileListParameters(PageParameters):
    updated_since = serializers.DateTimeField(
        required=False, help_text=_("What was made or changed at that time or later.")
    )
    label = serializers.CharField(  # type: ignore[assignment]  # a field, where the class itself has a text
        required=False, max_length=LONGEST_EXTERNAL_ID, help_text=_("Profiles with this label.")
    )


class ProfileWriteParameters(Parameters):
    consent = serializers.BooleanField(
        default=False,
        help_text=_("People who were erased have agreed to come back; without it, they are refused."),
    )


class Profiles(Endpoint):
    scopes = {"GET": Scope.READ, "POST": Scope.PROFILES}
    parameters_by_method = {"GET": ProfileListParameters, "POST": ProfileWriteParameters}

    @described(
        name="list_profiles",
        summary=_("List profiles"),
        description=_("In the order in which they were made."),
        tag=TAG,
        answers={200: ProfileListSerializer},
        parameters=ProfileListParameters,
    )
    def get(self, request: Request) -> Response:
        asked = self.asked()
        profiles = Profile.objects.filter(catalog=self.caller.catalog)
        if "updated_since" in asked:
            profiles = profiles.filter(updated_at__gte=asked["updated_since"])
        if "label" in asked:
            profiles = profiles.filter(labels__contains=[asked["label"]])
        return Response(page_of(profiles, order=["pk"], asked=asked).as_dict(profile_content))

    @described(
        name="write_profile",
        summary=_("Make a profile, or change one"),
        description=_(
            "Makes the profile, or changes what the body mentions of the one that is there. Attributes are merged by "
            "name; one that is null goes away."
        ),
        tag=TAG,
        request=ProfileSerializer,
        parameters=ProfileWriteParameters,
        answers={200: ProfileSerializer, 201: ProfileSerializer},
        idempotent=True,
        examples=[SENT, ANSWERED],
    )
    def post(self, request: Request) -> Response:
        consent = consent_of(self.asked())
        with refusals_raised():
            row = profile_row(0, request.data)
        (written,) = upsert_profiles(catalog=self.caller.catalog, rows=[row], consent=consent)
        raise_if_refused(written)
        return _answer(request, self.caller.profile(written.external_id), status=status_of(written))


class ProfileOfId(ErasesProfile, Endpoint):
    scopes = {"GET": Scope.READ, "PUT": Scope.PROFILES, "PATCH": Scope.PROFILES, "DELETE": Scope.PROFILES}
    open_to_people = frozenset({"GET", "PATCH", "DELETE"})
    parameters_by_method = {"PUT": ProfileWriteParameters}

    @described(
        name="read_profile",
        summary=_("Read a profile"),
        tag=TAG,
        answers={200: ProfileSerializer},
        conditional=True,
        examples=[ANSWERED],
    )
    def get(self, request: Request, external_id: str) -> Response:
        self.asked()
        return _answer(request, self.caller.profile(external_id))

    @described(
        name="replace_profile",
        summary=_("Make a profile, or replace one"),
        description=_("The profile is what the body says; what it leaves out is as if nobody had ever said it."),
        tag=TAG,
        request=ProfileReplacementSerializer,
        parameters=ProfileWriteParameters,
        answers={200: ProfileSerializer, 201: ProfileSerializer},
        conditional=True,
        idempotent=True,
        examples=[REPLACED, ANSWERED],
    )
    def put(self, request: Request, external_id: str) -> Response:
        what = editing.profiles(consent=consent_of(self.asked()))
        with refusals_raised():
            written = editing.replace(
                what,
                catalog=self.caller.catalog,
                external_id=external_id,
                body=request.data,
                condition=condition_of(request, profile_content),
            )
        raise_if_refused(written)
        return _answer(request, self.caller.profile(external_id), status=status_of(written))

    @described(
        name="change_profile",
        summary=_("Change a profile"),
        description=_(
            "A JSON merge patch (RFC 7396): what is not mentioned stays, null takes an attribute away or sets a field "
            "back, lists are replaced. People change their own name, statement, language and personalise."
        ),
        tag=TAG,
        request=ProfilePatchSerializer,
        answers={200: ProfileSerializer},
        conditional=True,
        idempotent=True,
        examples=[PATCHED, ANSWERED],
    )
    def patch(self, request: Request, external_id: str) -> Response:
        self.asked()
        what = editing.profiles()
        if self.caller.own_profile_only:
            what = what.restricted_to(OWN_FIELDS)
        profile = acting_profile(self, external_id)
        with refusals_raised():
            written = editing.patch(
                what,
                catalog=self.caller.catalog,
                external_id=profile,
                body=request.data,
                condition=condition_of(request, profile_content),
            )
        raise_if_refused(written)
        return _answer(request, self.caller.profile(external_id))


def consent_of(asked: dict[str, Any]) -> Way | None:
    return Way.API if asked["consent"] else None


def acting_profile(endpoint: Endpoint, external_id: str) -> str:
    """The external id of who acts: a person's own profile is made by the first thing that they do."""
    caller = endpoint.caller
    if caller.own_profile_only and external_id == ME and caller.user is not None:
        return own_profile(catalog=caller.catalog, user=caller.user, language=reader_language()).external_id
    if caller.own_profile_only:
        # Raises NotInCatalog: nobody else is their business.
        return caller.profile(external_id).external_id
    return external_id


def _answer(request: Request, profile: Profile, *, status: int = HTTPStatus.OK) -> Response:
    return tagged_answer(request, profile_content(profile), status=status)
