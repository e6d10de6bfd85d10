"""The showcase as it is in the database, and the lists that its simulated people get from the default encoder."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from catalog.models import Catalog, Item
from recommender.models import Interaction
from recommender.services.recommending import recommend
from tests.conftest import embed_all
from users.models import Profile


def loaded() -> list[str]:
    output = StringIO()
    call_command("load_showcase", stdout=output)
    return [line for line in output.getvalue().splitlines() if "columns" not in line]


def test_everything_is_loaded_and_loading_again_changes_nothing(db: None) -> None:
    assert loaded() == [
        "items: 48 new, 0 changed, 0 unchanged, 0 refused",
        "profiles: 9 new, 0 changed, 0 unchanged, 0 refused",
        "interactions: 85 new, 0 changed, 0 unchanged, 0 refused",
    ]
    assert loaded() == [
        "items: 0 new, 0 changed, 48 unchanged, 0 refused",
        "profiles: 0 new, 0 changed, 9 unchanged, 0 refused",
        "interactions: 0 new, 0 changed, 85 unchanged, 0 refused",
    ]
    assert Profile.objects.filter(simulated=True).count() == 9
    interstellar = Item.objects.get(external_id="film-interstellar")
    assert (interstellar.title_in("en"), interstellar.title_in("zh-hans")) == ("Interstellar", "星际穿越")


def test_row_that_cannot_be_used_stops_it(db: None, settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "showcase"
    folder.mkdir()
    (folder / "items.csv").write_text("item_id,title\none,One\n,No name\n", encoding="utf-8")
    settings.BASE_DIR = tmp_path
    with pytest.raises(CommandError, match=r"items\.csv, row 3, item_id: "):
        loaded()
    assert not Item.objects.exists()


def test_somebody_who_likes_space_is_shown_science_fiction(db: None, settings: Settings) -> None:
    settings.GENRE_DEFAULT_ENCODER = "multilingual-use"
    loaded()
    catalog = Catalog.objects.get(slug="showcase")
    embed_all(catalog.embedding_spaces.get())
    reader = Profile.objects.get(external_id="sim-space-reader")

    answer = recommend(catalog=catalog, profile=reader, k=5, language="zh-hans")

    shown = [Item.objects.get(catalog=catalog, external_id=result.item_id) for result in answer.results]
    assert sum("Science fiction" in item.categories for item in shown) >= 2
    assert not {item.pk for item in shown} & set(
        Interaction.objects.filter(profile=reader).values_list("item_id", flat=True)
    )
    assert all(result.reason for result in answer.results)
