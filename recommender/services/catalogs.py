"""Opening a catalog with all that it needs to work: kinds of interaction, scenarios, an embedding space."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from catalog.models import Catalog
from recommender.embeddings.registry import BACKENDS
from recommender.engine.settings import ScoringSettings
from recommender.models import EmbeddingSpace, InteractionKind, Scenario, ScoringConfig

POSITIVE, NEGATIVE = InteractionKind.Sign.POSITIVE, InteractionKind.Sign.NEGATIVE
DEFAULT_KINDS = (
    InteractionKind(name="view", weight=0.2, sign=POSITIVE),
    InteractionKind(name="click", weight=0.3, sign=POSITIVE),
    InteractionKind(name="like", weight=1.0, sign=POSITIVE, states=True),
    InteractionKind(name="dislike", weight=1.0, sign=NEGATIVE, states=True),
    InteractionKind(name="hide", weight=0.5, sign=NEGATIVE, states=True),
    InteractionKind(name="save", weight=0.8, sign=POSITIVE),
    InteractionKind(
        name="rating",
        weight=1.0,
        sign=POSITIVE,
        value_mode="centred",
        neutral_value=3.0,
        value_spread=2.0,
        states=True,
    ),
    InteractionKind(name="purchase", weight=1.0, sign=POSITIVE),
    InteractionKind(name="follow", weight=1.0, sign=POSITIVE, states=True),
)
DEFAULT_SCENARIOS = (Scenario.HOME, Scenario.SIMILAR)


@transaction.atomic
def open_catalog(*, slug: str, name: str = "") -> Catalog:
    """The catalog of that short name, made with its defaults when it is new."""
    catalog, _ = Catalog.objects.get_or_create(slug=slug, defaults={"name": name or slug})
    return catalog


@transaction.atomic
def equip_catalog(catalog: Catalog) -> None:
    """Give a new catalog its defaults; called when one is saved for the first time, whoever saved it."""
    for kind in DEFAULT_KINDS:
        fields = {
            f.attname: getattr(kind, f.attname) for f in kind._meta.concrete_fields if f.name not in ("id", "catalog")
        }
        InteractionKind.objects.get_or_create(catalog=catalog, name=kind.name, defaults=fields)
    for name in DEFAULT_SCENARIOS:
        scenario, created = Scenario.objects.get_or_create(catalog=catalog, name=name)
        if created:
            ScoringConfig.objects.create(
                catalog=catalog,
                scenario=scenario,
                version=1,
                settings=ScoringSettings().model_dump(mode="json"),
                state=ScoringConfig.State.ACTIVE,
                activated_at=timezone.now(),
            )
    backend = BACKENDS[settings.GENRE_DEFAULT_ENCODER]
    EmbeddingSpace.objects.get_or_create(
        catalog=catalog,
        name=settings.GENRE_DEFAULT_ENCODER,
        defaults={
            "backend": settings.GENRE_DEFAULT_ENCODER,
            "model": backend.default_model,
            "dimension": backend.dimension,
            "serving": True,
        },
    )
