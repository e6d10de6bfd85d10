"""Two embedding spaces side by side on chosen items and profiles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from catalog.models import Item
from recommender.admin.rights import may_view
from recommender.admin.unfold_widgets import Select, Textarea
from recommender.exceptions import GenreError
from recommender.models import EmbeddingSpace
from recommender.services.space_comparison import MOST_SUBJECTS, compare_items, compare_profiles
from users.models import Profile

# Of these the form speaks first, so that there is something to see.
EXAMPLES = 3


class SpaceChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic in the type stubs alone
    """Catalogs have spaces of the same names."""

    def label_from_instance(self, obj: EmbeddingSpace) -> str:
        return f"{obj.catalog} · {obj.name}"


class ComparisonForm(forms.Form):
    """Identifiers one a line, as catalogs and programs write them."""

    first = SpaceChoice(EmbeddingSpace.objects.none(), label=gettext_lazy("one space"), widget=Select)
    second = SpaceChoice(EmbeddingSpace.objects.none(), label=gettext_lazy("another space"), widget=Select)
    items = forms.CharField(
        label=gettext_lazy("items"),
        required=False,
        widget=Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("Their identifiers, one a line, ten at most."),
    )
    profiles = forms.CharField(
        label=gettext_lazy("profiles"),
        required=False,
        widget=Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("Their identifiers, one a line, ten at most."),
    )

    def __init__(self, asked: Any = None, **options: Any) -> None:
        super().__init__(asked, label_suffix="", **options)
        spaces = EmbeddingSpace.objects.select_related("catalog").order_by("catalog__slug", "name")
        for name in ("first", "second"):
            self.fields[name].queryset = spaces  # type: ignore[attr-defined]  # a ModelChoiceField, declared above

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        first, second = cleaned.get("first"), cleaned.get("second")
        if first is None or second is None:
            return cleaned
        if first == second or first.catalog_id != second.catalog_id:
            raise forms.ValidationError(_("Choose two spaces of one catalog."))
        cleaned["items"] = self._named("items", Item.objects.filter(catalog=first.catalog_id))
        cleaned["profiles"] = self._named("profiles", Profile.objects.filter(catalog=first.catalog_id))
        return cleaned

    def _named(self, field: str, rows: Any) -> list[Any]:
        """Rows in the order in which they are named; unknown names are errors of the field."""
        names = list(dict.fromkeys(line.strip() for line in self.cleaned_data[field].splitlines() if line.strip()))
        if len(names) > MOST_SUBJECTS:
            self.add_error(field, _("Choose %(count)d or fewer.") % {"count": MOST_SUBJECTS})
            return []
        found = {row.external_id: row for row in rows.filter(external_id__in=names)}
        unknown = [name for name in names if name not in found]
        if unknown:
            self.add_error(field, _("Not in this catalog: %(names)s.") % {"names": ", ".join(unknown)})
        return [found[name] for name in names if name in found]


def comparison_address(catalog_id: int, *, items: Sequence[str] = (), profiles: Sequence[str] = ()) -> str:
    """The page with the catalog's serving space and another one chosen, where there are two."""
    spaces = EmbeddingSpace.objects.filter(catalog_id=catalog_id).order_by("-serving", "-filled_at", "pk")
    chosen = dict(zip(("first", "second"), spaces.values_list("pk", flat=True)[:2], strict=False))
    named = {"items": "\n".join(items), "profiles": "\n".join(profiles)}
    return reverse("admin:recommender_embeddingspace_compare", query={**chosen, **named})


def may_compare(request: HttpRequest) -> bool:
    """A comparison shows spaces, titles of items, and what would be recommended to people."""
    return may_view(request, EmbeddingSpace, Item, Profile)


def compare(request: HttpRequest, *, page: admin.ModelAdmin[EmbeddingSpace]) -> HttpResponse:
    """Asked and answered in one address; without items and profiles in it, some are proposed."""
    if not may_compare(request):
        raise PermissionDenied
    asked = request.GET if "second" in request.GET else None
    form = ComparisonForm(_with_examples(asked) if asked is not None else None, initial=request.GET.dict())
    context: dict[str, Any] = {
        **page.admin_site.each_context(request),
        "opts": page.opts,
        "title": _("Compare two embedding spaces"),
        "form": form,
        "media": page.media,
    }
    if asked is not None and form.is_valid():
        context |= _compared(form.cleaned_data)
    return TemplateResponse(request, "admin/recommender/embeddingspace/compare.html", context)


def _compared(chosen: dict[str, Any]) -> dict[str, Any]:
    first, second, language = chosen["first"], chosen["second"], get_language() or "en"
    try:
        return {
            "first": first,
            "second": second,
            "by_item": compare_items(first, second, chosen["items"], language=language),
            "by_profile": compare_profiles(first, second, chosen["profiles"], language=language, now=timezone.now()),
        }
    except GenreError as error:
        return {"problem": str(error)}


def _with_examples(asked: Any) -> dict[str, Any]:
    """The first items and profiles of the catalog where the address names none."""
    given = asked.dict()
    if "items" in given or "profiles" in given or not str(given.get("first", "")).isdecimal():
        return dict(given)
    space = EmbeddingSpace.objects.filter(pk=given["first"]).first()
    if space is None:
        return dict(given)
    items = Item.objects.filter(catalog=space.catalog_id, hidden=False).order_by("pk")
    profiles = Profile.objects.filter(catalog=space.catalog_id, personalise=True).order_by("-simulated", "pk")
    return {
        **given,
        "items": "\n".join(items.values_list("external_id", flat=True)[:EXAMPLES]),
        "profiles": "\n".join(profiles.values_list("external_id", flat=True)[:EXAMPLES]),
    }
