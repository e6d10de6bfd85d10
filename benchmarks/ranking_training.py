"""One training in a process of its own, so that its peak memory is its own: what `ranking_catalog` starts."""

from __future__ import annotations

import argparse
import os

import django


def main() -> None:
    parser = argparse.ArgumentParser(description="Train a catalog and activate the version.")
    parser.add_argument("catalog")
    parser.add_argument("--search", action="store_true", help="search for hyperparameters, too")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "genre_site.settings")
    django.setup()
    # Imported here: these need the settings.
    from catalog.models import Catalog  # noqa: PLC0415
    from recommender.services.training import TrainingOptions, train_catalog  # noqa: PLC0415

    catalog = Catalog.objects.get(slug=options.catalog)
    train_catalog(catalog, TrainingOptions(tune="always" if options.search else "never"))


if __name__ == "__main__":
    main()
