"""Makes the embedded PostgreSQL's data folder: UTF-8, a locale that knows Chinese letters, and who may come in."""

from __future__ import annotations

import os
import pwd
import shutil

from genre_site.embedded.binaries import Binaries
from genre_site.embedded.exceptions import ServerFailedError
from genre_site.embedded.instance import Instance, make_folder

ROLE = "genre"
# In the locale C, PostgreSQL takes no Chinese character for a letter, and trigrams of Chinese are empty. C.UTF-8
# orders by code point, whatever the locale of the person who starts it.
LOCALE = "C.UTF-8"
MAP = "owners"
ACCESS_RULES = f"""# Written by GENRE: unix sockets only, and only for the accounts in pg_ident.conf.
local all all peer map={MAP}
"""


def ensure_cluster(instance: Instance, binaries: Binaries) -> None:
    """Makes the cluster beside its place and moves it there when it is whole: an interrupted one never counts."""
    if not instance.postgres_folder.exists():
        _initialise(instance, binaries)
    _write_access_rules(instance)


def _initialise(instance: Instance, binaries: Binaries) -> None:
    unfinished = instance.folder / "postgres.new"
    if unfinished.exists():
        shutil.rmtree(unfinished)
    make_folder(unfinished, 0o700, owner=instance.user)
    result = instance.user.run(
        [
            str(binaries.program("initdb")),
            f"--pgdata={unfinished}",
            "--encoding=UTF8",
            f"--locale={LOCALE}",
            f"--username={ROLE}",
            "--auth-local=peer",
            "--auth-host=reject",
        ]
    )
    if result.returncode != 0:
        shutil.rmtree(unfinished)
        output = (result.stderr or result.stdout).strip()
        raise ServerFailedError(f"PostgreSQL's data folder could not be made:\n{output}")
    unfinished.rename(instance.postgres_folder)


def _write_access_rules(instance: Instance) -> None:
    """Written at each start: the account that runs GENRE may have been renamed since."""
    admitted = {instance.user.name, pwd.getpwuid(os.geteuid()).pw_name}
    lines = [f'{MAP} "{account}" {ROLE}' for account in sorted(admitted)]
    for name, text in (("pg_hba.conf", ACCESS_RULES), ("pg_ident.conf", "\n".join(lines) + "\n")):
        path = instance.postgres_folder / name
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            if instance.user.is_borrowed:
                os.fchown(descriptor, instance.user.uid, instance.user.gid)
            file.write(text)
