"""What changes while the service runs: an interaction comes in, a catalogue has grown."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.ranking_measuring import Call, Way, timed
from benchmarks.ranking_people import Person, mark_seen
from benchmarks.ranking_versions import Version
from benchmarks.ranking_ways import PAGE, Question, QuestionWay, same_settings, served_ways
from catalog.models import Catalog, Item
from recommender.models import Interaction
from recommender.services.interactions import record_interaction, remove_interaction
from recommender.services.ranking_models import activate_model
from recommender.services.recommending import recommend

WARM_UP = 20


def changes(catalog: Catalog, people: Sequence[Person]) -> list[Call]:
    """For each person: a like of the first of their list is recorded, and the next list is without it."""
    # The first list in a version reads what the others find in memory.
    return [_change(catalog, person) for person in (*people[:1], *people)][1:]


def _change(catalog: Catalog, person: Person) -> Call:
    before = recommend(catalog=catalog, profile=person.profile, k=PAGE)
    liked = Item.objects.get(catalog=catalog, external_id=before.results[0].item_id)
    recorded: list[Interaction] = []
    after: list[str] = []

    def like(_: Item) -> int:
        recorded.append(record_interaction(profile=person.profile, item=liked, kind="like")[0])
        after.extend(result.item_id for result in recommend(catalog=catalog, profile=person.profile, k=PAGE).results)
        return len(after)

    call = timed(Way(like), liked)
    remove_interaction(recorded[0])
    if liked.external_id in after:
        raise SystemExit("An item that was just liked is recommended again.")
    return call


def medians_by_size(
    versions: Sequence[Version],
    questions: Sequence[Sequence[Question]],
    way: str,
    *,
    rounds: int,
) -> list[float]:
    """The median milliseconds of one way in each version, measured in turn, smallest first and largest first."""
    walls: list[list[float]] = [[] for _ in versions]
    for round_number in range(rounds):
        order = range(len(versions)) if round_number % 2 == 0 else range(len(versions) - 1, -1, -1)
        for index in order:
            activate_model(versions[index].model)
            same_settings(versions[index])
            served = served_ways(versions[index])[way]
            walls[index] += [call.wall for call in _calls(served, questions[index])]
    return [float(np.median(of_version)) for of_version in walls]


def _calls(way: QuestionWay, questions: Sequence[Question]) -> list[Call]:
    for question in questions[:WARM_UP]:
        timed(way, question)
    return [timed(way, question) for question in questions]


def see_the_nearest(questions: Sequence[Question]) -> None:
    """The worst of all: what somebody has seen is what is nearest to them."""
    for question in questions:
        mark_seen(question.person.seen, question.nearest_ids)
