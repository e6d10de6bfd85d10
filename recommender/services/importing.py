"""A folder of files that belong together: items, profiles, interactions, or MovieLens in its own layout."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from django.db import transaction

from catalog.importing.exceptions import FileRefused
from catalog.importing.item_import import import_item_file, import_items
from catalog.importing.items import ITEM_LAYOUT
from catalog.importing.layout import Layout
from catalog.importing.movielens import MOVIES_LAYOUT, RATING_COLUMNS, MovieLensFiles, open_movielens_items
from catalog.importing.outcome import ImportOutcome, Refuse
from catalog.importing.progress import Progress
from catalog.importing.row_file import ReadOptions
from catalog.models import Catalog
from recommender.services.importing_interactions import import_interaction_file
from recommender.services.importing_kinds import RATING
from recommender.services.importing_profiles import PROFILE_LAYOUT, import_profile_file
from recommender.services.importing_rows import INTERACTION_LAYOUT
from users.erasures import Way

ENDINGS = (".csv", ".csv.gz", ".jsonl", ".jsonl.gz")


@dataclass(frozen=True)
class DatasetFiles:
    items: Path | None
    profiles: Path | None
    interactions: Path | None


@transaction.atomic
def import_dataset(
    *,
    catalog: Catalog,
    folder: Path,
    options: ReadOptions,
    kind: str | None,
    now: datetime,
    refuse_for: Callable[[Path], Refuse],
    progress: Progress,
    consent: Way | None = None,
) -> list[ImportOutcome]:
    """Import everything that the folder holds, in one transaction.

    Args:
        kind: that of interactions that name none.
        refuse_for: gives for a file what takes its refused rows.
        consent: by which way people who were erased agreed to come back; None: they did not, and are refused.

    Raises:
        FileRefused: one of the files cannot be used; then nothing changes.
    """
    files = find_files(folder)
    interactions: Path | None
    if isinstance(files, MovieLensFiles):
        if options.columns:
            raise FileRefused("MovieLens has its own columns: --column does not apply.")
        outcomes = [_import_movielens_items(catalog, files, options, refuse_for(files.movies), progress)]
        options, interactions, kind = replace(options, columns=RATING_COLUMNS), files.ratings, kind or RATING
    else:
        _check_fields(options.columns)
        outcomes = _import_items_and_profiles(catalog, files, options, refuse_for, progress, consent)
        options, interactions = _for_layout(options, INTERACTION_LAYOUT), files.interactions
    if interactions:
        outcomes.append(
            import_interaction_file(
                catalog=catalog,
                path=interactions,
                options=options,
                kind=kind,
                now=now,
                refuse=refuse_for(interactions),
                progress=progress,
                consent=consent,
            )
        )
    return outcomes


def find_files(folder: Path) -> DatasetFiles | MovieLensFiles:
    """What the folder holds; raises FileRefused when it is no data set, or has a file twice."""
    if not folder.is_dir():
        raise FileRefused(f"{folder} is not a folder. import_items and import_interactions take single files.")
    movies, ratings = _the_file(folder, "movies"), _the_file(folder, "ratings")
    if movies and ratings:
        return MovieLensFiles(movies, ratings, _the_file(folder, "tags"), _the_file(folder, "links"))
    files = DatasetFiles(*(_the_file(folder, name) for name in ("items", "profiles", "interactions")))
    if not (files.items or files.interactions):
        raise FileRefused(
            f"{folder} holds no data set: neither items.csv nor interactions.csv (or .jsonl, or .gz of them), nor "
            "movies.csv and ratings.csv as GroupLens publishes them."
        )
    return files


def _the_file(folder: Path, name: str) -> Path | None:
    found = [path for ending in ENDINGS if (path := folder / f"{name}{ending}").exists()]
    if len(found) > 1:
        raise FileRefused(f"{folder} holds {' and '.join(path.name for path in found)}: which one? Remove the other.")
    return found[0] if found else None


def _import_items_and_profiles(
    catalog: Catalog,
    files: DatasetFiles,
    options: ReadOptions,
    refuse_for: Callable[[Path], Refuse],
    progress: Progress,
    consent: Way | None,
) -> list[ImportOutcome]:
    import_profiles = partial(import_profile_file, consent=consent)
    parts = ((files.items, import_item_file, ITEM_LAYOUT), (files.profiles, import_profiles, PROFILE_LAYOUT))
    return [
        import_file(
            catalog=catalog,
            path=path,
            options=_for_layout(options, layout),
            refuse=refuse_for(path),
            progress=progress,
        )
        for path, import_file, layout in parts
        if path
    ]


def _import_movielens_items(
    catalog: Catalog, files: MovieLensFiles, options: ReadOptions, refuse: Refuse, progress: Progress
) -> ImportOutcome:
    with open_movielens_items(files, options, progress) as (movies, rows):
        counts, refused = import_items(catalog=catalog, rows=rows, refuse=refuse)
        return ImportOutcome(
            name="items",
            counts=counts,
            refused=refused,
            empty_rows=movies.empty_rows,
            unused_columns=tuple(name for name, key in movies.columns.items() if key not in MOVIES_LAYOUT.fields),
        )


def _check_fields(columns: Mapping[str, str]) -> None:
    layouts = (ITEM_LAYOUT, PROFILE_LAYOUT, INTERACTION_LAYOUT)
    for field in columns:
        if not any(layout.field_of(field) for layout in layouts):
            known = sorted(frozenset().union(*(layout.fields for layout in layouts)))
            raise FileRefused(f"--column {field}={columns[field]}: {field!r} is none of {', '.join(known)}.")


def _for_layout(options: ReadOptions, layout: Layout) -> ReadOptions:
    """The options with those columns alone that this file can have."""
    return replace(options, columns={key: name for key, name in options.columns.items() if layout.field_of(key)})
