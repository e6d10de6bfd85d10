"""What the pages of items can say and do once there are embeddings; the app of catalogs itself knows of none."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import localize
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from catalog.admin import ItemAdmin
from catalog.lean_admin import BoundedPaginator
from catalog.models import Item
from recommender.admin.links import page_link
from recommender.admin.space_comparison import comparison_address, may_compare
from recommender.admin.states import state_label
from recommender.admin.tables import html_table
from recommender.admin.telling import nudge
from recommender.models import EmbeddingJob, EmbeddingSpace, ItemEmbedding
from recommender.selectors.configuration import serving_space
from recommender.selectors.embedding_states import EmbeddingState, in_queue, with_embedding_state
from recommender.selectors.item_texts import rendered_text
from recommender.services.embedding_again import embed_again
from recommender.services.nearest_items import nearest_items
from recommender.services.space_comparison import MOST_SUBJECTS

# Chosen by hand; everything at once is a matter of another recipe.
MOST_AT_ONCE = 1_000
# A number alone, such as 1, names an item in each catalog.
MOST_NAMESAKES = 200

admin.site.unregister(Item)


class QueueFilter(admin.SimpleListFilter):
    """What waits and what failed, which the queue knows; nothing else is found without reading every item."""

    title = gettext_lazy("embedding")
    parameter_name = "embedding"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Item]) -> list[tuple[str, str]]:
        return [(state.value, str(state.label)) for state in (EmbeddingState.WAITING, EmbeddingState.FAILED)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Item]) -> QuerySet[Item]:
        chosen = self.value()
        if chosen in (EmbeddingState.WAITING, EmbeddingState.FAILED):
            return in_queue(queryset, EmbeddingState(chosen))
        return queryset


class StatelessPaginator(BoundedPaginator):
    """Counts rows without looking up the state of each."""

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        return BoundedPaginator(rows.values("pk") if isinstance(rows, QuerySet) else rows, self.per_page).count


@admin.register(Item)
class EmbeddedItemAdmin(ItemAdmin):
    # Other lengths than in the class above: a tuple's type counts its members.
    list_display = ("title", "external_id", "kind", "catalog", "embedding", "hidden", "published_at")  # type: ignore[assignment]  # as said
    # Catalogs are few, and a list of them needs no script.
    autocomplete_fields = ()  # type: ignore[assignment]  # as said
    paginator = StatelessPaginator
    list_filter = ("hidden", QueueFilter, "catalog")  # type: ignore[assignment]  # as said
    actions = ("hide", "show", "embed_again", "compare_spaces")  # type: ignore[assignment]  # as said
    search_help_text = gettext_lazy(
        "A piece of a title, category, tag or name in any language, or the whole identifier."
    )
    embedding_fields = ("embedding", "embedded_at", "text_as_embedded", "nearest")

    class Media:
        css = {"all": ("genre/dashboard.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Item]:
        return with_embedding_state(super().get_queryset(request))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Item], search_term: str
    ) -> tuple[QuerySet[Item], bool]:
        """Out of the trigram index; identifiers are looked up first, since no index would serve both at once."""
        # PostgreSQL stores no NUL, so nothing is named so.
        term = search_term.strip().replace("\x00", "")
        if not term:
            return queryset, False
        named = list(Item.objects.filter(external_id=term).values_list("pk", flat=True)[:MOST_NAMESAKES])
        return queryset.filter(Q(pk__in=named) | Q(search_text__contains=term.lower())), False

    def get_fieldsets(self, request: HttpRequest, obj: Item | None = None) -> list[tuple[Any, Any]]:
        """The embedding stands under the item's own fields, once there is an item."""
        shown = [name for name in self.get_fields(request, obj) if name not in self.embedding_fields]
        own = [(None, {"fields": shown})]
        return [*own, (_("Embedding"), {"fields": self.embedding_fields})] if obj else own

    def get_readonly_fields(self, request: HttpRequest, obj: Item | None = None) -> list[str]:
        return [*super().get_readonly_fields(request, obj), *self.embedding_fields]

    @admin.display(description=gettext_lazy("embedding"))
    def embedding(self, item: Item) -> SafeString:
        return state_label(EmbeddingState(item.embedding_state))  # type: ignore[attr-defined]  # annotated above

    @admin.display(description=gettext_lazy("where and when it was embedded"))
    def embedded_at(self, item: Item) -> SafeString | str:
        """When and where; and the reason where it failed."""
        space = serving_space(item.catalog_id)
        if space is None:
            return _("No space serves.")
        made = ItemEmbedding.objects.filter(space=space, item=item).values_list("embedded_at", flat=True).first()
        failed = EmbeddingJob.objects.filter(space=space, item=item, failed_at__isnull=False).first()
        when = _("not yet") if made is None else localize(timezone.localtime(made))
        told = format_html("{} · {}", page_link(EmbeddingSpace, space.pk, space.name), when)
        return told if failed is None else format_html("{}<br>{}", told, failed.error)

    @admin.display(description=gettext_lazy("text as it is embedded"))
    def text_as_embedded(self, item: Item) -> SafeString | str:
        space = serving_space(item.catalog_id)
        if space is None:
            return _("No space serves.")
        return format_html('<pre class="text-as-embedded">{}</pre>', rendered_text(item, space.text_template))

    @admin.display(description=gettext_lazy("nearest items"))
    def nearest(self, item: Item) -> SafeString | str:
        """By cosine similarity of the served vectors; hidden items are left out."""
        space = serving_space(item.catalog_id)
        found = [] if space is None else nearest_items(space, item, language=get_language() or "en")
        if not found:
            return _("Nothing to compare with: this item or the others have no embedding.")
        rows = ((page_link(Item, near.item_id, near.title), f"{near.similarity:.3f}") for near in found)
        return html_table([_("item"), _("similarity")], rows)

    @admin.action(description=gettext_lazy("Embed the chosen items again"), permissions=["change"])
    def embed_again(self, request: HttpRequest, queryset: QuerySet[Item]) -> None:
        items = list(queryset[: MOST_AT_ONCE + 1])
        if len(items) > MOST_AT_ONCE:
            told = _("Choose %(count)d items or fewer; for everything, make another embedding space.")
            self.message_user(request, told % {"count": MOST_AT_ONCE}, messages.ERROR)
            return
        count = 0
        for catalog_id in sorted({item.catalog_id for item in items}):
            if (space := serving_space(catalog_id)) is not None:
                count += embed_again(space, [item for item in items if item.catalog_id == catalog_id])
        told = ngettext("%(count)d item was queued.", "%(count)d items were queued.", count)
        self.message_user(request, told % {"count": count}, messages.SUCCESS if count else messages.WARNING)
        if count:
            nudge(self, request)

    def has_compare_permission(self, request: HttpRequest) -> bool:
        return may_compare(request)

    @admin.action(description=gettext_lazy("Compare two embedding spaces on the chosen items"), permissions=["compare"])
    def compare_spaces(self, request: HttpRequest, queryset: QuerySet[Item]) -> HttpResponse:
        chosen = list(queryset.values_list("catalog_id", "external_id")[:MOST_SUBJECTS])
        catalog_id = chosen[0][0]
        same = [external_id for owner, external_id in chosen if owner == catalog_id]
        return redirect(comparison_address(catalog_id, items=same))
