"""Which messages to the worker are worth sending, and which are worth obeying. What is remembered is this process's."""

from __future__ import annotations

import time

# A broker that did not answer is left alone for a moment: each try may take its timeout, and a page waits for it.
PAUSE_SECONDS = 5.0


class LatestStarts:
    """When each kind of work last began here, so that a message which asks for the same again can be dropped.

    A look that began after a nudge was sent has seen what the nudge is about. A batch that began after another
    batch's message was sent belongs to a chain of batches that goes on by itself, so the other chain may end; without
    that, each nudge would add a chain. Chains in several workers run beside each other, as they should.
    """

    def __init__(self) -> None:
        self._started: dict[str, float] = {}

    def covers(self, work: str, sent_at: float) -> bool:
        """Whether the work began here after that time (seconds since 1970); if not, it begins now."""
        now = time.time()
        started = self._started.get(work)
        # A start in the future is from before the clock was set back, and says nothing.
        if started is not None and sent_at < started <= now:
            return True
        self._started[work] = now
        return False


class Pause:
    """True for a while after a message could not be sent."""

    def __init__(self) -> None:
        self._until = 0.0

    def __bool__(self) -> bool:
        return time.monotonic() < self._until

    def begin(self) -> None:
        self._until = time.monotonic() + PAUSE_SECONDS

    def end(self) -> None:
        self._until = 0.0
