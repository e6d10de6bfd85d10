"""Gorse's recommendations for a user, and for a session that no user is known of."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from recommender.api.access import Scope
from recommender.api.endpoint import reader_language
from recommender.gorse.document import Document
from recommender.gorse.endpoint import checked
from recommender.gorse.feedback import GorseFeedback, feedback_of, type_of
from recommender.gorse.lists import Score
from recommender.gorse.moments import duration_of
from recommender.gorse.sessions import session_history
from recommender.gorse.views_lists import ListEndpoint, scores_of
from recommender.services.feedback import FeedbackRow, release_due_feedback, write_feedback
from recommender.services.recommending import recommend
from recommender.services.wishes import Wishes
from users.models import Profile

# The version of the API in which recommendations come with their scores.
WITH_SCORES = "2"


class RecommendView(ListEndpoint):
    def get(self, request: Request, user_id: str, category: str | None = None) -> Response:
        now = timezone.now()
        kind, delay = self._write_back()
        condition, length = self.categories(category), self.length
        release_due_feedback(now=now)
        # To Gorse, a user whom nobody knows is a newcomer.
        profile = Profile.objects.filter(catalog=self.catalog, external_id=user_id).first()
        scores: list[Score] = []
        if length:
            wishes = Wishes(condition=condition)
            answer = recommend(
                catalog=self.catalog, profile=profile, k=length, wishes=wishes, language=reader_language(), now=now
            )
            scores = scores_of(answer)[self.offset :][: self.count]
        if kind:
            self._note(user_id, kind, scores, now + delay, now)
        if request.META.get("HTTP_X_API_VERSION") == WITH_SCORES:
            return Response([score.as_json() for score in scores])
        return Response([score.id for score in scores])

    def _write_back(self) -> tuple[str, timedelta]:
        """The type of feedback that is to be written of what is shown, "" for none, and how much later it counts."""
        delay = checked(duration_of, self.text("write-back-delay"), "write-back-delay")
        kind = self.text("write-back-type")
        if kind:
            self.need(Scope.WRITE_INTERACTIONS)
            kind = checked(type_of, Document({"write-back-type": kind}), "write-back-type")
        return kind, delay

    def _note(self, user_id: str, kind: str, scores: list[Score], moment: datetime, now: datetime) -> None:
        rows = [FeedbackRow(kind, user_id, score.id, occurred_at=moment) for score in scores]
        if rows:
            write_feedback(catalog=self.catalog, rows=rows, overwrite=False, now=now)


class SessionRecommendView(ListEndpoint):
    scopes = {"POST": Scope.READ}

    def post(self, request: Request, category: str | None = None) -> Response:
        now = timezone.now()
        feedback = self.documents(session_feedback_of)
        condition, length = self.categories(category), self.length
        if not length:
            return self.part([])
        history = session_history(self.catalog, feedback, now=now)
        wishes = Wishes(condition=condition, events=history.events, private_ids=history.item_ids)
        answer = recommend(catalog=self.catalog, k=length, wishes=wishes, language=reader_language(), now=now)
        return self.part(scores_of(answer))


def session_feedback_of(value: object) -> GorseFeedback:
    """Feedback of nobody: its UserId may be absent. Raises InvalidValue."""
    document = Document(value)
    return feedback_of(document.having("UserId", "session"))
