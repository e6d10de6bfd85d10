"""The home page: a question, and the recommendations that answer it. Open to everybody; no JavaScript."""

from __future__ import annotations

from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from catalog.models import Catalog
from recommender.exceptions import NotInCatalog
from recommender.services.answers import Answer, Basis
from recommender.services.recommending import recommend
from recommender.views.cards import cards_of
from recommender.views.question import Question
from recommender.views.visitors import simulated_profiles, visible_catalogs
from users.models import Profile


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Ask and answer in one address, so that an answer can be bookmarked; five queries beside the recommender's."""
    catalogs = list(visible_catalogs(request.user))
    if not catalogs:
        has_hidden = Catalog.objects.filter(items__isnull=False).exists()
        return render(request, "home_empty.html", {"has_hidden_catalogs": has_hidden})
    slug = request.GET.get("catalog", catalogs[0].slug)
    catalog = next((candidate for candidate in catalogs if candidate.slug == slug), None)
    context: dict[str, object] = {"catalogs": catalogs, "catalog": catalog, "asked_catalog": slug}
    if catalog is None:
        return render(request, "home.html", context, status=HTTPStatus.NOT_FOUND)
    question = Question({**request.GET.dict(), "catalog": slug}, profiles=simulated_profiles().filter(catalog=catalog))
    context["question"] = question
    if not question.is_valid():
        return render(request, "home.html", context, status=HTTPStatus.BAD_REQUEST)
    language = get_language() or settings.LANGUAGE_CODE
    profile, statement = question.chosen_profile, question.cleaned_data["statement"]
    try:
        answer = recommend(catalog=catalog, profile=profile, statement=statement, language=language)
    except NotInCatalog as error:
        return render(request, "home.html", {**context, "problem": str(error)}, status=HTTPStatus.NOT_FOUND)
    context |= {
        "answer": answer,
        "cards": cards_of(answer, catalog=catalog, language=language),
        "said": _words_used(answer, profile, statement),
    }
    return render(request, "home.html", context)


def _words_used(answer: Answer, profile: Profile | None, statement: str) -> str:
    """The words that the answer was made from: the visitor's, or else the profile's own."""
    if answer.basis not in (Basis.STATEMENT, Basis.HISTORY_AND_STATEMENT):
        return ""
    return statement or (profile.statement if profile else "")
