"""evaluate FOLDER: how well systems rank a data set, GENRE among them."""

from __future__ import annotations

import json
import os
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from catalog.importing.exceptions import FileRefused
from catalog.importing.row_error import RowError
from recommender.embeddings.exceptions import EmbeddingError
from recommender.evaluation.protocols import PROTOCOLS, Rules
from recommender.evaluation.report import Result
from recommender.exceptions import GenreError
from recommender.management.evaluation_table import print_report
from recommender.management.language_option import add_language_option
from recommender.services.evaluating import SYSTEMS, EvaluationRequest, run_evaluation

ROWS_SHOWN = 5


class Command(BaseCommand):
    help = "Judge systems on the data set in a folder; live catalogs are not touched, and only the report is kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="items, interactions and, where published, eval_valid, eval_test")
        parser.add_argument("--protocol", required=True, choices=list(PROTOCOLS), help="what is held out")
        parser.add_argument("--seeds", type=at_least_one, default=1, metavar="N", help="splits 0..N-1 (default: 1)")
        parser.add_argument(
            "--systems",
            default=",".join(SYSTEMS),
            metavar="A,B,...",
            help=f"of {', '.join(SYSTEMS)} (default: all) and config:ID, which is GENRE with that configuration",
        )
        parser.add_argument("--json", type=Path, metavar="FILE", help="write the report there")
        parser.add_argument(
            "--min-item-ratings", type=int, default=5, metavar="N", help="leave out rated items with fewer (default: 5)"
        )
        parser.add_argument(
            "--relevant-from",
            type=float,
            default=4.0,
            metavar="VALUE",
            help="lowest rating that is a like (default: 4)",
        )
        parser.add_argument(
            "--repeats",
            choices=["allowed", "excluded"],
            default="allowed",
            help="whether a published question may be answered with an item of its history (default: allowed)",
        )
        parser.add_argument("--note", default="", help="for whoever reads the list of evaluations")
        add_language_option(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        with override(options["lang"]):
            target: Path | None = options["json"]
            if target is not None and not os.access(target.parent, os.W_OK):
                raise CommandError(_("%(file)s cannot be written.") % {"file": target})
            self._refused = 0
            try:
                done = run_evaluation(
                    _request(options),
                    now=timezone.now(),
                    refuse=self._refuse,
                    say=self.stderr.write,
                    progress=self._tell,
                )
            except (FileRefused, GenreError, EmbeddingError) as error:
                raise CommandError(str(error)) from error
            if self._refused:
                self.stderr.write(_("%(count)d rows could not be used.") % {"count": self._refused})
            print_report(done.report, out=self.stdout)
            if target is not None:
                target.write_text(json.dumps(done.run.report, indent=1) + "\n", encoding="utf-8")
            self.stderr.write(
                _("Stored as evaluation %(id)d after %(seconds).0f s.")
                % {"id": done.run.pk, "seconds": done.run.seconds}
            )

    def _refuse(self, path: Path, error: RowError) -> None:
        self._refused += 1
        if self._refused <= ROWS_SHOWN:
            self.stderr.write(f"{path.name}, row {error.row_number}: {error.column} {error.value!r} {error.reason}")

    def _tell(self, result: Result) -> None:
        judged = ", ".join(
            f"{name} {value:.4f}" for name, value in result.metrics.items() if name.startswith(("ndcg", "recall"))
        )
        where = f"seed {result.seed}" + (f", fold {result.fold}" if result.fold else "")
        seconds = f"{result.train_seconds:.1f} + {result.rank_seconds:.1f} s"
        self.stderr.write(f"{where}, {result.system}: {judged} ({seconds})")


def at_least_one(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise ArgumentTypeError(f"{text!r} is not 1 or more")
    return int(text)


def _request(options: dict[str, Any]) -> EvaluationRequest:
    return EvaluationRequest(
        folder=options["folder"],
        protocol=options["protocol"],
        systems=[name.strip() for name in options["systems"].split(",") if name.strip()],
        seeds=range(options["seeds"]),
        min_item_ratings=options["min_item_ratings"],
        rules=Rules(relevant_from=options["relevant_from"], repeats_allowed=options["repeats"] == "allowed"),
        note=options["note"],
    )
