"""What a person says of themselves is stored as they say it."""

from __future__ import annotations

import pytest

from recommender.exceptions import InvalidRequest
from recommender.services.answering import LONGEST_STATEMENT
from recommender.services.personal_settings import say_in_own_words, switch_personalisation
from users.models import Profile


def test_words_are_stored_and_may_be_empty(alice: Profile) -> None:
    for said, stored in ((" Quiet films. \n", "Quiet films."), ("", "")):
        say_in_own_words(profile=alice, statement=said)
        alice.refresh_from_db()
        assert alice.statement == stored


def test_too_many_words_are_refused(alice: Profile) -> None:
    say_in_own_words(profile=alice, statement="字" * LONGEST_STATEMENT)
    with pytest.raises(InvalidRequest, match="500 characters or fewer; these are 501"):
        say_in_own_words(profile=alice, statement="字" * (LONGEST_STATEMENT + 1))
    alice.refresh_from_db()
    assert len(alice.statement) == LONGEST_STATEMENT


def test_personalisation_is_switched_off_and_on(alice: Profile) -> None:
    for personalise in (False, True):
        switch_personalisation(profile=alice, personalise=personalise)
        alice.refresh_from_db()
        assert alice.personalise is personalise
