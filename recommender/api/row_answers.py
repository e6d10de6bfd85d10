"""What is said of rows that were written: one of them as a whole answer, many as a list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from recommender.api.parsing import BodyTooLarge
from recommender.api.schema import FaultSerializer
from recommender.exceptions import Contradicted, NotInCatalog
from recommender.services.written_rows import Outcome, Refusal, RowRefused, WrittenRow

MOST_ROWS = 1_000
STATUS_OF_OUTCOMES: Mapping[Outcome, HTTPStatus] = {
    Outcome.CREATED: HTTPStatus.CREATED,
    Outcome.UPDATED: HTTPStatus.OK,
    Outcome.UNCHANGED: HTTPStatus.OK,
}
STATUS_OF_REFUSALS: Mapping[Refusal, HTTPStatus] = {
    Refusal.MALFORMED: HTTPStatus.BAD_REQUEST,
    Refusal.UNKNOWN: HTTPStatus.NOT_FOUND,
    Refusal.CONFLICT: HTTPStatus.CONFLICT,
}


class RowProblemSerializer(serializers.Serializer[Any]):
    """Why a row was refused."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField(min_value=400, max_value=599)
    detail = serializers.CharField()
    errors = FaultSerializer(many=True)  # type: ignore[assignment]  # a field, where the class itself has a property


class RowAnswerSerializer(serializers.Serializer[Any]):
    """What became of one row."""

    index = serializers.IntegerField(min_value=0, help_text=gettext_lazy("Its place in the request, from 0."))
    id = serializers.CharField(allow_blank=True, help_text=gettext_lazy("As the row gave it."))
    status = serializers.IntegerField(
        help_text=gettext_lazy("201: new. 200: changed or unchanged. 4xx: refused, see `error`.")
    )
    outcome = serializers.ChoiceField(choices=[*Outcome])
    note = serializers.CharField(required=False, help_text=gettext_lazy("What to know although the row was taken."))
    error = RowProblemSerializer(required=False)


class InteractionAnswerSerializer(RowAnswerSerializer):
    """What became of one interaction."""

    id = serializers.IntegerField(allow_null=True, help_text=gettext_lazy("The server's identifier."))  # type: ignore[assignment]
    external_id = serializers.CharField(allow_null=True, help_text=gettext_lazy("Yours, where the row gave one."))


class RowCountsSerializer(serializers.Serializer[Any]):
    created = serializers.IntegerField(min_value=0)
    updated = serializers.IntegerField(min_value=0)
    unchanged = serializers.IntegerField(min_value=0)
    refused = serializers.IntegerField(min_value=0)


class BulkAnswerSerializer(RowCountsSerializer):
    """What became of the rows, in their order."""

    results = RowAnswerSerializer(many=True)


class BulkInteractionAnswerSerializer(RowCountsSerializer):
    """What became of the interactions, in their order."""

    results = InteractionAnswerSerializer(many=True)


def rows_of(body: object) -> list[object]:
    """The rows of a bulk request. Raises ValidationError for what is no list, and BodyTooLarge for too many."""
    if not isinstance(body, list):
        raise ValidationError({"": [_("Send a JSON list of rows.")]})
    if len(body) > MOST_ROWS:
        raise BodyTooLarge(
            _("These are %(count)d rows; %(limit)d are taken at once. Send more of them as an import.")
            % {"count": len(body), "limit": MOST_ROWS}
        )
    return body


def bulk_answer(rows: Sequence[WrittenRow], *, of_interactions: bool = False) -> dict[str, Any]:
    counts = dict.fromkeys(map(str, Outcome), 0)
    for row in rows:
        counts[row.outcome] += 1
    return {**counts, "results": [_row_answer(row, of_interactions) for row in rows]}


def _row_answer(row: WrittenRow, of_interactions: bool) -> dict[str, Any]:
    answer: dict[str, Any] = {"index": row.index}
    if of_interactions:
        answer |= {"id": row.pk, "external_id": row.external_id or None}
    else:
        answer["id"] = row.external_id
    answer |= {"status": int(status_of(row)), "outcome": str(row.outcome)}
    if row.note:
        answer["note"] = row.note
    if row.was_refused:
        answer["error"] = _problem(row)
    return answer


def status_of(row: WrittenRow) -> HTTPStatus:
    return STATUS_OF_REFUSALS[row.refusal] if row.refusal else STATUS_OF_OUTCOMES[row.outcome]


def _problem(row: WrittenRow) -> dict[str, Any]:
    status = status_of(row)
    return {
        "type": "about:blank",
        "title": status.phrase,
        "status": int(status),
        "detail": _("The row has mistakes.") if len(row.mistakes) > 1 else row.mistakes[0].detail,
        "errors": [{"field": mistake.field, "detail": mistake.detail} for mistake in row.mistakes],
    }


def raise_if_refused(row: WrittenRow) -> WrittenRow:
    """A single row's refusal as the whole answer's problem."""
    if row.refusal is not None:
        raise_refused(RowRefused(row.mistakes, row.refusal))
    return row


def raise_refused(error: RowRefused) -> None:
    if error.refusal == Refusal.MALFORMED:
        details: dict[str, list[str]] = {}
        for mistake in error.mistakes:
            details.setdefault(mistake.field, []).append(mistake.detail)
        raise ValidationError(details)
    sentence = " ".join(mistake.detail for mistake in error.mistakes)
    raise NotInCatalog(sentence) if error.refusal == Refusal.UNKNOWN else Contradicted(sentence)


@contextmanager
def refusals_raised() -> Iterator[None]:
    """Refusals within the block as the whole answer's problem."""
    try:
        yield
    except RowRefused as error:
        raise_refused(error)
