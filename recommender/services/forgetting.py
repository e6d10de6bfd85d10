"""Taking back what a person did: one interaction, which can be undone, or all of them, which cannot."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Item
from recommender.exceptions import NotInCatalog
from recommender.models import Interaction, Slate
from recommender.services.interactions import record_interaction, remove_interaction
from users.models import Profile


@dataclass(frozen=True)
class Forgotten:
    """An interaction that was removed, as it has to be recorded to be there again."""

    item_id: int
    kind: str
    value: float | None
    occurred_at: datetime | None
    sequence: int | None
    external_id: str | None
    slate_id: uuid.UUID | None

    def as_dict(self) -> dict[str, object]:
        """Its JSON."""
        return {
            **asdict(self),
            "occurred_at": None if self.occurred_at is None else self.occurred_at.isoformat(),
            "slate_id": None if self.slate_id is None else str(self.slate_id),
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, object]) -> Forgotten:
        """From what `as_dict` made."""
        occurred_at, slate_id = stored["occurred_at"], stored["slate_id"]
        return cls(
            **{  # type: ignore[arg-type]  # the types are those that as_dict wrote
                **stored,
                "occurred_at": None if occurred_at is None else datetime.fromisoformat(str(occurred_at)),
                "slate_id": None if slate_id is None else uuid.UUID(str(slate_id)),
            }
        )


@transaction.atomic
def forget_interaction(*, profile: Profile, interaction_id: int) -> Forgotten:
    """Remove one interaction of a person; the next request reflects it.

    Raises NotInCatalog for one that is not there (any more) or another person's.
    """
    found = Interaction.objects.filter(pk=interaction_id, profile=profile).select_related("kind")
    interaction = found.select_for_update(of=("self",)).first()
    if interaction is None:
        raise NotInCatalog(_("The person has no interaction %(id)d.") % {"id": interaction_id})
    forgotten = Forgotten(
        item_id=interaction.item_id,
        kind=interaction.kind.name,
        value=interaction.value,
        occurred_at=interaction.occurred_at,
        sequence=interaction.sequence,
        external_id=interaction.external_id,
        slate_id=interaction.slate_id,
    )
    remove_interaction(interaction)
    return forgotten


@transaction.atomic
def bring_back(*, profile: Profile, forgotten: Forgotten) -> Interaction:
    """Record again what was removed, with its time; done twice, it is there once.

    Raises NotInCatalog where the item or the kind has gone since.
    """
    item = Item.objects.filter(pk=forgotten.item_id, catalog_id=profile.catalog_id).first()
    if item is None:
        raise NotInCatalog(_("The item is no longer there."))
    interaction, _created = record_interaction(
        profile=profile,
        item=item,
        kind=forgotten.kind,
        value=forgotten.value,
        occurred_at=forgotten.occurred_at,
        sequence=forgotten.sequence,
        external_id=forgotten.external_id,
        slate_id=forgotten.slate_id,
    )
    return interaction


@transaction.atomic
def forget_history(*, profile: Profile) -> int:
    """Remove everything that a person did, and the answers that were made from it; how many interactions it was.

    Answers name items of the history in their reasons, and hold the interest that it added up to.
    """
    removed, _by_model = Interaction.objects.filter(profile=profile).delete()
    Slate.objects.filter(profile=profile).delete()
    return removed
