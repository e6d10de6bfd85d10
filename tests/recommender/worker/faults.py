"""Faults for a real worker's encoder: only the worker imports this, with -I, before it forks.

SECONDS_A_TEXT makes the hashing encoder slow. A text with the word DEADLY ends its process as kill -9 does, one with
the word BROKEN makes the encoder raise.
"""

from __future__ import annotations

import os
import signal
import time

from recommender.embeddings.backends.hashing import HashingEncoder
from recommender.embeddings.vectors import Vectors

SECONDS_A_TEXT = "FAULTS_SECONDS_A_TEXT"
DEADLY, BROKEN = "deadly", "broken"
SAID_BY_THE_MODEL = "cannot make sense of"

encode_step = HashingEncoder._encode_step


def faulty_encode_step(self: HashingEncoder, texts: list[str]) -> Vectors:
    time.sleep(len(texts) * float(os.environ.get(SECONDS_A_TEXT, "0")))
    if any(DEADLY in text for text in texts):
        os.kill(os.getpid(), signal.SIGKILL)
    if any(BROKEN in text for text in texts):
        raise RuntimeError(f"{SAID_BY_THE_MODEL} {texts}")
    return encode_step(self, texts)


HashingEncoder._encode_step = faulty_encode_step  # type: ignore[method-assign]  # that is the fault
