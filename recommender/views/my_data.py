"""One's own data: downloaded, and erased; of one catalog, or with an account all of it."""

from __future__ import annotations

import uuid
from http import HTTPStatus

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from recommender.exceptions import NotInCatalog
from recommender.services.erasing import erase_account, erase_profile
from recommender.services.exporting import export_account, export_profile
from recommender.services.receipts import find_receipt, receipt
from recommender.services.visitor_sessions import SESSION_PROFILES
from recommender.views.erasure_forms import AccountErasureForm, ProfileErasureForm
from recommender.views.visitors import visible_catalog, visitor_of
from users.models import Erasure, Profile, User, Way

FILE_NAME = "genre-my-data.json"


@require_safe
@never_cache
def download(request: HttpRequest, slug: str) -> HttpResponse | StreamingHttpResponse:
    """The visitor's profile in this catalog, as a file."""
    own = _own_profile(request, slug)
    return _file(StreamingHttpResponse(export_profile(profile=own, now=timezone.now())))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def erase(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask whether it is meant, and erase the visitor's profile in this catalog."""
    own = _own_profile(request, slug)
    form = ProfileErasureForm(_posted(request), label_suffix="")
    if request.method != "POST" or not form.is_valid():
        status = HTTPStatus.BAD_REQUEST if request.method == "POST" else HTTPStatus.OK
        return render(request, "erase_profile.html", {"catalog": own.catalog, "form": form}, status=status)
    try:
        erasure = erase_profile(profile=own, way=Way.SITE)
    except NotInCatalog as error:
        # Another tab was quicker.
        raise Http404 from error
    _forget_visitor(request, own)
    return _to_receipt(erasure)


@login_required
@require_safe
@never_cache
def download_account(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    return _file(StreamingHttpResponse(export_account(user=_user(request), now=timezone.now())))


@sensitive_post_parameters("password")
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def erase_own_account(request: HttpRequest) -> HttpResponse:
    """Ask for the password, and erase the account with its profiles in all catalogs.

    That of staff is ended by other staff: what the installation is steered with would be gone by a slip.
    """
    user = _user(request)
    form = AccountErasureForm(_posted(request), request=request, user=user, label_suffix="")
    if request.method == "POST" and not user.is_staff and form.is_valid():
        erasure = erase_account(user=user, way=Way.SITE)
        logout(request)
        return _to_receipt(erasure)
    status = HTTPStatus.BAD_REQUEST if request.method == "POST" else HTTPStatus.OK
    return render(request, "account/erase.html", {"form": form}, status=status)


@require_safe
@never_cache
def erased(request: HttpRequest, erasure_id: uuid.UUID) -> HttpResponse:
    """A receipt, for whoever has its address: it says of nobody."""
    erasure = find_receipt(erasure_id)
    if erasure is None:
        raise Http404
    shown = [(one, receipt(one)) for one in (erasure, *erasure.parts.all())]
    return render(request, "erased.html", {"shown": shown})


def _posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, were it nothing; None for whoever only looks."""
    return request.POST if request.method == "POST" else None


def _own_profile(request: HttpRequest, slug: str) -> Profile:
    own = visitor_of(request, visible_catalog(request, slug)).own
    if own is None:
        raise Http404
    return own


def _user(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def _file(response: StreamingHttpResponse) -> StreamingHttpResponse:
    response["Content-Type"] = "application/json"
    response["Content-Disposition"] = f'attachment; filename="{FILE_NAME}"'
    return response


def _forget_visitor(request: HttpRequest, own: Profile) -> None:
    """A session of its own for what comes; what the visitor is in other catalogs goes along."""
    remembered = request.session.get(SESSION_PROFILES, {})
    elsewhere = {catalog: profile for catalog, profile in remembered.items() if profile != own.pk}
    logout(request)
    if elsewhere:
        request.session[SESSION_PROFILES] = elsewhere


def _to_receipt(erasure: Erasure) -> HttpResponse:
    return redirect("recommender:erased", erasure.pk)
