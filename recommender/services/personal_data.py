"""What this app holds about people; `AppConfig.ready` loads it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from recommender.models import (
    ApiKey,
    EvaluationRun,
    ImportJob,
    Interaction,
    InterestCache,
    LaterFeedback,
    ProfileVector,
    ScoringConfig,
    Slate,
)
from recommender.services import personal_rows, traces
from recommender.services.visitor_sessions import erase_sessions, session_rows
from users.models import Profile, User
from users.privacy import Holder, Row, excuse, of_accounts, of_profiles

# What staff made, with the column that says who.
MADE = ((ApiKey, "created_by"), (EvaluationRun, "author"), (ImportJob, "user"), (ScoringConfig, "author"))


def _erase(model: type[Model]) -> Callable[[Profile], int]:
    def erase(profile: Profile) -> int:
        return int(model._default_manager.filter(profile=profile).delete()[1].get(model._meta.label, 0))

    return erase


def _made(user: User) -> Iterable[QuerySet[Any]]:
    for model, column in MADE:
        yield model._default_manager.filter(**{column: user}).order_by("created_at")


def _made_rows(user: User) -> Iterable[Row]:
    for rows in _made(user):
        for row in rows:
            yield {"what": str(rows.model._meta.verbose_name), "name": str(row), "made": row.created_at.isoformat()}


def _let_go_of_made(user: User) -> int:
    return sum(model._default_manager.filter(**{column: user}).update(**{column: None}) for model, column in MADE)


of_profiles.register(
    Holder(
        name="interactions",
        title=_("Interactions"),
        about=_("What the person did with which item."),
        rows=personal_rows.interaction_rows,
        erase=_erase(Interaction),
        models=("recommender.Interaction",),
    )
)
of_profiles.register(
    Holder(
        name="later_interactions",
        title=_("Interactions that count later"),
        about=_("What was sent before its time."),
        rows=personal_rows.later_rows,
        erase=_erase(LaterFeedback),
        models=("recommender.LaterFeedback",),
    )
)
of_profiles.register(
    Holder(
        name="answers",
        title=_("Answers"),
        about=_("Lists that were made for the person: what was asked, what was recommended, and why."),
        rows=personal_rows.slate_rows,
        erase=_erase(Slate),
        models=("recommender.Slate",),
    )
)
of_profiles.register(
    Holder(
        name="interests",
        title=_("Cached interests"),
        about=_("What the history adds up to, kept so that it need not be computed again."),
        rows=personal_rows.interest_rows,
        erase=_erase(InterestCache),
        models=("recommender.InterestCache",),
    )
)
of_profiles.register(
    Holder(
        name="profile_vectors",
        title=_("Vectors"),
        about=_("The person among the others, as trained versions of the ranking place them."),
        rows=personal_rows.vector_rows,
        erase=_erase(ProfileVector),
        models=("recommender.ProfileVector",),
    )
)
of_profiles.register(
    Holder(
        name="sessions",
        title=_("Sessions"),
        about=_("Browsers that the site knows this profile by, without an account."),
        rows=session_rows,
        erase=erase_sessions,
        models=("sessions.Session",),
    )
)
of_profiles.register(
    Holder(
        name="imports",
        title=_("Reports of imports"),
        about=_("Refused rows of imported files that name the person."),
        rows=traces.import_rows,
        erase=traces.erase_in_imports,
        models=("recommender.ImportJob", "recommender.ImportChunk"),
    )
)
# What it looks for is what the person did and was shown: erased before those are.
of_profiles.register(
    Holder(
        name="kept_answers",
        title=_("Kept answers of the API"),
        about=_("Answers to programs that are kept for a day, for requests that are sent again."),
        rows=traces.answer_rows,
        erase=traces.erase_answers,
        models=("recommender.StoredAnswer",),
    )
)

of_accounts.register(
    Holder(
        name="made",
        title=_("What was made with the account"),
        about=_("What staff configured, measured and brought. After an erasure it stays, and names nobody."),
        rows=_made_rows,
        erase=_let_go_of_made,
        models=tuple(model._meta.label for model, _column in MADE),
    )
)

excuse(
    (
        "recommender.EmbeddingJob",
        "recommender.EmbeddingSpace",
        "recommender.InteractionKind",
        "recommender.ItemEmbedding",
        "recommender.Scenario",
    ),
    "About items and how they are recommended; nothing in it comes from a person.",
)
excuse(
    ("recommender.RankingArtifact", "recommender.RankingModel", "recommender.RankingVector"),
    "Sums over everybody's interactions. Who is erased is in them until the next training, which an erasure asks for, "
    "and no version that knows them is gone back to (services/erased_versions.py).",
)
