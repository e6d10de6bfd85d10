"""What a list was made from, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from recommender.services.answers import Basis


def basis_label(basis: str) -> str:
    labels: dict[str, str] = {
        Basis.HISTORY: _("from the history"),
        Basis.STATEMENT: _("from the person's own words"),
        Basis.HISTORY_AND_STATEMENT: _("from history and own words"),
        Basis.POPULAR: _("what is popular"),
        Basis.ITEM: _("items like an item"),
    }
    return labels.get(basis, basis)
