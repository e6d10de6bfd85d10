"""An instance: one PostgreSQL, one Valkey, their logs and secrets, and the processes that use them, in one folder."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from genre_site.embedded.exceptions import StateFolderError
from genre_site.embedded.service_user import ServiceUser
from genre_site.embedded.state_folder import SOCKET_FOLDER_NAME, locate_state_root

CHECKOUT = Path(__file__).resolve().parents[2]
DEFAULT_NAME = "main"
NAME_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,40}")


@dataclass(frozen=True)
class Instance:
    folder: Path
    user: ServiceUser

    @classmethod
    def from_environment(cls, environment: Mapping[str, str], *, name: str | None = None) -> Instance:
        """Locates the instance without creating anything; the name is GENRE_INSTANCE, or main, unless given."""
        name = name or environment.get("GENRE_INSTANCE", "").strip() or DEFAULT_NAME
        if not NAME_PATTERN.fullmatch(name):
            raise StateFolderError(
                f"GENRE_INSTANCE={name!r} is not a name: up to 41 letters, digits, dots, dashes or underscores."
            )
        user = ServiceUser.choose(environment)
        root = locate_state_root(checkout=CHECKOUT, instance_name=name, user=user, environment=environment)
        return cls(folder=root / name, user=user)

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def state_root(self) -> Path:
        return self.folder.parent

    @property
    def postgres_folder(self) -> Path:
        return self.folder / "postgres"

    @property
    def valkey_folder(self) -> Path:
        return self.folder / "valkey"

    @property
    def socket_folder(self) -> Path:
        return self.folder / SOCKET_FOLDER_NAME

    @property
    def log_folder(self) -> Path:
        return self.folder / "log"

    @property
    def processes_folder(self) -> Path:
        return self.folder / "processes"

    @property
    def static_folder(self) -> Path:
        return self.folder / "static"

    @property
    def lock_file(self) -> Path:
        return self.folder / "lock"

    @property
    def secret_key_file(self) -> Path:
        return self.folder / "secret_key"

    @property
    def exists(self) -> bool:
        return self.folder.is_dir()

    def create_folders(self) -> None:
        """Makes what is missing; an existing folder keeps its mode and owner."""
        passable = 0o711 if self.user.is_borrowed else 0o700
        try:
            for folder in (*reversed(self.folder.parents), self.folder):
                if not folder.exists():
                    make_folder(folder, passable)
            for private in (self.log_folder, self.processes_folder):
                make_folder(private, 0o700)
            for served in (self.valkey_folder, self.socket_folder):
                make_folder(served, 0o700, owner=self.user)
        except OSError as error:
            raise StateFolderError(f"Cannot make the instance's folder {self.folder}: {error}.") from error

    def ensure_secret_key(self) -> None:
        """Called under the instance's lock: two first starts must not make two keys."""
        if self.secret_key_file.exists():
            return
        unfinished = self.secret_key_file.with_suffix(".new")
        unfinished.unlink(missing_ok=True)
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(64) + "\n")
        unfinished.rename(self.secret_key_file)


def make_folder(folder: Path, mode: int, *, owner: ServiceUser | None = None) -> None:
    """Creates a folder with exactly this mode, whatever the umask; refuses one that belongs to somebody else."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        if owner is None or folder.stat().st_uid == owner.uid:
            return
        if not _is_unfinished(folder):
            raise StateFolderError(
                f"{folder} does not belong to user '{owner.name}', who is to run the servers: set "
                "GENRE_SERVICE_USER to its owner, or move the folder away."
            ) from None
    if owner and owner.is_borrowed:
        os.chown(folder, owner.uid, owner.gid)
    folder.chmod(mode)


def _is_unfinished(folder: Path) -> bool:
    """Whether it is as another start, which may be at it this moment or was ended in it, makes it at first."""
    return folder.stat().st_uid == os.geteuid() and not any(folder.iterdir())
