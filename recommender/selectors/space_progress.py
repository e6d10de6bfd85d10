"""How far an embedding space is filled."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.models import Item
from recommender.models import EmbeddingJob, EmbeddingSpace, ItemEmbedding
from recommender.selectors.bounded_counts import Count, bounded_count

# A bar that moves wants exact counts; these are read from indexes, in tenths of a second.
COUNTED_EXACTLY = 200_000


@dataclass(frozen=True)
class SpaceProgress:
    """Counts of a space's items; `is_working`: there is something to wait for."""

    items: Count
    embedded: Count
    waiting: Count
    failed: Count
    state: str

    @property
    def is_working(self) -> bool:
        is_filling = self.state == EmbeddingSpace.State.FILLING and self.embedded.value > 0
        return is_filling or self.waiting.value > 0

    @property
    def done(self) -> Count:
        """Items whose vectors are made from what they say now; a waiting item may have a former vector."""
        left = self.items.value - self.waiting.value - self.failed.value
        exact = self.items.exact and self.embedded.exact and self.waiting.exact and self.failed.exact
        return Count(max(0, min(self.embedded.value, left)), exact)

    @property
    def percent(self) -> int:
        """Rounded down: 100 is said when nothing is left."""
        return 100 * self.done.value // self.items.value if self.items.value else 0


def space_progress(space: EmbeddingSpace) -> SpaceProgress:
    """Four bounded counts, and the state as it is now."""
    jobs = EmbeddingJob.objects.filter(space=space)
    return SpaceProgress(
        items=bounded_count(Item.objects.filter(catalog_id=space.catalog_id), limit=COUNTED_EXACTLY),
        embedded=bounded_count(ItemEmbedding.objects.filter(space=space), limit=COUNTED_EXACTLY),
        waiting=bounded_count(jobs.filter(failed_at__isnull=True), limit=COUNTED_EXACTLY),
        failed=bounded_count(jobs.filter(failed_at__isnull=False), limit=COUNTED_EXACTLY),
        state=EmbeddingSpace.objects.values_list("state", flat=True).get(pk=space.pk),
    )
