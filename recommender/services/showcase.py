"""The showcase's catalogue, set up once as an operator would who has looked at its lists."""

from __future__ import annotations

from django.db import transaction

from catalog.models import Catalog
from recommender.engine.settings import DiversitySettings, ScoringSettings
from recommender.models import Scenario
from recommender.services.scoring_configs import activate, create_version

SLUG = "showcase"
NAME = "GENRE showcase · 示例目录"

# Of the strengths tried, the one that keeps the lists of most categories to what was picked (decision 0012).
CALIBRATION = 0.8
NOTE = (
    "Every work here has three or four categories, and without calibration what the picks share by chance weighs as "
    "much as the category that they have in common: a list after five picks would stray from it.\n"
    "这里每部作品有三四个分类；若不校准，所选作品偶然相同的分类与它们共有的分类同样重要，选五部之后列表容易偏离。"
)


@transaction.atomic
def open_showcase() -> Catalog:
    """The catalogue, on the site; a new one with version 2 of its home configuration, an old one as it is.

    Both or neither: a catalogue without its configuration would count as an old one the next time.
    """
    catalog, is_new = Catalog.objects.get_or_create(slug=SLUG, defaults={"name": NAME})
    Catalog.objects.filter(pk=catalog.pk).update(on_site=True)
    if is_new:
        activate(
            create_version(
                scenario=catalog.scenarios.get(name=Scenario.HOME),
                settings=ScoringSettings(diversity=DiversitySettings(calibration=CALIBRATION)),
                note=NOTE,
            )
        )
    return catalog
