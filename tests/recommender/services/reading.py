"""What tests look at in an answer."""

from __future__ import annotations

from recommender.services.answers import Answer


def shown(answer: Answer) -> list[str]:
    return [result.item_id for result in answer.results]


def codes(answer: Answer) -> list[str]:
    return [notice.code for notice in answer.notices]


def scores(answer: Answer) -> dict[str, float]:
    return {result.item_id: result.score for result in answer.results}
