"""The baselines by id, with the grids that their hyperparameters are chosen from."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import product

from recommender.evaluation.dataset import FloatArray
from recommender.evaluation.systems.base import System
from recommender.evaluation.systems.ease import Cease, Ease
from recommender.evaluation.systems.ials import Ials
from recommender.evaluation.systems.itemknn import ItemKNN
from recommender.evaluation.systems.popularity import Popularity
from recommender.evaluation.systems.text import Encode, SeedText, text_centred, text_raw
from recommender.evaluation.systems.tuned import Tuned
from recommender.evaluation.text_vectors import centred

ITEMKNN_NEIGHBOURS = (20, 100, 500)
ITEMKNN_SHRINKAGE = (0.0, 10.0)
EASE_REGULARISATION = (60.0, 120.0, 240.0, 480.0, 960.0)
# Pairs of alpha0 and lambda: what a pair does depends on their product, so only a band of the square is of use.
IALS_WEIGHTS = ((0.1, 0.03), (0.3, 0.01), (1.0, 0.003), (1.0, 0.01))
CEASE_REGULARISATION = (120.0, 240.0, 480.0)
# Graded weight, user exponent and item exponent: evened out between people and items, or likes much as they are.
CEASE_SCALING = ((0.3, 0.25, 0.2), (0.05, 0.0, 0.0))

BASELINES = ("popularity", "seed-text", "text-raw", "text-centred", "itemknn", "ials", "ease", "cease")


def baseline(name: str, *, encode: Encode, item_vectors: FloatArray) -> System:
    """A baseline that has learned nothing yet.

    Args:
        name: one of `BASELINES`.
        encode: c texts to (c, d) vectors; used by seed-text alone.
        item_vectors: (n, d) embeddings of the item texts, by the same encoder; used by those that read.

    Raises: KeyError for another name.
    """
    makers: dict[str, Callable[[], System]] = {
        "popularity": Popularity,
        "seed-text": partial(SeedText, encode, item_vectors),
        "text-raw": partial(text_raw, item_vectors),
        "text-centred": partial(text_centred, item_vectors),
        "itemknn": _tuned_itemknn,
        "ials": _tuned_ials,
        "ease": _tuned_ease,
        "cease": partial(_tuned_cease, item_vectors),
    }
    return makers[name]()


def _tuned_itemknn() -> System:
    grid = product(ITEMKNN_NEIGHBOURS, ITEMKNN_SHRINKAGE)
    return Tuned("itemknn", [partial(ItemKNN, neighbours, shrinkage) for neighbours, shrinkage in grid])


def _tuned_ease() -> System:
    return Tuned("ease", [partial(Ease, regularisation) for regularisation in EASE_REGULARISATION])


def _tuned_ials() -> System:
    grid = IALS_WEIGHTS
    return Tuned("ials", [partial(Ials, unobserved_weight=alpha, regularisation=penalty) for alpha, penalty in grid])


def _tuned_cease(item_vectors: FloatArray) -> System:
    text = centred(item_vectors)
    grid = product(CEASE_SCALING, CEASE_REGULARISATION)
    return Tuned("cease", [partial(_cease, text, scaling, regularisation) for scaling, regularisation in grid])


def _cease(text: FloatArray, scaling: tuple[float, float, float], regularisation: float) -> System:
    graded, by_user, by_item = scaling
    return Cease(text, regularisation=regularisation, graded=graded, user_exponent=by_user, item_exponent=by_item)
