"""What the pages of profiles show of what is recommended; the app of users itself knows of none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import localize
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from catalog.models import Item
from recommender.admin.bases import basis_label
from recommender.admin.erasures import ErasingProfileAdmin
from recommender.admin.links import item_ids_by_name, list_link, page_link
from recommender.admin.results import results_table
from recommender.admin.space_comparison import comparison_address, may_compare
from recommender.admin.tables import html_table
from recommender.exceptions import NotInCatalog
from recommender.models import Slate
from recommender.services.answers import Notice
from recommender.services.current_lists import current_list, weighed_history
from recommender.services.people import similar_profiles
from recommender.services.space_comparison import MOST_SUBJECTS
from users.models import Profile

NEWEST = 50

admin.site.unregister(Profile)


@admin.register(Profile)
class RecommendedProfileAdmin(ErasingProfileAdmin):
    actions = ("compare_spaces",)
    # Catalogs are few, and users are many: a list and a number, neither of which needs a script.
    autocomplete_fields = ()  # type: ignore[assignment]  # fewer than the class above
    raw_id_fields = ("user",)
    recommended_fields = ("now_recommended", "history", "like_minded", "answers", "own_data")

    class Media:
        css = {"all": ("genre/dashboard.css",)}

    def get_fieldsets(self, request: HttpRequest, obj: Profile | None = None) -> list[tuple[Any, Any]]:
        """Below the person's own fields, once there is a person."""
        shown = [name for name in self.get_fields(request, obj) if name not in self.recommended_fields]
        own = [(None, {"fields": shown})]
        return [*own, (_("Recommendations"), {"fields": self.recommended_fields})] if obj else own

    def get_readonly_fields(self, request: HttpRequest, obj: Profile | None = None) -> list[str]:
        return [*super().get_readonly_fields(request, obj), *self.recommended_fields]

    @admin.display(description=gettext_lazy("recommended now"))
    def now_recommended(self, profile: Profile) -> SafeString | str:
        """As the start page would, without what it leaves to chance, and without a trace in the log."""
        try:
            found = current_list(profile=profile, language=_language(), now=timezone.now())
        except NotInCatalog as error:
            return str(error)
        facts = [basis_label(found.basis), _("configuration v%(version)d") % {"version": found.config_version}]
        if found.model_version is not None:
            facts.append(_("ranking model v%(version)d") % {"version": found.model_version})
        told = format_html("<p>{}</p>{}", " · ".join(facts), _notices(found.notices))
        ids = {result.item_id: pk for result, pk in zip(found.results, found.item_ids, strict=True)}
        return told + results_table(found.results, ids)

    @admin.display(description=gettext_lazy("newest interactions"))
    def history(self, profile: Profile) -> SafeString | str:
        try:
            rows = weighed_history(profile=profile, length=NEWEST, now=timezone.now())
        except NotInCatalog as error:
            return str(error)
        if not rows:
            return _("Nothing yet.")
        told = format_html(
            "<p>{}</p>",
            _("The newest %(count)d at most, with what each item weighs in the interest now.") % {"count": NEWEST},
        )
        table = html_table(
            [_("item"), _("kind"), _("value"), _("time"), _("weight of the item")],
            (
                (
                    page_link(Item, row.interaction.item_id, row.interaction.item.title_in(_language())),
                    row.interaction.kind.name,
                    "" if row.interaction.value is None else localize(row.interaction.value),
                    _moment(row.interaction.occurred_at),
                    f"{row.weight:+.3f}",
                )
                for row in rows
            ),
        )
        return told + table

    @admin.display(description=gettext_lazy("people like them"))
    def like_minded(self, profile: Profile) -> SafeString | str:
        found = similar_profiles(profile=profile, language=_language())
        if not found.people:
            return _notices(found.notices) or _("Nobody.")
        named = Profile.objects.filter(
            catalog_id=profile.catalog_id, external_id__in=[person.profile_id for person in found.people]
        )
        people = {person.external_id: person for person in named}
        ids = item_ids_by_name(profile.catalog_id, {name for person in found.people for name in person.item_ids})
        rows = (
            (
                page_link(Profile, people[person.profile_id].pk, people[person.profile_id]),
                f"{person.score:.3f}",
                person.reason,
                _shared(person.item_ids, ids),
            )
            for person in found.people
            if person.profile_id in people
        )
        return html_table([_("profile"), _("similarity"), _("what both like"), _("items")], rows)

    @admin.display(description=gettext_lazy("answers"))
    def answers(self, profile: Profile) -> SafeString:
        return list_link(Slate, _("What was answered, and why"), profile__id__exact=profile.pk, days="all")

    def has_compare_permission(self, request: HttpRequest) -> bool:
        return may_compare(request)

    @admin.action(
        description=gettext_lazy("Compare two embedding spaces on the chosen profiles"), permissions=["compare"]
    )
    def compare_spaces(self, request: HttpRequest, queryset: QuerySet[Profile]) -> HttpResponse:
        chosen = list(queryset.values_list("catalog_id", "external_id")[:MOST_SUBJECTS])
        catalog_id = chosen[0][0]
        same = [external_id for owner, external_id in chosen if owner == catalog_id]
        return redirect(comparison_address(catalog_id, profiles=same))


def _language() -> str:
    return get_language() or "en"


def _moment(moment: datetime | None) -> str:
    return "" if moment is None else localize(timezone.localtime(moment))


def _notices(notices: Iterable[Notice]) -> SafeString:
    told = SafeString()
    for notice in notices:
        told += format_html("<p>{}</p>", notice.message)
    return told


def _shared(names: Iterable[str], ids: Mapping[str, int]) -> SafeString:
    told = SafeString()
    for name in names:
        told += format_html("{} ", page_link(Item, ids[name], name) if name in ids else name)
    return told
