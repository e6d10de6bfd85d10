"""Where an instance lives, and why not elsewhere."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from genre_site.embedded.exceptions import StateFolderError
from genre_site.embedded.service_user import ServiceUser
from genre_site.embedded.state_folder import find_problem, locate_state_root

AS_ROOT = os.geteuid() == 0
USER = ServiceUser.choose({})


def locate(checkout: Path, environment: dict[str, str]) -> Path:
    return locate_state_root(checkout=checkout, instance_name="main", user=USER, environment=environment)


def own_folder(checkout: Path, state_home: Path) -> Path:
    mark = hashlib.sha256(os.fsencode(checkout)).hexdigest()[:12]
    return Path("/var/lib/genre") / mark if AS_ROOT else state_home / "genre" / mark


def test_var_in_the_checkout_is_the_first_choice(state_root: Path) -> None:
    assert locate(state_root, {}) == state_root / "var"


def test_a_path_too_long_for_a_socket_gives_way_to_a_folder_of_genres_own(state_root: Path) -> None:
    checkout = state_root / ("d" * 100)
    checkout.mkdir()
    environment = {"XDG_STATE_HOME": str(state_root)}
    assert locate(checkout, environment) == own_folder(checkout, state_root)


def test_the_longest_path_that_still_fits_is_used(state_root: Path) -> None:
    room = 107 - len(str(state_root / "main" / "run" / ".s.PGSQL.5432")) - 1
    fitting, too_long = state_root / ("d" * room), state_root / ("d" * (room + 1))
    assert find_problem(fitting, "main", USER) is None
    assert find_problem(too_long, "main", USER) == "its socket's path has 108 bytes, and a unix socket takes 107"


def test_bytes_count_and_not_characters(state_root: Path) -> None:
    assert "bytes" in str(find_problem(state_root / ("数" * 25), "main", USER))


def test_a_comma_gives_way_too(state_root: Path) -> None:
    checkout = state_root / "a,b"
    checkout.mkdir()
    assert locate(checkout, {"XDG_STATE_HOME": str(state_root)}) == own_folder(checkout, state_root)


@pytest.mark.skipif(not AS_ROOT, reason="only root hands the servers to another account")
def test_a_checkout_that_the_servers_account_cannot_enter_gives_way(state_root: Path) -> None:
    closed = state_root / "closed"
    (closed / "checkout").mkdir(parents=True)
    closed.chmod(0o700)
    assert locate(closed / "checkout", {}) == own_folder(closed / "checkout", state_root)
    assert find_problem(closed / "checkout" / "var", "main", USER) == (
        f"user '{USER.name}', who runs the servers, cannot enter {closed}/checkout"
    )


def test_an_explicit_folder_is_used_as_it_is(state_root: Path) -> None:
    assert locate(Path("/nowhere"), {"GENRE_STATE_DIR": str(state_root / "mine")}) == state_root / "mine"


def test_an_explicit_folder_that_cannot_serve_is_an_error_with_the_reason(state_root: Path) -> None:
    with pytest.raises(StateFolderError, match=r"GENRE_STATE_DIR=.* cannot be used: .* takes 107"):
        locate(state_root, {"GENRE_STATE_DIR": str(state_root / ("d" * 100))})


def test_an_explicit_folder_that_is_a_file_is_an_error(state_root: Path) -> None:
    (state_root / "file").write_text("")
    with pytest.raises(StateFolderError, match="is not a folder"):
        locate(state_root, {"GENRE_STATE_DIR": str(state_root / "file")})


def test_without_a_usable_home_the_last_resort_is_a_private_folder_in_tmp(
    state_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("genre_site.embedded.state_folder.os.geteuid", lambda: 4321)
    checkout = state_root / ("d" * 100)
    mark = hashlib.sha256(os.fsencode(checkout)).hexdigest()[:12]
    plain = ServiceUser("plain", 4321, 4321, is_borrowed=False)
    environment = {"XDG_STATE_HOME": str(checkout)}
    found = locate_state_root(checkout=checkout, instance_name="main", user=plain, environment=environment)
    assert found == Path(f"/tmp/genre-4321-{mark}")


def test_a_folder_in_tmp_that_is_open_to_others_is_refused(state_root: Path) -> None:
    state_root.chmod(0o755)
    assert find_problem(state_root, "main", USER) == f"{state_root} is open to other users"
    state_root.chmod(0o711)
    assert find_problem(state_root, "main", USER) is None


def test_a_link_in_tmp_is_refused(state_root: Path) -> None:
    link = state_root.with_name(state_root.name + "-link")
    link.symlink_to(state_root)
    try:
        assert find_problem(link, "main", USER) == f"{link} is not a folder"
    finally:
        link.unlink()
