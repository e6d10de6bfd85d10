"""The admin's first page: how much came in, what waits and failed, who is there, and what answers."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.models import Catalog, Item
from recommender.admin.attention import problems
from recommender.admin.day_charts import DayChart, count_in_words, day_chart
from recommender.admin.rights import may_view
from recommender.models import EmbeddingSpace, Interaction, Slate
from recommender.selectors.bounded_counts import Count
from recommender.selectors.catalog_standings import catalog_standings
from recommender.selectors.dashboard import backlogs, daily_counts
from recommender.services.broker import broker_answers
from recommender.services.workers import worker_answers
from users.models import Profile

# A page waits for it: a worker that is there answers within some hundredths.
PING_SECONDS = 1.0


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What Unfold's first page is rendered with; of each part only what this person may look at."""
    now = timezone.now()
    broker = broker_answers()
    worker = broker and worker_answers(PING_SECONDS)
    standings = catalog_standings(now=now) if may_view(request, Catalog) else []
    waiting = backlogs() if may_view(request, EmbeddingSpace) else []
    found = problems(broker=broker, worker=worker, standings=standings, backlogs=waiting)
    failed = sum((backlog.failed for backlog in waiting), Count(0))
    return {
        **context,
        "title": _("Overview"),
        "broker": broker,
        "worker": worker,
        "problems": [
            (problem.sentence, problem.link if problem.place and may_view(request, problem.place) else "")
            for problem in found
        ],
        "charts": _charts(request),
        "standings": standings,
        "backlogs": [(backlog, count_in_words(backlog.waiting), count_in_words(backlog.failed)) for backlog in waiting],
        "failed": failed.value,
        "retry_url": reverse("admin:recommender_embeddingspace_retry_all"),
        "may_retry": request.user.has_perm("recommender.change_embeddingspace"),
    }


def _charts(request: HttpRequest) -> list[DayChart]:
    counted: list[tuple[type[Model], str]] = [
        (Interaction, _("Interactions recorded")),
        (Slate, _("Answers given")),
        (Item, _("Items added")),
        (Profile, _("Profiles added")),
    ]
    today = timezone.localdate()
    return [
        day_chart(model._meta.model_name or "", title, daily_counts(model, today=today))
        for model, title in counted
        if may_view(request, model)
    ]
