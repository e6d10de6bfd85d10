"""Folders of files as data sets to evaluate on."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from catalog.importing.exceptions import FileRefused
from catalog.importing.row_error import RowError
from recommender.evaluation.dataset import EvalCase
from recommender.services.evaluation_data import EvaluationData, read_folder
from tests.catalog.importing.reading import write

NOW = datetime(2026, 6, 1, tzinfo=UTC)

ITEMS = """item_id,title,description,categories,tags,hidden,mean_rating
10,Solaris,A sea that thinks.,Drama|Science Fiction,slow,no,4.2
9,Stalker,,Drama,,yes,4.4
2,Big,A boy grows up overnight.,Comedy,,no,3.9
"""
RATINGS = """user_id,item_id,value,timestamp
alice,9,4.5,1000
alice,2,3.0,900.5
bob,10,,2000
"""


class Refused(list[tuple[str, int, str, str]]):
    def __call__(self, path: Path, error: RowError) -> None:
        self.append((path.name, error.row_number, error.column, error.reason))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "items.csv", ITEMS)
    write(tmp_path / "interactions.csv", RATINGS)
    return tmp_path


def read(folder: Path) -> tuple[EvaluationData, Refused]:
    refused = Refused()
    return read_folder(folder, now=NOW, refuse=refused), refused


def test_people_items_and_what_they_did_become_columns(folder: Path) -> None:
    data, refused = read(folder)
    dataset = data.dataset
    assert refused == []
    assert dataset.item_ids == ["2", "9", "10"]
    assert dataset.user_ids == ["bob", "alice"]
    assert dataset.users.tolist() == [1, 1, 0]
    assert dataset.items.tolist() == [1, 0, 2]
    np.testing.assert_array_equal(dataset.values, [4.5, 3.0, np.nan])
    assert dataset.timestamps.tolist() == [1000.0, 900.5, 2000.0]
    assert dataset.fold is None
    assert dataset.split is None
    assert dataset.eval_cases == ()


def test_text_is_title_categories_and_description_and_nothing_that_tells_what_was_liked(folder: Path) -> None:
    data, _ = read(folder)
    assert data.dataset.item_titles == ["Big", "Stalker", "Solaris"]
    assert data.dataset.item_texts[2] == "Solaris\nDrama, Science Fiction\nA sea that thinks."
    assert data.dataset.item_texts[1] == "Stalker\nDrama"
    assert data.items["10"].tags is None


def test_hidden_items_are_judged_like_all_others(folder: Path) -> None:
    assert read(folder)[0].items["9"].hidden is None


def test_order_is_the_sequence_and_without_one_the_place_in_the_file(folder: Path) -> None:
    assert read(folder)[0].dataset.order.tolist() == [2, 3, 4]
    write(folder / "interactions.csv", "user_id,item_id,seq\nalice,9,7\nalice,2,5\n")
    dataset = read(folder)[0].dataset
    assert dataset.order.tolist() == [7, 5]
    assert dataset.oldest_first().tolist() == [1, 0]


def test_folds_and_splits_are_labels_of_rows(folder: Path) -> None:
    write(folder / "interactions.csv", "user_id,item_id,fold,split\nalice,9,2,test\nalice,2,,valid\nbob,2,1,train\n")
    dataset = read(folder)[0].dataset
    assert dataset.fold == ["2", "", "1"]
    assert dataset.split == ["test", "valid", "train"]


def test_unknown_split_is_refused(folder: Path) -> None:
    write(folder / "interactions.csv", "user_id,item_id,split\nalice,9,test\nalice,2,later\n")
    data, refused = read(folder)
    assert refused == [("interactions.csv", 3, "split", "is none of train, valid, test")]
    assert len(data.dataset.users) == 1


def test_published_questions_keep_what_was_used_twice(folder: Path) -> None:
    write(folder / "eval_valid.csv", "user_id,history_item_ids,target_item_id\nbob,2,9\n")
    write(
        folder / "eval_test.csv.gz",
        "user_id,history_item_ids,target_item_id\nalice,9|2|2,10\ncarol,,9\ncarol,8,9\n",
        packed=True,
    )
    data, refused = read(folder)
    assert data.dataset.user_ids == ["bob", "alice", "carol"]
    assert data.dataset.eval_cases == (
        EvalCase("valid", 0, (0,), 1),
        EvalCase("test", 1, (1, 0, 0), 2),
        EvalCase("test", 2, (), 1),
    )
    assert refused == [("eval_test.csv.gz", 4, "history_item_ids", "is no item of this data set")]


def test_rows_that_cannot_be_used_are_told_and_the_others_are_judged(folder: Path) -> None:
    write(folder / "items.csv", ITEMS + "9,Again,,,,,\n,Nameless,,,,,\n")
    write(folder / "interactions.csv", RATINGS + "bob,77,4,2000\nbob,2,much,2000\nalice,9,1,1000\nbob,2,4,9999999999\n")
    data, refused = read(folder)
    assert len(data.dataset.users) == 3
    assert data.items["9"].title == "Stalker"
    assert sorted(refused) == [
        ("interactions.csv", 5, "item_id", "is no item of this data set"),
        ("interactions.csv", 6, "value", "is not a number"),
        ("interactions.csv", 7, "item_id", "is the same interaction as row 2"),
        ("interactions.csv", 8, "timestamp", "lies in the future"),
        ("items.csv", 5, "item_id", "stands already in row 3"),
        ("items.csv", 6, "item_id", "is empty"),
    ]


def test_repetitions_without_time_and_sequence_are_interactions_of_their_own(folder: Path) -> None:
    write(folder / "interactions.csv", "user_id,item_id\nalice,9\nalice,9\n")
    data, refused = read(folder)
    assert data.dataset.items.tolist() == [1, 1]
    assert refused == []


def test_repetitions_at_one_place_of_a_sequence_are_one_interaction(folder: Path) -> None:
    write(folder / "interactions.csv", "user_id,item_id,seq\nalice,9,0\nalice,9,0\nalice,9,1\n")
    data, refused = read(folder)
    assert data.dataset.order.tolist() == [0, 1]
    assert refused == [("interactions.csv", 3, "item_id", "is the same interaction as row 2")]


def test_movielens_is_read_as_it_is_published(tmp_path: Path) -> None:
    write(tmp_path / "movies.csv", 'movieId,title,genres\n1,"Matrix, The (1999)",Action|Sci-Fi\n2,Big (1988),Comedy\n')
    write(tmp_path / "ratings.csv", "userId,movieId,rating,timestamp\n7,1,4.0,1000\n7,2,2.5,1001\n")
    write(tmp_path / "tags.csv", "userId,movieId,tag,timestamp\n7,1,my favourite,1000\n")
    data, refused = read(tmp_path)
    assert refused == []
    assert data.dataset.item_texts == ["The Matrix (1999)\nAction, Sci-Fi", "Big (1988)\nComedy"]
    assert data.dataset.values.tolist() == [4.0, 2.5]


def test_json_lines_are_read_too(folder: Path) -> None:
    (folder / "interactions.csv").unlink()
    write(folder / "interactions.jsonl", '{"user_id": "alice", "item_id": 9, "value": 4, "fold": 3}\n')
    dataset = read(folder)[0].dataset
    assert dataset.values.tolist() == [4.0]
    assert dataset.fold == ["3"]


@pytest.mark.parametrize("name", ["items", "interactions"])
def test_folder_without_one_of_its_files_is_refused(folder: Path, name: str) -> None:
    (folder / f"{name}.csv").unlink()
    with pytest.raises(FileRefused, match=rf"has no {name}\.csv"):
        read(folder)


def test_question_file_that_is_there_twice_is_refused(folder: Path) -> None:
    for name in ("eval_test.csv", "eval_test.jsonl"):
        write(folder / name, "user_id,history_item_ids,target_item_id\nalice,9,2\n")
    with pytest.raises(FileRefused, match=r"holds eval_test\.csv and eval_test\.jsonl: which one"):
        read(folder)


def test_file_without_a_usable_row_is_refused_with_the_first_reason(folder: Path) -> None:
    write(folder / "interactions.csv", "user_id,item_id\nalice,77\nbob,78\n")
    with pytest.raises(FileRefused, match=r"interactions\.csv has not one .* row 2, item_id '77' is no item"):
        read(folder)
