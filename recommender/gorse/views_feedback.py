"""Gorse's calls about feedback."""

from __future__ import annotations

from django.core.signing import BadSignature, Signer
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.models import Item
from recommender.api.access import Scope
from recommender.gorse.endpoint import MOST_ROWS, USUAL_COUNT, GorseEndpoint, affected
from recommender.gorse.feedback import feedback_json, feedback_of
from recommender.gorse.written import NothingStored
from recommender.models import InteractionKind
from recommender.selectors.feedback import Feedback, feedback_in
from recommender.services.feedback import delete_feedback, release_due_feedback, write_feedback
from users.models import Profile

SIGNER_SALT = "cursor of feedback"
# In the place of a primary key, for what the catalog does not have: nothing is of it.
NOTHING = 0


class FeedbackEndpoint(GorseEndpoint):
    """What is found by names; to Gorse, what nobody knows has no feedback."""

    def found(self, *, kind: str | None = None, user: str | None = None, item: str | None = None) -> list[Feedback]:
        """All feedback of these; at most five queries."""
        release_due_feedback(now=timezone.now())
        return feedback_in(
            self.catalog.pk,
            kind_id=None if kind is None else self.kind_id(kind),
            profile_id=None if user is None else self.profile_id(user),
            item_id=None if item is None else self.item_id(item),
        )

    def kind_id(self, name: str) -> int:
        kinds = InteractionKind.objects.filter(catalog=self.catalog, name=name)
        return kinds.values_list("pk", flat=True).first() or NOTHING

    def profile_id(self, name: str) -> int:
        profiles = Profile.objects.filter(catalog=self.catalog, external_id=name)
        return profiles.values_list("pk", flat=True).first() or NOTHING

    def item_id(self, name: str) -> int:
        return (
            Item.objects.filter(catalog=self.catalog, external_id=name).values_list("pk", flat=True).first() or NOTHING
        )

    def remove(self, user: str, item: str, kind: str | None) -> Response:
        count = delete_feedback(
            catalog=self.catalog,
            profile_id=self.profile_id(user),
            item_id=self.item_id(item),
            kind_id=None if kind is None else self.kind_id(kind),
        )
        return affected(count)


class FeedbackListView(FeedbackEndpoint):
    """All feedback of the catalog, or all of one type."""

    scopes = {"GET": Scope.READ, "POST": Scope.WRITE_INTERACTIONS, "PUT": Scope.WRITE_INTERACTIONS}

    def get(self, request: Request, feedback_type: str | None = None) -> Response:
        count = min(self.number("n", USUAL_COUNT), MOST_ROWS)
        behind = self._behind()
        if count == 0:
            return Response({"Cursor": "", "Feedback": []})
        release_due_feedback(now=timezone.now())
        # One row more tells whether there is another page.
        kind_id = None if feedback_type is None else self.kind_id(feedback_type)
        rows = feedback_in(self.catalog.pk, kind_id=kind_id, behind=behind, limit=count + 1)
        cursor = _cursor(rows[count - 1].key) if len(rows) > count else ""
        return Response({"Cursor": cursor, "Feedback": [feedback_json(row) for row in rows[:count]]})

    def post(self, request: Request) -> Response:
        return self._write(overwrite=False)

    def put(self, request: Request) -> Response:
        return self._write(overwrite=True)

    def _write(self, *, overwrite: bool) -> Response:
        rows = [feedback.as_row() for feedback in self.documents(feedback_of)]
        count = write_feedback(catalog=self.catalog, rows=rows, overwrite=overwrite, now=timezone.now())
        if rows and not count:
            raise NothingStored(_("These people were erased: they come back with their consent alone."))
        return affected(count)

    def _behind(self) -> list[int] | None:
        text = self.text("cursor")
        if not text:
            return None
        try:
            return [int(part) for part in Signer(salt=SIGNER_SALT).unsign(text).split("-")]
        except BadSignature:
            raise ValidationError({"cursor": [_("This is no cursor of this list.")]}) from None


class TypedFeedbackListView(FeedbackListView):
    http_method_names = ["get", "head"]


class UserItemFeedbackView(FeedbackEndpoint):
    """What a user said of an item, of whatever type."""

    scopes = {"GET": Scope.READ, "DELETE": Scope.WRITE_INTERACTIONS}

    def get(self, request: Request, user_id: str, item_id: str) -> Response:
        return Response([feedback_json(row) for row in self.found(user=user_id, item=item_id)])

    def delete(self, request: Request, user_id: str, item_id: str) -> Response:
        return self.remove(user_id, item_id, None)


class OneFeedbackView(FeedbackEndpoint):
    scopes = {"GET": Scope.READ, "DELETE": Scope.WRITE_INTERACTIONS}

    def get(self, request: Request, feedback_type: str, user_id: str, item_id: str) -> Response:
        rows = self.found(kind=feedback_type, user=user_id, item=item_id)
        if not rows:
            raise NotFound(_("There is no such feedback."))
        return Response(feedback_json(rows[0]))

    def delete(self, request: Request, feedback_type: str, user_id: str, item_id: str) -> Response:
        return self.remove(user_id, item_id, feedback_type)


class UserFeedbackView(FeedbackEndpoint):
    scopes = {"GET": Scope.READ}

    def get(self, request: Request, user_id: str, feedback_type: str | None = None) -> Response:
        return Response([feedback_json(row) for row in self.found(user=user_id, kind=feedback_type)])


class ItemFeedbackView(FeedbackEndpoint):
    scopes = {"GET": Scope.READ}

    def get(self, request: Request, item_id: str, feedback_type: str | None = None) -> Response:
        return Response([feedback_json(row) for row in self.found(item=item_id, kind=feedback_type)])


def _cursor(key: tuple[int, int, int]) -> str:
    return Signer(salt=SIGNER_SALT).sign("-".join(map(str, key)))
