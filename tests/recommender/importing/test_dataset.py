"""A folder of files: what it is found to be, and that it is imported as a whole."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from catalog.importing.exceptions import FileRefused
from catalog.importing.outcome import ImportOutcome
from catalog.importing.progress import Progress
from catalog.importing.row_error import RowError
from catalog.importing.row_file import ReadOptions
from catalog.models import Catalog, Item
from recommender.models import Interaction
from recommender.services.importing import import_dataset
from tests.catalog.importing.reading import write
from users.models import Profile

NOW = datetime(2026, 11, 24, tzinfo=UTC)
SHOWCASE = Path(__file__).resolve().parents[3] / "showcase"


def import_folder(
    catalog: Catalog,
    folder: Path,
    *,
    kind: str | None = None,
    options: ReadOptions | None = None,
    refused: list[tuple[str, RowError]] | None = None,
) -> list[ImportOutcome]:
    found = refused if refused is not None else []
    return import_dataset(
        catalog=catalog,
        folder=folder,
        options=options or ReadOptions(),
        kind=kind,
        now=NOW,
        refuse_for=lambda path: lambda error: found.append((path.name, error)),
        progress=Progress(),
    )


def first_lines(outcomes: list[ImportOutcome]) -> list[str]:
    return [outcome.lines()[0] for outcome in outcomes]


def test_items_profiles_and_interactions_of_the_showcase(catalog: Catalog) -> None:
    items = len((SHOWCASE / "items.csv").read_text(encoding="utf-8").splitlines()) - 1
    profiles = len((SHOWCASE / "profiles.csv").read_text(encoding="utf-8").splitlines()) - 1
    interactions = len((SHOWCASE / "interactions.csv").read_text(encoding="utf-8").splitlines()) - 1
    assert first_lines(import_folder(catalog, SHOWCASE)) == [
        f"items: {items} new, 0 changed, 0 unchanged, 0 refused",
        f"profiles: {profiles} new, 0 changed, 0 unchanged, 0 refused",
        f"interactions: {interactions} new, 0 changed, 0 unchanged, 0 refused",
    ]
    assert Profile.objects.filter(simulated=True).count() == profiles
    assert Item.objects.get(external_id="film-interstellar").title_in("zh-hans") == "星际穿越"
    assert first_lines(import_folder(catalog, SHOWCASE)) == [
        f"items: 0 new, 0 changed, {items} unchanged, 0 refused",
        f"profiles: 0 new, 0 changed, {profiles} unchanged, 0 refused",
        f"interactions: 0 new, 0 changed, {interactions} unchanged, 0 refused",
    ]


def test_packed_files_and_json_lines_are_found(catalog: Catalog, tmp_path: Path) -> None:
    write(tmp_path / "items.csv.gz", "item_id,title\n1,Solaris\n", packed=True)
    write(tmp_path / "interactions.jsonl", '{"user_id": "alice", "item_id": "1", "kind": "like", "timestamp": 5}\n')
    assert first_lines(import_folder(catalog, tmp_path)) == [
        "items: 1 new, 0 changed, 0 unchanged, 0 refused",
        "interactions: 1 new, 0 changed, 0 unchanged, 0 refused",
    ]


def test_movielens_as_it_is_published(catalog: Catalog, tmp_path: Path) -> None:
    write(tmp_path / "movies.csv", 'movieId,title,genres\n1,Toy Story (1995),Comedy\n2,"Matrix, The (1999)",Action\n')
    write(tmp_path / "ratings.csv", "userId,movieId,rating,timestamp\n1,1,4.0,964980499\n1,2,4.0,964980500\n2,9,5,5\n")
    write(tmp_path / "tags.csv", "userId,movieId,tag,timestamp\n1,1,fun,5\n")
    write(tmp_path / "links.csv", "movieId,imdbId,tmdbId\n1,0114709,862\n")
    refused: list[tuple[str, RowError]] = []
    assert first_lines(import_folder(catalog, tmp_path, refused=refused)) == [
        "items: 2 new, 0 changed, 0 unchanged, 0 refused",
        "interactions: 2 new, 0 changed, 0 unchanged, 1 refused",
    ]
    assert refused == [("ratings.csv", RowError(4, "item_id", "9", "is no item of this catalog"))]
    film = Item.objects.get(external_id="1")
    assert (film.title, film.tags, film.categories) == ("Toy Story", ["fun"], ["Comedy"])
    assert film.attributes == {"year": 1995, "imdb_id": "0114709", "tmdb_id": "862"}
    # Two equal values would be no ratings elsewhere; in MovieLens they are.
    assert set(Interaction.objects.values_list("kind__name", "value")) == {("rating", 4.0)}
    assert first_lines(import_folder(catalog, tmp_path))[0] == "items: 0 new, 0 changed, 2 unchanged, 0 refused"


def test_one_refused_file_keeps_the_others_out(catalog: Catalog, tmp_path: Path) -> None:
    write(tmp_path / "items.csv", "item_id,title\n1,Solaris\n")
    write(tmp_path / "interactions.csv", "user_id,value\nalice,1\n")
    with pytest.raises(FileRefused, match="no column item_id"):
        import_folder(catalog, tmp_path)
    assert Item.objects.count() == 0


def test_column_goes_to_the_files_that_have_its_field(catalog: Catalog, tmp_path: Path) -> None:
    write(tmp_path / "items.csv", "sku,name\n1,Solaris\n")
    write(tmp_path / "interactions.csv", "who,sku,kind,timestamp\nalice,1,like,5\n")
    columns = {"item_id": "sku", "title": "name", "user_id": "who"}
    assert len(import_folder(catalog, tmp_path, options=ReadOptions(columns=columns))) == 2
    assert Interaction.objects.get().item.title == "Solaris"
    with pytest.raises(FileRefused, match="'colour' is none of"):
        import_folder(catalog, tmp_path, options=ReadOptions(columns={"colour": "name"}))


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        ([], "holds no data set: neither items.csv nor interactions.csv"),
        (["movies.csv"], "holds no data set"),
        (["items.csv", "items.csv.gz"], "holds items.csv and items.csv.gz: which one?"),
    ],
)
def test_folder_that_is_no_data_set_is_refused(catalog: Catalog, tmp_path: Path, names: list[str], reason: str) -> None:
    for name in names:
        write(tmp_path / name, "item_id,title\n")
    with pytest.raises(FileRefused, match=reason):
        import_folder(catalog, tmp_path)


def test_file_instead_of_a_folder_is_refused(catalog: Catalog, tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match=r"is not a folder\. import_items and import_interactions take"):
        import_folder(catalog, write(tmp_path / "items.csv", "item_id,title\n"))
