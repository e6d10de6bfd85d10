"""The option of imports that lets people come back who were erased."""

from __future__ import annotations

from argparse import ArgumentParser


def add_consent_option(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--consent",
        action="store_true",
        help="people who were erased have agreed to come back, which is recorded; without it their rows are refused",
    )
