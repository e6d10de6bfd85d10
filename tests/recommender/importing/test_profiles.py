"""Profiles from a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.importing.outcome import ImportOutcome, MergeCounts
from catalog.importing.progress import Progress
from catalog.importing.row_error import RowError
from catalog.importing.row_file import ReadOptions
from catalog.models import Catalog
from recommender.services.importing_profiles import import_profile_file
from tests.catalog.importing.reading import write
from users.models import Profile

TABLE = (
    "user_id,name_en,name_zh,statement,language,simulated,labels\n"
    "sim-1,Space reader,星海读者,我喜欢硬科幻。,zh-hans,true,reader|demo\n"
    "sim-2,Quiet listener,静夜听者,,en,true,\n"
)


def import_profiles(catalog: Catalog, path: Path, refused: list[RowError] | None = None) -> ImportOutcome:
    refuse = (refused if refused is not None else []).append
    return import_profile_file(catalog=catalog, path=path, options=ReadOptions(), refuse=refuse, progress=Progress())


def test_profiles_get_the_name_in_their_own_language(catalog: Catalog, tmp_path: Path) -> None:
    path = write(tmp_path / "profiles.csv", TABLE)
    assert import_profiles(catalog, path).counts == MergeCounts(new=2)
    assert list(
        Profile.objects.order_by("external_id").values_list(
            "external_id", "name", "statement", "language", "simulated", "labels", "personalise"
        )
    ) == [
        ("sim-1", "星海读者", "我喜欢硬科幻。", "zh-hans", True, ["reader", "demo"], True),
        ("sim-2", "Quiet listener", "", "en", True, [], True),
    ]
    assert import_profiles(catalog, path).counts == MergeCounts(unchanged=2)


def test_what_a_file_does_not_mention_stays(catalog: Catalog, alice: Profile, tmp_path: Path) -> None:
    Profile.objects.update(statement="I like films.", personalise=False)
    path = write(tmp_path / "profiles.csv", "user_id,labels,mood\nalice,vip,calm\n")
    outcome = import_profiles(catalog, path)
    assert outcome.counts == MergeCounts(changed=1)
    assert outcome.unused_columns == ("mood",)
    alice.refresh_from_db()
    assert (alice.name, alice.statement, alice.personalise, alice.labels) == ("Alice", "I like films.", False, ["vip"])


@pytest.mark.parametrize(
    ("rows", "refused"),
    [
        ("a,x,maybe\n", RowError(2, "simulated", "maybe", "is neither true nor false")),
        (f"a,{'x' * 201},\n", RowError(2, "name", "x" * 79 + "…", "is longer than 200 characters")),
        ("a,x,\na,y,\n", RowError(3, "user_id", "a", "stands already in row 2")),
    ],
)
def test_bad_rows_are_refused(catalog: Catalog, tmp_path: Path, rows: str, refused: RowError) -> None:
    found: list[RowError] = []
    outcome = import_profiles(catalog, write(tmp_path / "p.csv", f"user_id,name,simulated\n{rows}"), found)
    assert found == [refused]
    assert outcome.refused == 1
