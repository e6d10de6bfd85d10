"""The showcase as it is in the database."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from catalog.models import Catalog, Item
from recommender.engine.settings import DiversitySettings, ScoringSettings
from recommender.models import Interaction, ScoringConfig
from recommender.services.scoring_configs import activate
from showcase.tastes import read_rows
from users.models import Profile


def loaded() -> list[str]:
    output = StringIO()
    call_command("load_showcase", stdout=output)
    return [line for line in output.getvalue().splitlines() if "columns" not in line]


def test_everything_is_loaded_and_loading_again_changes_nothing(db: None) -> None:
    rows = {name: len(read_rows(f"{name}.csv")) for name in ("items", "profiles", "interactions")}
    assert loaded() == [f"{name}: {count} new, 0 changed, 0 unchanged, 0 refused" for name, count in rows.items()]
    assert loaded() == [f"{name}: 0 new, 0 changed, {count} unchanged, 0 refused" for name, count in rows.items()]
    assert Profile.objects.filter(simulated=True).count() == Profile.objects.count() == rows["profiles"]
    assert Interaction.objects.count() == rows["interactions"]
    assert Catalog.objects.get(slug="showcase").on_site
    interstellar = Item.objects.get(external_id="film-interstellar")
    assert (interstellar.title_in("en"), interstellar.title_in("zh-hans")) == ("Interstellar", "星际穿越")


def test_home_is_set_up_the_first_time_with_calibration_and_the_reason(db: None) -> None:
    loaded()
    defaults, version = ScoringConfig.objects.filter(scenario__name="home").order_by("version")
    assert (defaults.version, defaults.state) == (1, ScoringConfig.State.RETIRED)
    assert (version.version, version.state) == (2, ScoringConfig.State.ACTIVE)
    assert version.scoring_settings == ScoringSettings(diversity=DiversitySettings(calibration=0.8))
    assert "without calibration" in version.note
    assert "校准" in version.note
    similar = ScoringConfig.objects.get(scenario__name="similar")
    assert (similar.version, similar.state) == (1, ScoringConfig.State.ACTIVE)


def test_loading_again_leaves_the_configuration_to_the_operator(db: None) -> None:
    loaded()
    activate(ScoringConfig.objects.get(scenario__name="home", version=1))
    before = list(ScoringConfig.objects.order_by("pk").values())
    loaded()
    assert list(ScoringConfig.objects.order_by("pk").values()) == before


def test_row_that_cannot_be_used_stops_it(db: None, settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "showcase"
    folder.mkdir()
    (folder / "items.csv").write_text("item_id,title\none,One\n,No name\n", encoding="utf-8")
    settings.BASE_DIR = tmp_path
    with pytest.raises(CommandError, match=r"items\.csv, row 3, item_id: "):
        loaded()
    assert not Item.objects.exists()


def test_person_has_the_name_of_their_own_language(db: None) -> None:
    loaded()
    for row in read_rows("profiles.csv"):
        own = row["name_zh"] if row["language"] == "zh-hans" else row["name_en"]
        assert Profile.objects.get(external_id=row["user_id"]).name == own
