"""Items like an item: the same vectors, without a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from catalog.models import Item
from recommender.engine.explanation import Reason, ReasonKind
from recommender.engine.interest import InterestVector, Term
from recommender.models import EmbeddingSpace, Scenario, Slate
from recommender.selectors.configuration import active_config, serving_space
from recommender.selectors.vectors import source_vectors
from recommender.services.answering import give_answer, list_length, settings_of
from recommender.services.answers import Answer, Basis, Notice
from recommender.services.ranking import RankedItem, rank_by_popularity, rank_for_interest


def similar_items(*, item: Item, k: int | None = None, language: str = "en", now: datetime | None = None) -> Answer:
    """The items nearest to an item, itself left out; popular ones, and a notice, while it has no embedding."""
    now = now or timezone.now()
    config = active_config(item.catalog_id, Scenario.SIMILAR)
    with override(language):
        notices: list[Notice] = []
        settings = settings_of(config, notices)
        length = list_length(k, settings)
        space = serving_space(item.catalog_id)
        source = _source(space, item)
        if source is None or space is None:
            notices.append(Notice("not_all_embedded", _("This item has no embedding yet: this is what is popular.")))
            ranked = rank_by_popularity(item.catalog_id, settings, excluded_ids={item.pk}, length=length, now=now)
        else:
            nearest = rank_for_interest(space, source, settings, excluded_ids={item.pk}, length=length)
            ranked = [_by_similarity(found, item) for found in nearest]
        slate = Slate(
            created_at=now,
            catalog_id=item.catalog_id,
            scenario=Scenario.SIMILAR,
            config=config,
            space_id=space.pk if space is not None and source is not None else None,
            basis=Basis.POPULAR if source is None else Basis.ITEM,
            language=language,
            requested_length=length,
            interest_vector=None if source is None else source.vector,
        )
        return give_answer(slate, ranked, notices, explanations=settings.result_list.explanations)


def _source(space: EmbeddingSpace | None, item: Item) -> InterestVector | None:
    """The item's own vector in the place of a person's."""
    vector = None if space is None else source_vectors(space, [item.pk]).get(item.pk)
    return None if vector is None else InterestVector(vector, (Term(item.pk, "similar", 1.0, vector),))


def _by_similarity(found: RankedItem, item: Item) -> RankedItem:
    return replace(found, parts={"similarity": found.score}, reason=Reason(ReasonKind.SIMILAR, item.pk))
