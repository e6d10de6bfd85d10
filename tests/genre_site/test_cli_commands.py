"""What the commands of ./run decide before they start anything."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from genre_site.cli.__main__ import main
from genre_site.cli.children import run_child
from genre_site.cli.exceptions import CliError, Terminated
from genre_site.cli.lint import checks
from genre_site.cli.manage_command import needs_schema
from genre_site.cli.program_environment import program_environment
from genre_site.cli.serve import for_host
from genre_site.cli.suite import _from_checkout, side_by_side
from genre_site.cli.web import bind, bind_next_free, bind_wished, is_answering, url_of
from genre_site.embedded.instance import CHECKOUT, Instance
from genre_site.local_services import Addresses

EVERYWHERE = "0.0.0.0"  # noqa: S104 - bound for a moment, to see how it is written
ADDRESSES = Addresses("postgresql:///genre", "memory://")


@pytest.fixture
def taken() -> Iterator[socket.socket]:
    with closing(bind("127.0.0.1", 0)) as listener:
        yield listener


def port(listener: socket.socket) -> int:
    return int(listener.getsockname()[1])


def test_a_port_in_use_is_one_sentence(taken: socket.socket) -> None:
    with pytest.raises(CliError, match=rf"port {port(taken)}: Address already in use"):
        bind_wished("127.0.0.1", port(taken))


def test_a_demo_takes_the_next_free_port(taken: socket.socket) -> None:
    with closing(bind_next_free("127.0.0.1", port(taken))) as listener:
        assert port(taken) < port(listener) < port(taken) + 100


def test_an_address_is_written_as_a_browser_takes_it(taken: socket.socket) -> None:
    assert url_of(taken) == f"http://127.0.0.1:{port(taken)}/"
    with closing(bind(EVERYWHERE, 0)) as everywhere:
        assert url_of(everywhere) == f"http://localhost:{port(everywhere)}/"


def test_nobody_answers_at_a_closed_port(taken: socket.socket) -> None:
    address = url_of(taken)
    taken.close()
    assert not is_answering(address)


def test_https_is_off_only_on_the_loopback_address_and_only_unless_set() -> None:
    assert for_host("127.0.0.1", {}) == {"GENRE_HTTPS": "0"}
    assert for_host("127.0.0.1", {"GENRE_HTTPS": "1"}) == {"GENRE_HTTPS": "1"}
    assert for_host(EVERYWHERE, {}) == {}


@pytest.mark.parametrize("arguments", [[], ["migrate"], ["help"], ["--version"], ["recommend", "--help"], ["check"]])
def test_commands_about_the_schema_or_none_migrate_nothing(arguments: list[str]) -> None:
    assert not needs_schema(arguments)


@pytest.mark.parametrize("arguments", [["recommend", "-k", "5"], ["import_dataset", "x"], ["shell"]])
def test_commands_that_read_the_database_need_its_schema(arguments: list[str]) -> None:
    assert needs_schema(arguments)


def test_programs_find_the_instance_and_not_another_projects_settings(instance: Instance) -> None:
    given = {"DJANGO_SETTINGS_MODULE": "shop.settings", "PYTHONPATH": "/elsewhere", "GENRE_ROLE": "web", "HOME": "/h"}
    environment = program_environment(instance, ADDRESSES, given)
    assert environment["DATABASE_URL"] == "postgresql:///genre"
    assert environment["BROKER_URL"] == "memory://"
    assert environment["DJANGO_SETTINGS_MODULE"] == "genre_site.settings"
    assert environment["PYTHONPATH"] == f"{CHECKOUT}:/elsewhere"
    assert environment["GENRE_INSTANCE_FOLDER"] == str(instance.folder)
    assert environment["GENRE_STATE_DIR"] == str(instance.state_root)
    assert environment["GENRE_SECRET_KEY_FILE"] == str(instance.secret_key_file)
    assert "GENRE_ROLE" not in environment
    assert json.loads(environment["GENRE_WORKER_COMMAND"])[-2:] == ["worker", "--background"]


def test_a_secret_key_of_the_persons_own_is_kept(instance: Instance) -> None:
    environment = program_environment(instance, ADDRESSES, {"GENRE_SECRET_KEY": "mine"})
    assert environment["GENRE_SECRET_KEY"] == "mine"
    assert "GENRE_SECRET_KEY_FILE" not in environment


def test_a_path_given_to_the_tests_means_what_it_means_where_the_person_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "test_x.py").write_text("")
    assert _from_checkout(["test_x.py::test_one", "no_such_file.py"]) == [
        f"{tmp_path}/test_x.py::test_one",
        "no_such_file.py",
    ]
    assert _from_checkout(["-k", "test_x.py", "-m", ""]) == ["-k", "test_x.py", "-m", ""]
    assert _from_checkout([]) == []


def test_a_childs_exit_code_is_kept_and_a_signal_told_as_a_shell_does() -> None:
    shell = ["/bin/sh", "-c"]
    assert run_child([*shell, "exit 7"], environment={}) == 7
    assert run_child([*shell, "kill -9 $$"], environment={}) == 137


def test_terminated_is_an_exit_with_the_signals_number() -> None:
    assert Terminated(15).code == 143


def test_wrong_usage_is_told_with_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["frobnicate"], ["stop", "now"], ["status", "x"], ["bench"], ["bench", "x"], ["worker", "--x"]):
        assert main(arguments) == 2, arguments
    assert capsys.readouterr().err.startswith("genre: 'frobnicate' is not a command")


def test_a_state_folder_that_cannot_serve_is_one_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GENRE_STATE_DIR", "/tmp/" + "d" * 120)
    assert main(["status"]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("genre: GENRE_STATE_DIR=")
    assert told.err.count("\n") == 1


def test_every_check_of_lint_names_a_program_that_is_there() -> None:
    for check in checks():
        assert Path(check.command[0]).exists(), check.name
    assert len({check.name for check in checks()}) == len(checks())


def test_an_interrupted_command_ends_with_130(state_root: Path) -> None:
    # Whatever started the tests may have had them ignore the signal.
    script = "import os, signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
    script += "from genre_site.cli import __main__ as m; "
    script += "m.COMMANDS = {'status': lambda a, e: os.kill(os.getpid(), signal.SIGINT)}; sys.exit(m.main(['status']))"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (130, "genre: interrupted\n")


@pytest.mark.parametrize(
    ("processors", "arguments"),
    [
        (None, []),
        (1, []),
        (2, ["-n", "2", "--dist", "loadfile"]),
        (64, ["-n", "4", "--dist", "loadfile"]),
    ],
)
def test_tests_run_side_by_side_where_there_are_processors(processors: int | None, arguments: list[str]) -> None:
    assert side_by_side(processors) == arguments
