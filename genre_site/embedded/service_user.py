"""The account that the servers run as: PostgreSQL refuses root, so root lends them an unprivileged one."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from genre_site.embedded.exceptions import ServiceUserError

PROGRAM_TIMEOUT_SECONDS = 300.0
# The servers read none of the person's environment: PGDATA, LC_ALL and their like would change the cluster.
SERVER_ENVIRONMENT = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C.UTF-8", "HOME": "/"}


@dataclass(frozen=True)
class ServiceUser:
    name: str
    uid: int
    gid: int
    is_borrowed: bool
    """True when this process is root and hands the servers to another account."""

    @classmethod
    def choose(cls, environment: Mapping[str, str]) -> ServiceUser:
        if os.geteuid() != 0:
            return cls._of_this_process()
        if wished := environment.get("GENRE_SERVICE_USER", "").strip():
            return cls._named(wished)
        for name in ("postgres", "nobody"):
            try:
                return cls._named(name)
            except ServiceUserError:
                continue
        raise ServiceUserError(
            "PostgreSQL must not run as root, and neither 'postgres' nor 'nobody' is an account here: "
            "name an unprivileged one in GENRE_SERVICE_USER."
        )

    @classmethod
    def _of_this_process(cls) -> ServiceUser:
        uid = os.geteuid()
        try:
            account = pwd.getpwuid(uid)
        except KeyError:
            raise ServiceUserError(
                f"User id {uid} has no name in the account database, and PostgreSQL does not run without one: "
                "add an entry for it to /etc/passwd, or set DATABASE_URL and BROKER_URL."
            ) from None
        return cls(account.pw_name, uid, os.getegid(), is_borrowed=False)

    @classmethod
    def _named(cls, name: str) -> ServiceUser:
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            raise ServiceUserError(f"GENRE_SERVICE_USER={name}: there is no such account.") from None
        if account.pw_uid == 0:
            raise ServiceUserError(f"GENRE_SERVICE_USER={name} is root, and PostgreSQL refuses to run as root.")
        return cls(account.pw_name, account.pw_uid, account.pw_gid, is_borrowed=True)

    @property
    def switch_uid(self) -> int | None:
        return self.uid if self.is_borrowed else None

    @property
    def switch_gid(self) -> int | None:
        return self.gid if self.is_borrowed else None

    @property
    def switch_groups(self) -> list[int] | None:
        return [] if self.is_borrowed else None

    def run(self, arguments: list[str]) -> subprocess.CompletedProcess[str]:
        """Runs a short program as this account, with a bare environment."""
        try:
            return subprocess.run(
                arguments,
                user=self.switch_uid,
                group=self.switch_gid,
                extra_groups=self.switch_groups,
                env=SERVER_ENVIRONMENT,
                cwd="/",
                umask=0o077,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=PROGRAM_TIMEOUT_SECONDS,
                check=False,
            )
        except (OSError, subprocess.SubprocessError) as error:
            # Python reports a failed exec and a failed setuid alike; a shell that cannot start means the latter.
            if arguments[0] == "/bin/sh":
                raise ServiceUserError(f"Cannot run a program as user '{self.name}': {error}.") from error
            return subprocess.CompletedProcess(arguments, returncode=126, stdout="", stderr=str(error))

    def can_enter(self, folder: Path) -> bool:
        """Asks the kernel, since modes alone do not tell (access lists, mount options, security modules)."""
        if not self.is_borrowed:
            return os.access(folder, os.X_OK)
        return self.run(["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)]).returncode == 0

    def can_run(self, program: Path) -> bool:
        return self.run([str(program), "--version"]).returncode == 0
