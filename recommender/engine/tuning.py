"""Choosing hyperparameters by validation: grids searched one after another, each with the best of those before.

The grids stand in `hyperparameters`. Held-out people's pairs are the judge (`validation`); test data of an evaluation
is never here, since all of this sees the training events alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import scipy.sparse as sp

from recommender.engine import hyperparameters as grids
from recommender.engine.ease_factors import Decomposition, EaseFactors, ease_factors
from recommender.engine.evidence import collapse_events
from recommender.engine.hyperparameters import Hyperparameters
from recommender.engine.interest import FloatArray
from recommender.engine.text_map import fit_text_map
from recommender.engine.training import (
    TextBlock,
    TrainingData,
    fit_decomposition,
    fit_factors,
    fit_text,
    graded_matrix,
    unit_rows,
)
from recommender.engine.validation import (
    Order,
    Validation,
    collaborative_scores,
    factor_scores,
    recency_rows,
    split,
    standardised,
    text_scores,
)

# A smaller or simpler model is taken when it is this close to the best: fewer dimensions make every request cheaper.
NEAR_ENOUGH = 0.003
# A gain of fewer standard errors is chance, and the simpler model is kept.
STANDARD_ERRORS = 2.0
HELD_OUT_ITEMS = 0.1
# How little is known of the newcomers that the popularity prior is chosen for.
NEWCOMERS_HISTORIES = (1, 3, 5, 10)
FEWEST_ITEMS_FOR_MAP = 50


@dataclass
class Tuning:
    """What was chosen, and every quality that was seen on the way, by stage and value."""

    chosen: Hyperparameters
    trail: list[dict[str, object]] = field(default_factory=list)

    def note(self, stage: str, value: object, quality: float) -> float:
        self.trail.append({"stage": stage, "value": value, "quality": round(quality, 5)})
        return quality


def tune(data: TrainingData, start: Hyperparameters, *, order: Order, rng: np.random.Generator) -> Tuning:
    """Pick hyperparameters; where there is too little to validate on, the start is kept."""
    tuning = Tuning(start)
    evidence = collapse_events(data.events, data.rules)
    shape = (max(data.user_count, 1), data.item_count)
    validation = split(evidence, shape, order=order, rng=rng)
    if validation is None:
        return tuning
    text = fit_text(data, start)
    search = _Search(tuning, validation, text, shape, rng)
    search.matrix()
    search.side_information()
    search.rank()
    if order == "last":
        search.recency()
    search.blocks()
    search.newcomers()
    _tune_map(tuning, search, text)
    return tuning


@dataclass
class _Search:
    tuning: Tuning
    validation: Validation
    text: TextBlock
    shape: tuple[int, int]
    rng: np.random.Generator
    by_rank: dict[int, list[float]] = field(default_factory=lambda: {rank: [] for rank in grids.RANK_GRID})

    def matrix(self) -> None:
        self._decompositions("matrix", [self.tuning.chosen.with_values(**values) for values in grids.MATRIX_GRID])

    def side_information(self) -> None:
        here = self.tuning.chosen
        others = [weight for weight in grids.SIDE_GRID if weight != here.side_weight]
        candidates = [here, *(here.with_values(side_weight=weight) for weight in others)]
        self._decompositions("side information", candidates)

    def rank(self) -> None:
        """The smallest rank that is as good as the best on average over everything tried so far.

        One pair of candidates would leave the choice to chance, which is larger than what ranks differ by.
        """
        means = {rank: self.tuning.note("rank", rank, float(np.mean(seen))) for rank, seen in self.by_rank.items()}
        best = max(means.values())
        rank = min(rank for rank, mean in means.items() if mean >= best * (1 - NEAR_ENOUGH))
        self.tuning.chosen = self.tuning.chosen.with_values(rank=rank)

    def recency(self) -> None:
        """The longest half-life that no other beats significantly.

        Forgetting is what every later request pays for where the gain was chance, so chance must not decide it.
        """
        here = self.tuning.chosen
        ease = self._best_ease()
        seen = []
        for half_life in grids.HALF_LIFE_GRID:
            candidate = here.with_values(half_life_interactions=half_life)
            qualities = self.validation.qualities(collaborative_scores(self._rows(candidate, scaled=True), ease))
            self.tuning.note("half-life", half_life, float(qualities.mean()))
            seen.append(qualities)
        half_life = grids.HALF_LIFE_GRID[simplest_as_good(seen)]
        self.tuning.chosen = here.with_values(half_life_interactions=half_life)

    def blocks(self) -> None:
        """Implicit factors by themselves first, then their weight and the text's beside the collaborative block."""
        base = collaborative_scores(self._rows(self.tuning.chosen, scaled=True), self._best_ease())
        factors = self._factors()
        units = unit_rows(self.text.features)
        texts = text_scores(self._rows(self.tuning.chosen, scaled=False), units, self.text.features)
        for name, scores, grid in (
            ("factors_weight", factors, grids.FACTORS_GRID),
            ("text_weight", texts, grids.TEXT_GRID),
        ):
            seen = [
                (self.tuning.note(name, weight, self.validation.quality(base + weight * scores)), weight)
                for weight in grid
            ]
            best = max(quality for quality, _ in seen)
            # The grids rise: the least that is about as good as the best.
            weight = next(weight for quality, weight in seen if quality >= best * (1 - NEAR_ENOUGH))
            base = base + weight * scores
            self.tuning.chosen = self.tuning.chosen.with_values(**{name: weight})

    def newcomers(self) -> None:
        """The popularity prior: the same people as if they had done no more than a few things yet."""
        here, ease, features = self.tuning.chosen, self._best_ease(), self.text.features
        counts = np.bincount(self.validation.kept.items, minlength=self.shape[1])
        popularity = standardised(np.log1p(counts)[None, :])
        units = unit_rows(features)
        qualities = dict.fromkeys(grids.PRIOR_GRID, 0.0)
        for length in NEWCOMERS_HISTORIES:
            newcomers = self.validation.newcomers(length)
            base = collaborative_scores(self._rows(here, scaled=True, of=newcomers), ease)
            base += here.text_weight * text_scores(self._rows(here, scaled=False, of=newcomers), units, features)
            for prior, half in grids.PRIOR_GRID:
                scores = base + prior * (half / (half + length)) ** 2 * popularity
                qualities[prior, half] += newcomers.quality(scores) / len(NEWCOMERS_HISTORIES)
        for (prior, half), quality in qualities.items():
            self.tuning.note("newcomers", {"prior": prior, "prior_half": half}, quality)
        prior, half = max(qualities, key=lambda values: qualities[values])
        self.tuning.chosen = here.with_values(prior=prior, prior_half=half)

    def _factors(self) -> FloatArray:
        best: tuple[float, Hyperparameters, FloatArray] | None = None
        for regularisation in grids.REGULARISATION_GRID:
            candidate = self.tuning.chosen.with_values(regularisation=regularisation)
            implicit = fit_factors(self.validation.kept, self.shape, candidate, rng=self.rng)
            scores = factor_scores(self._rows(candidate, scaled=False), implicit)
            quality = self.tuning.note("regularisation", regularisation, self.validation.quality(scores))
            if best is None or quality > best[0]:
                best = (quality, candidate, scores)
        if best is None:
            raise ValueError("the grid of regularisations is empty")
        self.tuning.chosen = best[1]
        return best[2]

    def _decompositions(self, stage: str, candidates: list[Hyperparameters]) -> None:
        """Each candidate with each ridge, judged by the mean over the ranks: a choice that holds for all of them."""
        seen: list[tuple[float, Hyperparameters]] = []
        for candidate in candidates:
            decomposition = self._decompose(candidate.with_values(rank=max(grids.RANK_GRID)))
            rows = self._rows(candidate, scaled=True)
            for ridge in grids.RIDGE_GRID:
                qualities = []
                for rank, of_rank in self.by_rank.items():
                    ease = ease_factors(decomposition, ridge=ridge, rank=rank)
                    qualities.append(self.validation.quality(collaborative_scores(rows, ease)))
                    of_rank.append(qualities[-1])
                tried = candidate.with_values(ridge=ridge)
                seen.append((self.tuning.note(stage, _varied(tried), float(np.mean(qualities))), tried))
        self.tuning.chosen = max(seen, key=lambda row: row[0])[1]

    def _decompose(self, candidate: Hyperparameters) -> Decomposition:
        normalised = graded_matrix(self.validation.kept, self.shape, candidate)
        return fit_decomposition(normalised.matrix, self.text.features, candidate)

    def _best_ease(self) -> EaseFactors:
        return ease_factors(self._decompose(self.tuning.chosen), ridge=self.tuning.chosen.ridge)

    def _rows(self, candidate: Hyperparameters, *, scaled: bool, of: Validation | None = None) -> sp.csr_matrix:
        """The sampled people's histories, or those `of` others, graded; scaled by the items' powers if asked."""
        kept = (of or self.validation).kept
        values = kept.graded(candidate.presence)
        if scaled:
            scales = graded_matrix(self.validation.kept, self.shape, candidate).item_scales
            values = values * scales[kept.items]
        half_life = candidate.half_life_interactions
        return recency_rows(kept, values, self.validation.people, self.shape, half_life)


def _tune_map(tuning: Tuning, search: _Search, text: TextBlock) -> None:
    """The ridge that best predicts held-out items' places: mean cosine between predicted and learned vectors."""
    kept = search.validation.kept
    counts = np.bincount(kept.items, minlength=search.shape[1]).astype(np.float64)
    known = np.flatnonzero(counts >= np.quantile(counts[counts > 0], 0.5)) if (counts > 0).any() else np.zeros(0, int)
    if len(known) < FEWEST_ITEMS_FOR_MAP:
        return
    held = search.rng.permutation(known)[: max(1, int(HELD_OUT_ITEMS * len(known)))]
    teaching = counts.copy()
    teaching[held] = 0
    targets = search._best_ease().targets
    units = unit_rows(text.features)
    seen = []
    for ridge in grids.MAP_RIDGE_GRID:
        predicted = fit_text_map(units, targets, teaching, ridge=ridge).predict(units[held])
        cosine = float((unit_rows(predicted) * unit_rows(targets[held])).sum(axis=1).mean())
        tuning.trail.append({"stage": "map", "value": ridge, "cosine": round(cosine, 5)})
        seen.append((cosine, ridge))
    tuning.chosen = tuning.chosen.with_values(map_ridge=max(seen)[1])


def simplest_as_good(qualities: Sequence[FloatArray]) -> int:
    """The first of several candidates, simplest first, that the best does not beat significantly.

    The one-standard-error rule (Breiman et al., Classification and Regression Trees, 1984, section 3.4.3) with paired
    differences and two errors, which is a test at five per cent: with d the (p,) differences between the best
    candidate's qualities and another's, the other is as good where mean(d) <= 2 std(d) / sqrt(p).
    """
    best = max(qualities, key=lambda values: float(values.mean()))
    differences = [best - values for values in qualities]
    return next(i for i, d in enumerate(differences) if d.mean() <= STANDARD_ERRORS * d.std() / np.sqrt(len(d)))


def _varied(candidate: Hyperparameters) -> dict[str, object]:
    """What the first two stages vary, by name."""
    values = candidate.as_dict()
    return {name: values[name] for name in ("presence", "item_power", "user_power", "side_weight", "ridge")}
