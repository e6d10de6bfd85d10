"""Words to the person at the terminal; standard output is left to what a command is asked for."""

from __future__ import annotations

import sys


def say(sentence: str) -> None:
    print(f"genre: {sentence}", file=sys.stderr, flush=True)
