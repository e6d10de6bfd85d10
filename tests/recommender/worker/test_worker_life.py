"""A worker's processes end with it, on Linux by the kernel and elsewhere by looking."""

from __future__ import annotations

import subprocess
import sys

import psutil
import pytest
from pytest_django import Settings

from genre_site.embedded.instance import CHECKOUT
from recommender.models import EmbeddingSpace
from recommender.services.catalogs import open_catalog
from tests.recommender.worker.brokers import Broker
from tests.recommender.worker.conftest import StartWorker
from tests.recommender.worker.processes import wait_until

# A parent that only waits, and a child that would outlive it. sys.platform is said again in the child.
FAMILY = """
import os, sys, time
from genre_site.worker_life import end_with_parent
parent = os.getpid()
child = os.fork()
if child == 0:
    sys.platform = {platform!r}
    end_with_parent({told_parent})
    print(os.getpid(), flush=True)
    time.sleep(60)
    os._exit(0)
_, status = os.waitpid(child, 0)
print("ended", os.waitstatus_to_exitcode(status), flush=True)
"""
PLATFORMS = [
    pytest.param("linux", marks=pytest.mark.skipif(sys.platform != "linux", reason="the kernel's way")),
    "darwin",
]


def start_family(platform: str, told_parent: str = "parent") -> subprocess.Popen[str]:
    script = FAMILY.format(platform=platform, told_parent=told_parent)
    return subprocess.Popen([sys.executable, "-c", script], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_child_ends_with_its_killed_parent(platform: str) -> None:
    with start_family(platform) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
        parent.wait()
        wait_until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE, 5.0)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_child_whose_parent_is_gone_already_ends_at_once(platform: str) -> None:
    """The parent may end between the fork and the child's first line."""
    with start_family(platform, told_parent="parent + 1") as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "ended 1\n"


@pytest.mark.django_db(transaction=True)
def test_model_is_loaded_after_the_fork_and_never_in_the_worker_itself(
    broker: Broker, start_worker: StartWorker, settings: Settings
) -> None:
    settings.GENRE_DEFAULT_ENCODER = "multilingual-use"
    catalog = open_catalog(slug="films")
    worker = start_worker()
    (pool_process,) = worker.children()
    itself = psutil.Process(worker.pid)
    before, itself_before = pool_process.memory_info().rss, itself.memory_info().rss
    catalog.items.create(external_id="1", title="quiet piano")
    wait_until(lambda: catalog.embedding_spaces.filter(state=EmbeddingSpace.State.FILLED).exists(), 30.0)
    loaded = pool_process.memory_info().rss - before
    assert loaded > 100 * 2**20
    assert itself.memory_info().rss - itself_before < loaded / 10
