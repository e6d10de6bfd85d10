"""A token in everything that can say something of a person, and a search of the whole database for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.models import Session
from django.db import connection, models
from django.utils import timezone

from catalog.models import Item
from recommender.models import ImportJob, InterestCache, LaterFeedback, ProfileVector, RankingModel, Slate, StoredAnswer
from recommender.services.slates import log_slate
from recommender.services.visitor_sessions import SESSION_PROFILES
from tests.conftest import act
from users.models import Profile, User

# What says something of a person by itself, and is not one of a few words.
TEXTS = (models.CharField, models.TextField)


def plant(row: models.Model, token: str) -> None:
    """Put the token into every column of a row that holds text of somebody's, those that come later included."""
    planted: dict[str, Any] = {}
    for field in row._meta.concrete_fields:
        if field.primary_key or field.is_relation or field.choices or isinstance(field, models.GeneratedField):
            continue
        if isinstance(field, models.JSONField):
            planted[field.attname] = {token: [token]}
        elif isinstance(field, ArrayField):
            planted[field.attname] = [token]
        elif isinstance(field, TEXTS):
            planted[field.attname] = token[: field.max_length]
    assert planted, row
    type(row)._default_manager.filter(pk=row.pk).update(**planted)
    row.refresh_from_db()


def plant_profile(profile: Profile, item: Item, staff: User, token: str) -> None:
    """In everything that is registered as holding something of a profile."""
    plant(profile, token)
    interaction = act(profile, item)
    plant(interaction, token)
    later = LaterFeedback.objects.create(
        catalog=profile.catalog,
        profile=profile,
        item=item,
        kind=interaction.kind,
        occurred_at=timezone.now() + timedelta(days=1),
    )
    plant(later, token)
    slate = Slate(catalog=profile.catalog, profile=profile, scenario="home", basis="popular", requested_length=1)
    log_slate(slate)
    plant(slate, token)
    # An answer to a program may tell of a list, and of nobody by name; it is the list's all the same.
    _keep_answer(profile, "named", body=f'{{"id": "{token}"}}')
    _keep_answer(profile, "addressed", headers={"Location": f"/api/v1/profiles/{token}"})
    _keep_answer(profile, "list", body=f'{{"request_id": "{slate.pk}", "reason": "{token[:4]}"}}')
    ImportJob.objects.create(
        catalog=profile.catalog,
        kind=ImportJob.Kind.PROFILES,
        state=ImportJob.State.DONE,
        file_name=f"{token}.csv",
        size_bytes=1,
        language="en",
        problem=f"The file of “{token}” has a mistake.",
        errors=[
            {"row": 2, "field": "name", "detail": f"“{token}” is too long."},
            {"row": 3, "field": "", "detail": "x"},
        ],
        finished_at=timezone.now(),
    )
    LogEntry.objects.create(
        user=staff,
        content_type=ContentType.objects.get_for_model(Profile),
        object_id=str(profile.pk),
        object_repr=token,
        action_flag=CHANGE,
        change_message=f'[{{"changed": {{"fields": ["{token}"]}}}}]',
    )


def plant_computed(profile: Profile, model: RankingModel, token: str) -> None:
    """What is computed of a person holds no text but the names of kinds; the token stands for the rest."""
    ProfileVector.objects.create(catalog=profile.catalog, profile=profile, model=model, vector=[1.0] * 4)
    InterestCache.objects.create(
        profile=profile,
        model=model,
        settings_hash=token,
        made_from=token,
        # Of as many bytes as some numbers of eight have.
        vector=token.encode() * 8,
        statement=token.encode() * 8,
        prior=0.0,
        speaks=True,
        history=b"",
        kinds=[token],
        probe=0.0,
    )


def _keep_answer(profile: Profile, digest: str, **fields: Any) -> None:
    StoredAnswer.objects.create(
        catalog=profile.catalog,
        digest=f"{profile.pk} {digest}",
        fingerprint="0" * 64,
        status=200,
        expires_at=timezone.now() + timedelta(hours=1),
        **fields,
    )


def found_in_tables(token: str) -> dict[str, int]:
    """By table how many rows have the token in them, as text, as bytes, or within a session."""
    hits = {}
    with connection.cursor() as cursor:
        for table in _tables():
            cursor.execute(
                f'SELECT count(*) FROM ONLY "{table}" one WHERE one::text ILIKE %s OR one::text LIKE %s',  # noqa: S608
                [f"%{token}%", f"%{token.encode().hex()}%"],
            )
            if count := cursor.fetchone()[0]:
                hits[table] = count
    if sessions := sum(token in str(session.get_decoded()) for session in Session.objects.all()):
        hits["django_session"] = sessions
    return hits


def _tables() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p', 'm') AND relnamespace = 'public'::regnamespace"
        )
        yield from [name for (name,) in cursor.fetchall()]


def sessions_naming(profile_id: int) -> int:
    return sum(
        profile_id in session.get_decoded().get(SESSION_PROFILES, {}).values() for session in Session.objects.all()
    )
