"""The servers' programs: run where they are installed, or from a copy that their account can reach."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import psutil
import pytest

from genre_site.embedded import binaries
from genre_site.embedded.binaries import Binaries, find_binaries
from genre_site.embedded.exceptions import ServiceUserError
from genre_site.embedded.instance import Instance
from genre_site.embedded.service_user import ServiceUser
from genre_site.local_services import LocalServices

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the servers to another account")


@needs_root
def test_programs_out_of_the_accounts_reach_are_copied_and_run(
    state_root: Path, instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = find_binaries(instance)
    package = installed.postgres_folder.parents[1]
    closed = state_root / "closed"
    closed.mkdir(mode=0o700)
    shutil.copytree(package, closed / package.name)
    shutil.copytree(package.with_name(f"{package.name}.libs"), closed / f"{package.name}.libs")
    shutil.copy(installed.valkey_server, closed / "valkey-server")
    unreachable = Binaries(closed / package.name / "pginstall" / "bin", closed / "valkey-server")
    monkeypatch.setattr(binaries, "_installed", lambda: unreachable)
    services = LocalServices(instance)
    services.ensure_running()
    programs = [Path(psutil.Process(status.pid).exe()) for status in services.status()]
    assert [program.name for program in programs] == ["postgres", "valkey-server"]
    assert all(program.is_relative_to(state_root / ".servers") for program in programs)
    services.stop()
    shutil.rmtree(closed)
    services.ensure_running()


@needs_root
def test_root_lends_the_servers_an_unprivileged_account() -> None:
    assert ServiceUser.choose({}).name in {"postgres", "nobody"}
    chosen = ServiceUser.choose({"GENRE_SERVICE_USER": "nobody"})
    assert (chosen.name, chosen.is_borrowed) == ("nobody", True)
    with pytest.raises(ServiceUserError, match="refuses to run as root"):
        ServiceUser.choose({"GENRE_SERVICE_USER": "root"})
    with pytest.raises(ServiceUserError, match="no such account"):
        ServiceUser.choose({"GENRE_SERVICE_USER": "no-such-account"})


def test_a_plain_user_runs_the_servers_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("genre_site.embedded.service_user.os.geteuid", lambda: 1)
    chosen = ServiceUser.choose({"GENRE_SERVICE_USER": "nobody"})
    assert (chosen.uid, chosen.is_borrowed, chosen.switch_uid) == (1, False, None)


def test_a_user_without_a_name_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("genre_site.embedded.service_user.os.geteuid", lambda: 987654)
    with pytest.raises(ServiceUserError, match="987654 has no name"):
        ServiceUser.choose({})
