"""The three endpoints. Each answers with `Answer.as_dict()`; errors become problem+json in the exception handler."""

from __future__ import annotations

import uuid
from contextlib import suppress
from typing import Any, ClassVar

from django.conf import settings
from django.utils.decorators import method_decorator
from django.utils.translation import activate, get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.permissions import IsAdminUser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from recommender.api.authentication import PasswordAuthentication
from recommender.api.parameters import (
    ExternalIdField,
    LanguageField,
    Parameters,
    RecommendationParameters,
    SimilarParameters,
)
from recommender.selectors.named import catalog_named, item_named, profile_named
from recommender.services.answers import find_answer
from recommender.services.recommending import recommend
from recommender.services.similar import similar_items


@method_decorator(never_cache, name="dispatch")
class Endpoint(APIView):
    """Staff only. The language of answers and of errors is `lang`, else what the request's header prefers."""

    # The first one decides what a stranger is told: a program learns that it may sign in (401), not merely "no".
    authentication_classes = (PasswordAuthentication, SessionAuthentication)
    permission_classes = (IsAdminUser,)
    parameters: ClassVar[type[Parameters]] = Parameters

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        # What is wrong with it is said by `asked`, together with whatever else is wrong.
        with suppress(ValidationError):
            activate(LanguageField().run_validation(request.query_params.get("lang", get_language())))
        super().initial(request, *args, **kwargs)

    def asked(self) -> dict[str, Any]:
        """The parameters, checked. Raises ValidationError with a sentence for each that is wrong."""
        parameters = self.parameters(data=self.request.query_params.dict())
        parameters.is_valid(raise_exception=True)
        return dict(parameters.validated_data)


class RecommendationsView(Endpoint):
    parameters = RecommendationParameters

    def get(self, request: Request) -> Response:
        asked = self.asked()
        catalog = catalog_named(asked["catalog"])
        answer = recommend(
            catalog=catalog,
            profile=profile_named(catalog, asked["profile"]) if "profile" in asked else None,
            statement=asked["statement"],
            k=asked.get("k"),
            scenario=asked["scenario"],
            language=reader_language(),
        )
        return Response(answer.as_dict())


class SimilarItemsView(Endpoint):
    parameters = SimilarParameters

    def get(self, request: Request, external_id: str) -> Response:
        asked = self.asked()
        try:
            external_id = ExternalIdField().run_validation(external_id)
        except ValidationError as error:
            raise ValidationError({"external_id": error.detail}) from error
        item = item_named(catalog_named(asked["catalog"]), external_id)
        answer = similar_items(item=item, k=asked.get("k"), language=reader_language())
        return Response(answer.as_dict())


class GivenAnswerView(Endpoint):
    """An answer read again, as it was given."""

    def get(self, request: Request, request_id: uuid.UUID) -> Response:
        self.asked()
        answer = find_answer(request_id)
        if answer is None:
            raise NotFound(_("There is no answer with the id %(id)s.") % {"id": request_id})
        return Response(answer.as_dict())


def reader_language() -> str:
    return get_language() or settings.LANGUAGE_CODE
