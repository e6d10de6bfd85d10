"""An embedding recipe: all that decides which vector an item's text becomes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass

from recommender.embeddings.exceptions import UnsupportedRecipe
from recommender.embeddings.item_text import (
    DEFAULT_TEXT_TEMPLATE,
    ItemText,
    check_template,
    render_item_text,
)

__all__ = ["DEFAULT_TEXT_TEMPLATE", "EmbeddingRecipe", "ItemText", "render_item_text"]

# Raised when the same recipe gives other vectors than before (a change of rendering, cleaning or a backend's
# arithmetic), so that stored vectors count as stale.
RECIPE_VERSION = 1

# Known to change nothing on the items' side; any other field, also a later one, counts.
_QUERY_FIELDS = frozenset({"query_prefix"})


@dataclass(frozen=True)
class EmbeddingRecipe:
    """How an item's fields become its vector, and a query's text the vector it is compared with.

    backend: a name in `registry.BACKENDS`.
    model: which model of that backend; "" is the backend's default.
    revision: version of the model, "" where it is not pinned.
    dimension: length d of the vectors, 1 or more.
    item_prefix, query_prefix: put before each text; models of the E5 family want "passage: " and "query: ".
    normalize: scale each vector to length 1. Where it is off the model's own length is kept, and whoever compares by
        cosine has to divide by it.
    text_template: see `render_item_text`.

    Raises: UnsupportedRecipe for a dimension below 1, TemplateError for a template that cannot be rendered.
    """

    backend: str
    model: str = ""
    revision: str = ""
    dimension: int = 512
    item_prefix: str = ""
    query_prefix: str = ""
    normalize: bool = True
    text_template: str = DEFAULT_TEXT_TEMPLATE

    def __post_init__(self) -> None:
        if self.dimension < 1:
            raise UnsupportedRecipe(f"a vector has 1 dimension or more, not {self.dimension}")
        check_template(self.text_template)

    @property
    def recipe_hash(self) -> str:
        """SHA-256 (hex, 64 characters) of what changes items' vectors; another one means that they are stale."""
        decisive = {name: value for name, value in asdict(self).items() if name not in _QUERY_FIELDS}
        canonical = json.dumps({"version": RECIPE_VERSION} | decisive, sort_keys=True)
        return hashlib.sha256(canonical.encode()).hexdigest()
