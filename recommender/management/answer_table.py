"""An answer as a table of rank, title, score, parts and reason."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.management.base import OutputWrapper
from django.utils.translation import gettext as _
from rich.text import Text

from recommender.management.tables import new_table, print_table
from recommender.services.answers import Answer


def print_answer(answer: Answer, *, out: OutputWrapper, notices: OutputWrapper) -> None:
    """The table to `out`; what else the reader should know, line by line, to `notices`."""
    table = new_table(_("rank"), _("title"), _("score"), _("parts"), _("reason"))
    for result in answer.results:
        # Text: square brackets in a title are no markup.
        table.add_row(
            str(result.rank), Text(result.title), f"{result.score:.3f}", _parts(result.parts), Text(result.reason)
        )
    print_table(table, out)
    for notice in answer.notices:
        notices.write(notice.message)
    notices.write(_("Answer %(id)s; show_slate reads it again.") % {"id": answer.request_id})


def _parts(parts: Mapping[str, float]) -> Text:
    return Text(", ".join(f"{name} {value:.3f}" for name, value in parts.items()))
