"""Collects static files for the web server when they have changed since the last time."""

from __future__ import annotations

import hashlib
from pathlib import Path

from genre_site.cli.backstage import Backstage
from genre_site.cli.children import run_step
from genre_site.cli.program_environment import MANAGE
from genre_site.embedded.instance import CHECKOUT


def ensure_collected(backstage: Backstage) -> None:
    target = Path(backstage.environment["GENRE_STATIC_ROOT"])
    stamp_file = backstage.instance.folder / "static_collected"
    stamp = f"{target} {_sources_hash()}"
    if target.is_dir() and stamp_file.exists() and stamp_file.read_text(encoding="utf-8") == stamp:
        return
    run_step(
        [*MANAGE, "collectstatic", "--no-input", "--verbosity", "0"],
        environment=backstage.environment,
        name="collectstatic",
    )
    stamp_file.write_text(stamp, encoding="utf-8")


def _sources_hash() -> str:
    """GENRE's own files by content; those of packages change with the requirements."""
    digest = hashlib.sha256((CHECKOUT / "requirements.txt").read_bytes())
    for path in sorted((*CHECKOUT.glob("static/**/*"), *CHECKOUT.glob("*/static/**/*"))):
        if path.is_file():
            digest.update(str(path.relative_to(CHECKOUT)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
