"""The interest vector U(u), and the exact sum that a cosine score R(u, i) = <U(u), I(i)> is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recommender.engine.history import ItemWeight

FloatArray = NDArray[np.float64]

# Below this length a sum of vectors has no direction worth ranking by: what was added up cancelled out.
SMALLEST_NORM = 1e-6


@dataclass(frozen=True)
class Term:
    """One summand of U(u): an item of the history, or the person's own words (item_id None)."""

    item_id: int | None
    kind: str
    coefficient: float
    vector: FloatArray


@dataclass(frozen=True)
class InterestVector:
    """U(u) of length 1, and the terms that add up to it: vector = sum of coefficient * term vector."""

    vector: FloatArray
    terms: tuple[Term, ...]

    @property
    def has_history(self) -> bool:
        return any(term.item_id is not None for term in self.terms)

    @property
    def has_statement(self) -> bool:
        return any(term.item_id is None for term in self.terms)


def interest_vector(
    weights: Sequence[ItemWeight],
    item_vectors: Mapping[int, FloatArray],
    statement_vector: FloatArray | None,
    *,
    statement_weight: float,
) -> InterestVector | None:
    """U(u) from a weighted history, from the person's own words, or from both.

    Args:
        weights: signed weights by item; items without a vector are passed over.
        item_vectors: (d,) vectors by item id, as served (centred, length 1).
        statement_vector: (d,) embedding of the person's own words, any length but 0, or None.
        statement_weight: share b of the words where there is a history too, 0..1.

    Returns:
        U = ((1 - b) h / |h| + b s / |s|) scaled to length 1, with h = sum_i w_i v_i; or None where nothing
        positive is known or everything cancels out. Dislikes alone give no vector: they say where not to go;
        beside words they push away from what the words name.

    Source: relevance feedback as a weighted vector sum, Rocchio (1971); shares instead of raw sums, so that a
    long history does not drown the words.
    """
    history = [Term(w.item_id, w.kind, w.weight, item_vectors[w.item_id]) for w in weights if w.item_id in item_vectors]
    # Weights count relative to the largest: a history that has faded by many half-lives still has its direction.
    loudest = max((abs(term.coefficient) for term in history), default=0.0)
    history = [replace(term, coefficient=term.coefficient / loudest) for term in history if loudest > 0]
    history_norm = float(np.linalg.norm(_sum(history))) if history else 0.0
    statement_norm = 0.0 if statement_vector is None else float(np.linalg.norm(statement_vector))
    likes_something = any(term.coefficient > 0 for term in history)
    has_statement = statement_norm > SMALLEST_NORM
    has_history = history_norm > SMALLEST_NORM and (likes_something or has_statement)
    # Likes are scaled to length 1; dislikes alone are only ever shortened, or one of them would weigh as much as
    # all the words that it stands beside.
    history_length = 1.0 if likes_something else min(1.0, loudest * history_norm)
    share = min(max(statement_weight, 0.0), 1.0) if has_history and has_statement else float(has_statement)
    terms = _scaled(history, (1 - share) * history_length / history_norm) if has_history else []
    if has_statement and statement_vector is not None:
        terms.append(Term(None, "statement", share / statement_norm, statement_vector))
    # A share of 0 or 1 silences one side: its terms would be zeros without meaning.
    terms = [term for term in terms if term.coefficient != 0]
    if not any(term.coefficient > 0 for term in terms):
        return None
    total = _sum(terms)
    norm = float(np.linalg.norm(total))
    if norm <= SMALLEST_NORM:
        return None
    return InterestVector(total / norm, tuple(_scaled(terms, 1 / norm)))


def term_scores(interest: InterestVector, item_vectors: FloatArray) -> FloatArray:
    """What each term adds to each item's score.

    Args:
        interest: U(u) with t terms.
        item_vectors: (n, d), rows of length 1.

    Returns:
        (n, t); a row adds up to <U(u), I(i)>, the cosine similarity of the person and the item.
    """
    coefficients = np.array([term.coefficient for term in interest.terms])
    sources = np.stack([term.vector for term in interest.terms])
    by_term: FloatArray = (item_vectors @ sources.T) * coefficients
    return by_term


def score_parts(interest: InterestVector, scores_by_term: FloatArray) -> dict[str, FloatArray]:
    """Add the terms up to the named parts of a score.

    Args:
        interest: U(u) with t terms.
        scores_by_term: (n, t) of `term_scores`.

    Returns:
        By part name, (n,): "history" for what speaks for an item's relatives, "dislikes" for what speaks
        against them, "statement" for the person's own words. Only parts that exist; they add up to the score.
    """
    names = [_part_name(term) for term in interest.terms]
    return {
        name: scores_by_term[:, [index for index, other in enumerate(names) if other == name]].sum(axis=1)
        for name in dict.fromkeys(names)
    }


def _part_name(term: Term) -> str:
    if term.item_id is None:
        return "statement"
    return "history" if term.coefficient > 0 else "dislikes"


def _scaled(terms: Sequence[Term], factor: float) -> list[Term]:
    return [replace(term, coefficient=term.coefficient * factor) for term in terms]


def _sum(terms: Sequence[Term]) -> FloatArray:
    coefficients = np.array([term.coefficient for term in terms])
    total: FloatArray = coefficients @ np.stack([term.vector for term in terms]).astype(np.float64)
    return total
