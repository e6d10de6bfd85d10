"""Titles, reasons and notices in the reader's language."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from genre_site.cli.message_catalogues import compile_stale_catalogues
from recommender.engine.explanation import Reason, ReasonKind
from recommender.services.answers import Answer
from recommender.services.reasons import reason_text
from recommender.services.recommending import recommend
from recommender.services.similar import similar_items
from tests.conftest import MakeProfile, act
from tests.recommender.services.arranging import WORDS, Plane, everybody_likes
from users.models import Profile

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
CHINESE, LATIN = re.compile(r"[\u4e00-\u9fff]"), re.compile(r"[A-Za-z]")
ENGLISH_REASONS = [
    (Reason(ReasonKind.HISTORY, 1, "like"), "Because you liked “Interstellar”."),
    (Reason(ReasonKind.HISTORY, 1, "rating"), "Because you rated “Interstellar” well."),
    (Reason(ReasonKind.HISTORY, 1, "purchase"), "Because you bought “Interstellar”."),
    (Reason(ReasonKind.HISTORY, 1, "save"), "Because you saved “Interstellar”."),
    (Reason(ReasonKind.HISTORY, 1, "view"), "Because you viewed “Interstellar”."),
    (Reason(ReasonKind.HISTORY, 1, "click"), "Because you opened “Interstellar”."),
    (Reason(ReasonKind.HISTORY, 1, "follow"), "Because you follow “Interstellar”."),
    (Reason(ReasonKind.HISTORY, 1, "borrow"), "Because of “Interstellar”."),
    (Reason(ReasonKind.SIMILAR, 1), "Similar to “Interstellar”."),
    (Reason(ReasonKind.STATEMENT), "It fits what you say you like."),
    (Reason(ReasonKind.POPULAR), "Popular with others."),
    (Reason(ReasonKind.FRESH), "New here."),
    (Reason(ReasonKind.UNTRIED), "Not tried by others yet."),
]


@pytest.fixture(autouse=True, scope="module")
def _compiled_messages() -> None:
    """pytest may be started without ./run, which compiles them."""
    compile_stale_catalogues()


@pytest.mark.parametrize(("reason", "expected"), ENGLISH_REASONS)
def test_reason_in_english(reason: Reason, expected: str) -> None:
    assert reason_text(reason, {1: "Interstellar"}, language="en") == expected


@pytest.mark.parametrize("reason", [reason for reason, _ in ENGLISH_REASONS])
def test_reason_in_chinese_has_no_english_in_it(reason: Reason) -> None:
    text = reason_text(reason, {1: "星际穿越"}, language="zh-hans")
    assert CHINESE.search(text.replace("星际穿越", ""))
    assert not LATIN.search(text)
    assert ("星际穿越" in text) == (reason.item_id is not None)


def test_title_with_a_percent_sign_or_braces_is_quoted_as_it_is() -> None:
    title = "100% {title} %(title)s"
    assert reason_text(Reason(ReasonKind.HISTORY, 1, "like"), {1: title}, language="en") == (
        f"Because you liked “{title}”."
    )


def only(answer: Answer) -> tuple[str, str]:
    (result,) = answer.results
    return result.title, result.reason


def test_answer_speaks_the_language_that_is_asked_for(plane: Plane, alice: Profile) -> None:
    liked = plane.item("liked", 0, 1, title="Interstellar", translations={"zh": {"title": "星际穿越"}})
    act(alice, liked)
    plane.item("close", 0, 1, title="Contact", translations={"zh-hans": {"title": "超时空接触"}})

    english = recommend(catalog=plane.catalog, profile=alice, language="en")
    chinese = recommend(catalog=plane.catalog, profile=alice, language="zh-hans")

    assert only(english) == ("Contact", "Because you liked “Interstellar”.")
    title, reason = only(chinese)
    assert title == "超时空接触"
    assert "星际穿越" in reason
    assert not LATIN.search(reason)


def test_title_without_a_translation_stays_as_it_is(plane: Plane) -> None:
    plane.item("fitting", 1, title="Contact", translations={"fr": {"title": "Le contact"}})
    title, reason = only(recommend(catalog=plane.catalog, statement=WORDS, language="zh-hans"))
    assert title == "Contact"
    assert CHINESE.search(reason)


def test_notices_speak_chinese_too(plane: Plane, make_profile: MakeProfile) -> None:
    paused = make_profile("paused", personalise=False)
    everybody_likes(plane.catalog, plane.item("hit", 0, 1), at=NOW)
    plane.item("waiting")
    answers = [
        recommend(catalog=plane.catalog, language="zh-hans"),
        recommend(catalog=plane.catalog, profile=paused, language="zh-hans"),
        recommend(catalog=plane.catalog, statement=WORDS, language="zh-hans"),
        similar_items(item=plane.catalog.items.get(external_id="waiting"), language="zh-hans"),
    ]
    assert [[notice.code for notice in answer.notices] for answer in answers] == [
        ["nothing_known"],
        ["personalisation_off"],
        ["not_all_embedded"],
        ["not_all_embedded"],
    ]
    for answer in answers:
        for notice in answer.notices:
            assert CHINESE.search(notice.message)
            assert not LATIN.search(notice.message)


def test_language_of_an_answer_is_kept_with_it(plane: Plane) -> None:
    plane.item("fitting", 1)
    answer = recommend(catalog=plane.catalog, statement=WORDS, language="zh-hans")
    assert plane.catalog.slates.get(pk=answer.request_id).language == "zh-hans"
