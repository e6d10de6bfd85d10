"""Makes .venv and installs the pinned requirements; run as a script by ./run, before any of them is there.

Only the standard library, since it runs on the machine's own Python. Several at once wait for the first.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

CPU_TORCH_INDEX = "https://download.pytorch.org/whl/cpu"
OLDEST_PYTHON = (3, 11)


def main(arguments: list[str]) -> int:
    checkout, requirements = Path(arguments[0]), arguments[1]
    torch_build = os.environ.get("GENRE_TORCH", "").strip()
    if torch_build not in ("", "cpu"):
        return fail(f"GENRE_TORCH={torch_build} is not known: set it to cpu, or leave it unset.", status=2)
    environment = checkout / ".venv"
    # No file made here depends on the person's umask: the servers' account may have to run them.
    os.umask(0o022)
    # The checkout itself is the lock, so that no file lies about; the kernel frees it when this process ends.
    descriptor = os.open(checkout, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if is_current(checkout, requirements):
            return 0
        return prepare(environment, checkout, requirements, use_cpu_torch=torch_build == "cpu")
    finally:
        os.close(descriptor)


def prepare(environment: Path, checkout: Path, requirements: str, *, use_cpu_torch: bool) -> int:
    unfinished = environment / ".installing"
    if unfinished.exists() or not is_usable(environment):
        # An installation that was killed leaves half packages, which pip takes for whole ones.
        shutil.rmtree(environment, ignore_errors=True)
        if environment.exists() or not os.access(checkout, os.W_OK):
            return fail(f"{environment} cannot be made by this user: work in a clone of your own.")
        made = subprocess.run([sys.executable, "-m", "venv", environment], stdout=sys.stderr, check=False)
        if made.returncode != 0:
            return fail(f"{sys.executable} could not make the virtual environment {environment}.")
    print(f"genre: installing {requirements} into .venv; the first time takes some minutes.", file=sys.stderr)
    unfinished.touch()
    status = install(environment, checkout / requirements, use_cpu_torch=use_cpu_torch)
    if status != 0:
        # pip ended by itself and left what was there before: only a killed one leaves halves.
        unfinished.unlink()
        return fail(f"pip could not install {requirements}; its messages stand above.")
    # Installing requirements-dev.txt installs requirements.txt, too, which it includes.
    for installed in {"requirements.txt", requirements}:
        shutil.copyfile(checkout / installed, stamp(environment, installed))
    unfinished.unlink()
    return 0


def install(environment: Path, requirements: Path, *, use_cpu_torch: bool) -> int:
    command: list[str | Path] = [environment / "bin" / "python", "-m", "pip", "install", "--quiet", "--no-input"]
    command += ["--disable-pip-version-check", "--no-warn-script-location", "--requirement", requirements]
    if use_cpu_torch:
        command += ["--extra-index-url", CPU_TORCH_INDEX]
    # A person's habit of installing for the user, or as root without a warning, does not fit an environment.
    settings = {**os.environ, "PIP_USER": "0", "PIP_ROOT_USER_ACTION": "ignore", "PIP_REQUIRE_VIRTUALENV": "0"}
    return subprocess.run(command, stdout=sys.stderr, env=settings, check=False).returncode


def is_usable(environment: Path) -> bool:
    """Its Python runs, is new enough, and has pip."""
    check = f"import sys, pip; sys.exit(sys.version_info < {OLDEST_PYTHON})"
    try:
        result = subprocess.run([environment / "bin" / "python", "-c", check], capture_output=True, check=False)
    except OSError:
        return False
    return result.returncode == 0


def is_current(checkout: Path, requirements: str) -> bool:
    environment = checkout / ".venv"
    if (environment / ".installing").exists() or not is_usable(environment):
        return False
    return all(
        stamp(environment, name).exists() and stamp(environment, name).read_bytes() == (checkout / name).read_bytes()
        for name in {"requirements.txt", requirements}
    )


def stamp(environment: Path, requirements: str) -> Path:
    """A copy of what was installed, so that a change of one letter is seen."""
    return environment / f".installed-{requirements}"


def fail(sentence: str, *, status: int = 1) -> int:
    print(f"genre: {sentence}", file=sys.stderr)
    return status


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
