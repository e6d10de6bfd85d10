"""What a version's page and the commands say of it."""

from __future__ import annotations

from datetime import UTC, datetime

from django.utils.translation import override

from catalog.models import Catalog
from recommender.models import RankingModel
from recommender.services.version_reports import (
    TriedValue,
    figure_rows,
    hyperparameter_rows,
    validation_stages,
    version_as_dict,
    version_facts,
)

MOMENT = datetime(2026, 5, 1, 3, 0, tzinfo=UTC)
TRAIL = [
    {"stage": "matrix", "value": {"presence": 0.05, "ridge": 7.0}, "quality": 0.21},
    {"stage": "matrix", "value": {}, "quality": 0.24},
    {"stage": "half-life", "value": None, "quality": 0.25},
    {"stage": "map", "value": 0.3, "cosine": 0.61},
]


def version(catalog: Catalog, **fields: object) -> RankingModel:
    return RankingModel(catalog=catalog, version=3, learned_from=MOMENT, **fields)


def test_figures_have_labels_units_and_an_order_and_unknown_ones_their_names() -> None:
    figures = {
        "shortened_vectors": 2,
        "validation": TRAIL,
        "seconds": 12.25,
        "interactions_a_second": 12_345.0,
        "places": ["a"],
    }
    assert list(figure_rows(figures)) == [
        ("seconds in all", "12.25"),
        ("vectors that had to be shortened", "2"),
        ("interactions_a_second", "12,345.0"),
        ("places", '["a"]'),
    ]


def test_facts_name_the_space_and_the_reason_of_a_failure(catalog: Catalog) -> None:
    failed = version(
        catalog, state="failed", error="MemoryError: ", space=catalog.embedding_spaces.get(), item_count=9_742
    )
    with override("en"):
        facts = dict(version_facts(failed))
    assert facts == {
        "state": "failed",
        "reason": "MemoryError: ",
        "embedding space": "hashing",
        "items": "9,742",
        "interactions": "0",
        "dimensions": "0",
    }


def test_hyperparameters_are_in_the_order_of_their_names(catalog: Catalog) -> None:
    chosen = version(catalog, hyperparameters={"ridge": 28.0, "half_life_interactions": None})
    assert list(hyperparameter_rows(chosen)) == [("half_life_interactions", "-"), ("ridge", "28.0")]


def test_trail_is_told_by_stages_with_the_best_of_each(catalog: Catalog) -> None:
    stages = validation_stages(version(catalog, figures={"validation": TRAIL}))
    assert [stage.name for stage in stages] == ["matrix", "half-life", "map"]
    assert stages[0].tried == [
        TriedValue("presence 0.05, ridge 7.0", "quality", 0.21, best=False),
        TriedValue("-", "quality", 0.24, best=True),
    ]
    assert stages[2].tried == [TriedValue("0.3", "cosine", 0.61, best=True)]
    assert validation_stages(version(catalog, figures={"validation": []})) == []
    assert validation_stages(version(catalog)) == []


def test_json_has_everything(catalog: Catalog) -> None:
    made = version(catalog, state="ready", note="after the import", trained_at=MOMENT, hyperparameters={"rank": 256})
    assert version_as_dict(made) == {
        "catalog": "films",
        "version": 3,
        "state": "ready",
        "space": None,
        "items": 0,
        "interactions": 0,
        "dimension": 0,
        "hyperparameters": {"rank": 256},
        "figures": {},
        "error": "",
        "note": "after the import",
        "learned_from": "2026-05-01T03:00:00+00:00",
        "trained_at": "2026-05-01T03:00:00+00:00",
        "activated_at": None,
    }
