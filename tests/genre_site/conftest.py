"""State folders short enough for sockets and open enough for the servers' account, and what they hold is stopped."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from genre_site.cli.shutdown import stop_instance
from genre_site.embedded.instance import Instance


@contextmanager
def open_state_root() -> Iterator[Path]:
    """pytest's own folders are closed to the account that runs the servers, and their paths are long."""
    root = Path(tempfile.mkdtemp(prefix="genre-"))
    root.chmod(0o711 if os.geteuid() == 0 else 0o700)
    yield root
    for folder in root.iterdir():
        if (folder / "processes").is_dir():
            stop_instance(Instance.from_environment({"GENRE_STATE_DIR": str(root)}, name=folder.name))
    shutil.rmtree(root)


@pytest.fixture
def state_root() -> Iterator[Path]:
    with open_state_root() as root:
        yield root


@pytest.fixture
def instance(state_root: Path) -> Instance:
    return Instance.from_environment({"GENRE_STATE_DIR": str(state_root)}, name="main")
