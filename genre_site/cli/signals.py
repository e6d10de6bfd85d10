"""Signals that end a command: they unwind it, and while it tidies up they wait."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from genre_site.cli.exceptions import Terminated

ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def _unwind(signal_number: int, _frame: FrameType | None) -> None:
    raise Terminated(signal_number)


def unwind_on_termination() -> None:
    for signal_number in (signal.SIGTERM, signal.SIGHUP):
        # nohup asks for a hang-up to be ignored; that stays so.
        if signal.getsignal(signal_number) == signal.SIG_DFL:
            signal.signal(signal_number, _unwind)


@contextmanager
def ending_signals_ignored() -> Iterator[None]:
    """For tidying up: a second Ctrl-C must not leave half of it running."""
    before = {number: signal.signal(number, signal.SIG_IGN) for number in ENDING_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
