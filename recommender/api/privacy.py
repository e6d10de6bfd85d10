"""What a person may ask of their own data: to join it, to have it, to have it erased."""

from __future__ import annotations

import uuid
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.request import Request
from rest_framework.response import Response

from recommender.api.access import Scope
from recommender.api.endpoint import Endpoint
from recommender.api.erasure_documents import MERGE, RECEIPT, ExportSerializer, MergeSerializer, ReceiptSerializer
from recommender.api.profile_documents import ProfileSerializer, profile_content
from recommender.api.schema import described
from recommender.exceptions import InvalidRequest, NotInCatalog
from recommender.services.erasing import erase_profile
from recommender.services.exporting import export_profile
from recommender.services.merging import merge_profiles
from recommender.services.receipts import find_receipt, receipt
from users.models import Way

TAG = "profiles"
FILE_NAME = "personal-data.json"


class ProfileMerge(Endpoint):
    scopes = {"POST": Scope.PROFILES}

    @described(
        name="merge_profiles",
        summary=gettext_lazy("Join two profiles of one person"),
        description=gettext_lazy(
            "What somebody did before they signed in becomes theirs: interactions and answers move with their ids. Of "
            "own words, name and attributes those of `into` stay where it has any."
        ),
        tag=TAG,
        request=MergeSerializer,
        answers={200: ProfileSerializer},
        idempotent=True,
        examples=[MERGE],
    )
    def post(self, request: Request) -> Response:
        self.asked()
        asked = self.body(MergeSerializer)
        if asked["from"] == asked["into"]:
            raise InvalidRequest(_("A profile cannot be merged into itself."))
        into = self.caller.profile(asked["into"])
        merged = merge_profiles(source=self.caller.profile(asked["from"]), into=into)
        return Response(profile_content(merged))


class ProfileExport(Endpoint):
    scopes = {"GET": Scope.PROFILES}
    open_to_people = frozenset({"GET"})

    @described(
        name="export_profile",
        summary=gettext_lazy("Export everything that is known of a person"),
        description=gettext_lazy(
            "One document for people and programs: each section says what its rows are, and items are named. It is "
            "sent while it is read; if it breaks off, ask again."
        ),
        tag=TAG,
        answers={200: ExportSerializer},
    )
    def get(self, request: Request, external_id: str) -> StreamingHttpResponse:
        self.asked()
        document = export_profile(profile=self.caller.profile(external_id), now=timezone.now())
        return StreamingHttpResponse(
            document,
            content_type="application/json",
            headers={"Content-Disposition": f'attachment; filename="{FILE_NAME}"'},
        )


class Receipt(Endpoint):
    scopes = {"GET": Scope.PROFILES}
    open_to_people = frozenset({"GET"})

    @described(
        name="read_erasure",
        summary=gettext_lazy("Read the receipt of an erasure"),
        description=gettext_lazy("It says by now when what was trained forgot the person."),
        tag=TAG,
        answers={200: ReceiptSerializer},
        examples=[RECEIPT],
    )
    def get(self, request: Request, erasure_id: uuid.UUID) -> Response:
        self.asked()
        found = find_receipt(erasure_id)
        if found is None or found.catalog != self.caller.catalog:
            raise NotInCatalog(_("There is no erasure %(id)s.") % {"id": erasure_id})
        return Response(receipt(found))


if TYPE_CHECKING:
    _Mixin = Endpoint
else:
    _Mixin = object


class ErasesProfile(_Mixin):
    """DELETE of a profile's address, which other methods have, too: mixed into their endpoint."""

    @described(
        name="erase_profile",
        summary=gettext_lazy("Erase a person"),
        description=gettext_lazy(
            "Everything about them, in one transaction. The answer is a receipt, which can be read again. Whoever "
            "sends the same id later is refused, unless they say that the person has consented (`consent=true`)."
        ),
        tag=TAG,
        answers={200: ReceiptSerializer},
        idempotent=True,
        examples=[RECEIPT],
    )
    def delete(self, request: Request, external_id: str) -> Response:
        self.asked()
        erasure = erase_profile(profile=self.caller.profile(external_id), way=Way.API)
        return Response(receipt(erasure), status=HTTPStatus.OK)
