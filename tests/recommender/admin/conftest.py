"""A member of staff at the admin, an interaction to look at, and what the tests of several pages do there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from catalog.models import Item
from recommender.models import EmbeddingJob, EmbeddingSpace, Interaction
from recommender.services.embedding_queue import queue_stale_items
from tests.conftest import MakeItem, act
from users.models import Profile, User

# The test client's response; its class is private.
Answered = Any


@pytest.fixture
def staff(client: Client, operator: User) -> Client:
    client.force_login(operator)
    return client


@pytest.fixture
def as_staff() -> Callable[..., None]:
    """Lets somebody into the admin with these rights, and no others."""

    def allow(user: User, *rights: str) -> None:
        user.is_staff = True
        user.save()
        user.user_permissions.set(Permission.objects.filter(codename__in=rights))

    return allow


@pytest.fixture
def viewer(charlie: User, as_staff: Callable[..., None]) -> Client:
    """Staff that may look at everything, and change nothing."""
    as_staff(charlie, *Permission.objects.filter(codename__startswith="view_").values_list("codename", flat=True))
    # Beside the operator, who may be signed in by the other client.
    looking = Client()
    looking.force_login(charlie)
    return looking


@pytest.fixture
def liked(alice: Profile, make_item: MakeItem) -> Interaction:
    return act(alice, make_item("interstellar", title="Interstellar (2014)"))


def run_action(staff: Client, page: str, action: str, *rows: Any) -> str:
    """What the next page says about it."""
    answered = staff.post(
        f"/admin/{page}/", {"action": action, "_selected_action": [row.pk for row in rows]}, follow=True
    )
    assert answered.status_code == 200
    return messages(answered)


def messages(answered: Answered) -> str:
    return " ".join(str(message) for message in answered.context["messages"])


def fail(space: EmbeddingSpace, *items: Item) -> None:
    queue_stale_items(space)
    EmbeddingJob.objects.filter(item__in=items).update(failed_at=timezone.now(), attempts=3, error="The model is ill.")
