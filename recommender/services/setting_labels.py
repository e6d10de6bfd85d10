"""What the settings and their sections are called by people; their explanations stand in the schema itself."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SECTIONS: Mapping[str, tuple[Promise, Promise]] = {
    "interest": (_("Interest"), _("How a person's history and own words become what they are taken to like.")),
    "blocks": (
        _("Parts of the trained ranking"),
        _("How much each part of the trained ranking counts. A change holds at once, no training is needed."),
    ),
    "boosts": (_("Boosts"), _("What is added to the scores beside interest, in the same units.")),
    "new_items": (
        _("New items"),
        _("How items that few people tried enter the trained ranking: those that come in, and all at each training."),
    ),
    "diversity": (_("Variety"), _("How the list is composed from the best candidates.")),
    "exploration": (
        _("Exploration"),
        _("Showing now and then what the ranking would not, to learn whether it is liked."),
    ),
    "popular": (
        _("Popular list"),
        _("What is shown where nothing is known about the person, or personalisation is off."),
    ),
    "filters": (_("Filters"), _("Which items may be recommended at all; an empty list allows everything.")),
    "seen": (_("Seen items"), _("Whether items that a person has seen may come back.")),
    "result_list": (_("The list"), _("How long the list is, and what stands beside each result.")),
}

FIELDS: Mapping[str, Promise] = {
    "interest.use_history": _("Learn from interactions"),
    "interest.use_statement": _("Use the person's own words"),
    "interest.statement_weight": _("Share of own words"),
    "interest.kind_weights": _("Weights of kinds of interaction"),
    "interest.half_life_days": _("Half-life in days"),
    "interest.half_life_interactions": _("Half-life in interactions"),
    "interest.history_length": _("Length of history"),
    "interest.dislike_weight": _("Strength of dislikes"),
    "blocks.collaborative": _("What others like too"),
    "blocks.factors": _("Implicit factors"),
    "blocks.text": _("Likeness of texts"),
    "blocks.statement": _("Own words"),
    "blocks.popularity": _("Popularity for everybody"),
    "blocks.newcomer_popularity": _("Popularity for newcomers"),
    "blocks.newcomer_interactions": _("How long one is a newcomer"),
    "boosts.freshness": _("Boost for fresh items"),
    "boosts.freshness_half_life_days": _("Half-life of freshness in days"),
    "boosts.trending": _("Boost for trends"),
    "boosts.trending_half_life_days": _("Half-life of trends in days"),
    "boosts.new_items": _("Boost for untried items"),
    "new_items.gain": _("Loudness of texts"),
    "new_items.hand_over": _("Interactions that outweigh the text"),
    "diversity.candidates": _("Candidates"),
    "diversity.relevance": _("Relevance against variety"),
    "diversity.calibration": _("Proportions of the history's categories"),
    "diversity.per_category": _("Most items of a category"),
    "diversity.per_creator": _("Most items of a creator"),
    "diversity.creator_attribute": _("Attribute of the creator"),
    "diversity.fill": _("Fill short lists"),
    "exploration.rate": _("Share left to chance"),
    "popular.popularity_weight": _("Weight of popularity"),
    "popular.freshness_weight": _("Weight of freshness"),
    "popular.freshness_half_life_days": _("Half-life of freshness in days"),
    "popular.window_days": _("Popularity of the last days"),
    "filters.kinds": _("Kinds of item"),
    "filters.categories": _("Categories"),
    "filters.languages": _("Languages"),
    "seen.policy": _("Seen items return"),
    "seen.after_days": _("Return after days"),
    "result_list.length": _("Length"),
    "result_list.minimum_score": _("Least score"),
    "result_list.explanations": _("Give reasons"),
}

AS_TRAINED = _("as trained")
# What it means that a setting has no value.
NOTHING: Mapping[str, Promise] = {
    "interest.half_life_days": _("age does not matter"),
    "interest.half_life_interactions": AS_TRAINED,
    "blocks.factors": AS_TRAINED,
    "blocks.text": AS_TRAINED,
    "blocks.newcomer_popularity": AS_TRAINED,
    "blocks.newcomer_interactions": AS_TRAINED,
    "diversity.per_category": _("any number"),
    "diversity.per_creator": _("any number"),
    "popular.window_days": _("of all time"),
    "result_list.minimum_score": _("no limit"),
}

CHOICES: Mapping[str, Promise] = {
    "never": _("never"),
    "after_days": _("after some days"),
    "always": _("at once"),
}
