"""What is degraded, in sentences for an operator, and what to do about each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Model
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recommender.models import EmbeddingJob, EmbeddingSpace, RankingModel, ScoringConfig, Slate
from recommender.selectors.catalog_standings import CatalogStanding
from recommender.selectors.dashboard import Backlog


@dataclass(frozen=True)
class Problem:
    """What lacks and what follows from it; `link` leads to the list of `place`, where it can be mended."""

    sentence: str
    place: type[Model] | None = None
    link: str = ""


def problems(
    *, broker: bool, worker: bool, standings: Sequence[CatalogStanding], backlogs: Sequence[Backlog]
) -> list[Problem]:
    """Everything that is known to lack something, what concerns all first."""
    found = list(_machinery(broker=broker, worker=worker))
    for backlog in backlogs:
        found.extend(_failed(backlog))
    for standing in standings:
        found.extend(_texts(standing))
        found.extend(_ranking(standing))
        found.extend(_settings(standing))
        found.extend(_answers(standing))
    return found


def _machinery(*, broker: bool, worker: bool) -> Iterator[Problem]:
    if not broker:
        yield Problem(_("The broker does not answer: nothing is embedded or trained until it does. Answers go on."))
    elif not worker:
        yield Problem(
            _("No worker answers: nothing is embedded or trained until ./run worker starts one. Answers go on.")
        )


def _failed(backlog: Backlog) -> Iterator[Problem]:
    count = backlog.failed.value
    if count:
        sentence = ngettext(
            "%(count)d item of “%(space)s” (%(catalog)s) could not be embedded.",
            "%(count)d items of “%(space)s” (%(catalog)s) could not be embedded.",
            count,
        )
        words = {"count": count, "space": backlog.space.name, "catalog": backlog.space.catalog}
        yield _problem(sentence % words, EmbeddingJob, space__id__exact=backlog.space.pk)


def _texts(standing: CatalogStanding) -> Iterator[Problem]:
    if standing.space is None:
        told = _("%(catalog)s: no embedding space serves; words and texts are not used.")
    elif standing.space.state != EmbeddingSpace.State.FILLED:
        told = _("%(catalog)s: the serving space is not filled; popular items fill the lists.")
    else:
        return
    yield _problem(told % _words(standing), EmbeddingSpace, catalog__id__exact=standing.catalog.pk)


def _ranking(standing: CatalogStanding) -> Iterator[Problem]:
    if standing.is_trained_on_other_texts:
        told = _(
            "%(catalog)s: texts alone rank, since the active version was trained on another space or recipe; "
            "train the catalog, or activate a version of the serving space."
        )
        yield _problem(told % _words(standing), RankingModel, catalog__id__exact=standing.catalog.pk)
    if standing.latest is not None and standing.latest.state == RankingModel.State.FAILED:
        told = _("%(catalog)s: the last training failed.")
        yield _problem(told % _words(standing), RankingModel, catalog__id__exact=standing.catalog.pk)


def _settings(standing: CatalogStanding) -> Iterator[Problem]:
    for name in standing.unreadable:
        told = _("%(catalog)s: the active configuration of “%(scenario)s” cannot be read; the defaults are used.")
        words = {**_words(standing), "scenario": name}
        yield _problem(told % words, ScoringConfig, catalog__id__exact=standing.catalog.pk)


def _answers(standing: CatalogStanding) -> Iterator[Problem]:
    answers = standing.answers
    if answers.degraded:
        sentence = _(
            "%(catalog)s: of the last day’s newest %(count)d answers %(degraded)d were degraded (%(reasons)s)."
        )
        words = {
            **_words(standing),
            "degraded": answers.degraded,
            "count": answers.count,
            "reasons": _reasons(code for code, _count in answers.codes.most_common()),
        }
        yield _problem(sentence % words, Slate, catalog__id__exact=standing.catalog.pk, degraded__exact=1)


def _reasons(codes: Iterable[str]) -> str:
    labels = {
        "encoder_unavailable": _("the encoder did not answer"),
        "no_embedding_space": _("no embeddings were served"),
        "not_all_embedded": _("items had no embedding yet"),
        "configuration_invalid": _("the configuration could not be read"),
    }
    # Others say what a list was made from, which is no fault.
    return ", ".join(labels[code] for code in codes if code in labels)


def _words(standing: CatalogStanding) -> dict[str, object]:
    return {"catalog": standing.catalog}


def _problem(sentence: str, place: type[Model], **filters: object) -> Problem:
    return Problem(sentence, place, reverse(f"admin:recommender_{place._meta.model_name}_changelist", query=filters))
