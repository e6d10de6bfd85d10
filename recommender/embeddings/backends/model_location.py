"""Where a sentence-transformers model lies: in a folder, in an installed package, or on Hugging Face."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from pathlib import Path

from recommender.embeddings.exceptions import EncoderUnavailable, UnsupportedRecipe

PACKAGE_PREFIX = "package:"

# The files that tell sentence-transformers (the first) or transformers (the second) what a folder holds.
_DESCRIPTIONS = ("modules.json", "config.json")

_HUB_ID = re.compile(r"[\w.-]+(/[\w.-]+)?", re.ASCII)


@dataclass(frozen=True)
class ModelLocation:
    """What is handed to sentence-transformers; a local model must be loaded without asking the network."""

    path_or_id: str
    revision: str | None
    local: bool


def locate_model(model: str, revision: str = "") -> ModelLocation:
    """Find a model by the name that an operator gave it.

    Args:
        model: `package:NAME` for an importable package that carries its weights, a folder, or a Hugging Face id.
        revision: of a Hugging Face id a branch, tag or commit; of a package its installed version; "" for any.
    Raises: EncoderUnavailable when it is not there, UnsupportedRecipe for a revision that cannot be had.
    """
    if model.startswith(PACKAGE_PREFIX):
        return _in_package(model.removeprefix(PACKAGE_PREFIX), revision)
    folder = Path(model).expanduser()
    if model and folder.is_dir():
        if revision:
            raise UnsupportedRecipe(f"the folder {model!r} has no revisions, so none named {revision!r}")
        if not _holds_model(folder):
            raise EncoderUnavailable(f"the folder {model!r} holds no {' and no '.join(_DESCRIPTIONS)}")
        return ModelLocation(str(folder.resolve()), None, local=True)
    if not _HUB_ID.fullmatch(model):
        raise EncoderUnavailable(f"{model!r} is no folder here and no Hugging Face id")
    return ModelLocation(model, revision or None, local=False)


def _in_package(name: str, revision: str) -> ModelLocation:
    # Found without importing it: a package whose name an operator typed runs no code here. A dotted name would
    # import its parent.
    spec = importlib.util.find_spec(name) if name.isidentifier() else None
    if spec is None or not spec.submodule_search_locations:
        raise EncoderUnavailable(f"the package {name!r} is not installed")
    folders = [folder for root in spec.submodule_search_locations for folder in _candidate_folders(Path(root))]
    if not folders:
        raise EncoderUnavailable(f"the package {name!r} carries no model")
    if revision and revision != _installed_version(name):
        raise UnsupportedRecipe(f"the package {name!r} is installed as {_installed_version(name)}, not as {revision!r}")
    return ModelLocation(str(folders[0]), None, local=True)


def _candidate_folders(root: Path) -> list[Path]:
    """Folders with a model, the package itself first, then those one level below."""
    below = sorted(path for path in root.iterdir() if path.is_dir())
    return [folder for folder in [root, *below] if _holds_model(folder)]


def _holds_model(folder: Path) -> bool:
    return any((folder / description).is_file() for description in _DESCRIPTIONS)


def _installed_version(import_name: str) -> str:
    for distribution in packages_distributions().get(import_name, []):
        try:
            return version(distribution)
        except PackageNotFoundError:
            continue
    return "unknown"
