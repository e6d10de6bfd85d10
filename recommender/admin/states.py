"""States in words, with a colour beside the words."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString

from recommender.selectors.embedding_states import EmbeddingState

GOOD, PENDING, BAD = "good", "pending", "bad"
COLOURS = {
    EmbeddingState.EMBEDDED: GOOD,
    EmbeddingState.STALE: PENDING,
    EmbeddingState.WAITING: PENDING,
    EmbeddingState.FAILED: BAD,
    EmbeddingState.NONE: PENDING,
}


def state_label(state: EmbeddingState) -> SafeString:
    return format_html('<span class="state state-{}">{}</span>', COLOURS[state], state.label)
