"""What the list of catalogs can do once there are rankings to train; the app of catalogs itself knows of none."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.admin import CatalogAdmin
from catalog.models import Catalog
from recommender.services.training_lock import is_training
from recommender.tasks import send_training

admin.site.unregister(Catalog)


@admin.register(Catalog)
class TrainableCatalogAdmin(CatalogAdmin):
    actions = ("train_now",)

    def has_train_permission(self, request: HttpRequest) -> bool:
        """Training makes a version, and makes it the one that answers."""
        return request.user.has_perms(["recommender.add_rankingmodel", "recommender.change_rankingmodel"])

    @admin.action(description=gettext_lazy("Train now: learn a ranking from all interactions"), permissions=["train"])
    def train_now(self, request: HttpRequest, queryset: QuerySet[Catalog]) -> None:
        for catalog in queryset:
            self._train(request, catalog)

    def _train(self, request: HttpRequest, catalog: Catalog) -> None:
        name = {"name": catalog.slug}
        if not catalog.items.exists():
            told, level = _("The catalog “%(name)s” has no items to learn from.") % name, messages.ERROR
        elif is_training(catalog.pk):
            told, level = _("The catalog “%(name)s” is being trained already.") % name, messages.WARNING
        elif send_training(catalog.pk):
            told = _("“%(name)s” is to be trained: its new version appears among the ranking models.") % name
            level = messages.SUCCESS
        else:
            told = _("The broker does not answer: “%(name)s” is not trained. Try again once it does.") % name
            level = messages.ERROR
        self.message_user(request, told, level)
