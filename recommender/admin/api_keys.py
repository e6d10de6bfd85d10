"""Keys of programs: made here, shown once, looked at and revoked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Field, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache

from catalog.lean_admin import LeanAdmin
from recommender.admin.states import BAD, GOOD, PENDING
from recommender.models import ApiKey, Scope
from recommender.services.api_keys import make_key, revoke_key
from users.models import User

if TYPE_CHECKING:
    from django.forms import CheckboxSelectMultiple
else:
    # Unfold brings no types.
    from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget as CheckboxSelectMultiple

COLOURS = {ApiKey.State.VALID: GOOD, ApiKey.State.EXPIRED: PENDING, ApiKey.State.REVOKED: BAD}


@admin.register(ApiKey)
class ApiKeyAdmin(LeanAdmin[ApiKey]):
    list_display = ("name_or_prefix", "catalog", "prefix", "opens", "last_used_at", "expires_at", "state")
    list_filter = ("catalog",)
    list_select_related = ("catalog",)
    ordering = ("-pk",)
    search_fields = ("name", "prefix", "catalog__slug")
    actions = ("revoke",)
    # What a key opens does not change: a program gets another one.
    fixed_once_made = ("catalog", "opens", "prefix", "state", "last_used_at", "created_at", "created_by")

    class Media:
        css = {"all": ("genre/dashboard.css",)}

    def get_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> list[Any]:
        return (
            ["catalog", "name", "scopes", "expires_at"]
            if obj is None
            else ["name", "expires_at", *self.fixed_once_made]
        )

    def formfield_for_dbfield(self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name != "scopes":
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        return forms.MultipleChoiceField(
            label=db_field.verbose_name, choices=Scope.choices, widget=CheckboxSelectMultiple()
        )

    def save_model(self, request: HttpRequest, obj: ApiKey, form: forms.ModelForm[ApiKey], change: bool) -> None:
        if change:
            obj.save(update_fields=["name", "expires_at"])
            return
        made, secret = make_key(
            catalog=obj.catalog,
            scopes=obj.scopes,
            name=obj.name,
            expires_at=obj.expires_at,
            created_by=request.user if isinstance(request.user, User) else None,
        )
        vars(obj).update(vars(made))
        # For the page that follows, and for nothing that is kept.
        request.made_secret = secret  # type: ignore[attr-defined]  # no request has it but this one

    def response_add(self, request: HttpRequest, obj: ApiKey, post_url_continue: str | None = None) -> HttpResponse:
        """The page that shows the secret: neither a message nor a redirect, which would keep it somewhere."""
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext_lazy("The new key"),
            "key": obj,
            "secret": request.made_secret,  # type: ignore[attr-defined]  # set by save_model
        }
        return never_cache(_page_of_secret)(request, context)

    @admin.action(description=gettext_lazy("Revoke: these keys open nothing from now on"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        now = timezone.now()
        keys = list(queryset.filter(revoked_at=None))
        for key in keys:
            revoke_key(key=key, now=now)
            self.log_change(request, key, [{"changed": {"fields": ["revoked_at"]}}])
        told = ngettext("%(count)d key is revoked.", "%(count)d keys are revoked.", len(keys))
        self.message_user(request, told % {"count": len(keys)}, messages.SUCCESS)

    @admin.display(description=gettext_lazy("name"))
    def name_or_prefix(self, key: ApiKey) -> str:
        return key.name or f"{key.prefix}…"

    @admin.display(description=gettext_lazy("opens"))
    def opens(self, key: ApiKey) -> str:
        return ", ".join(key.scopes)

    @admin.display(description=gettext_lazy("state"))
    def state(self, key: ApiKey) -> SafeString:
        state = key.state(timezone.now())
        return format_html('<span class="state state-{}">{}</span>', COLOURS[state], state.label)


def _page_of_secret(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    return TemplateResponse(request, "admin/recommender/apikey/made.html", context)
