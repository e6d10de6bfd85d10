"""What a space's page can do beside its form: filled with a bar that moves, served, gone back from, tried again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from catalog.lean_admin import LeanAdmin
from recommender.admin.day_charts import count_in_words
from recommender.admin.space_comparison import may_compare
from recommender.admin.telling import nudge, retry_spaces
from recommender.exceptions import SpaceNotReady
from recommender.models import EmbeddingJob, EmbeddingSpace
from recommender.selectors.ranking_models import active_model, model_of_space
from recommender.selectors.space_progress import space_progress
from recommender.selectors.spaces import space_before
from recommender.services.embedding_queue import queue_stale_items
from recommender.services.spaces import serve_space

PROGRESS_TEMPLATE = "admin/recommender/embeddingspace/progress.html"

Act = Callable[[HttpRequest, EmbeddingSpace], None]


class SpaceSteering(LeanAdmin[EmbeddingSpace]):
    """Below the admin of spaces: addresses that change something take POST from those who may change spaces."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        name = "recommender_embeddingspace_{}".format
        return [
            path("retry-all/", view(require_POST(self.retry_all)), name=name("retry_all")),
            path("<int:object_id>/progress/", view(require_safe(self.progress)), name=name("progress")),
            path("<int:object_id>/fill/", view(self._posted(self.fill)), name=name("fill")),
            path("<int:object_id>/serve/", view(self._posted(self.let_serve)), name=name("serve")),
            path("<int:object_id>/back/", view(self._posted(self.go_back)), name=name("back")),
            path("<int:object_id>/retry/", view(self._posted(self.retry_failed)), name=name("retry")),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        space = EmbeddingSpace.objects.filter(pk=object_id).first() if object_id.isdecimal() else None
        # Nothing of a space that was made can be changed in its form.
        unsaved = {"show_save": False, "show_save_and_continue": False, "show_save_and_add_another": False}
        steering = {} if space is None else {**unsaved, **self._steering(request, space)}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **steering})

    def _steering(self, request: HttpRequest, space: EmbeddingSpace) -> dict[str, Any]:
        before = space_before(space.catalog_id) if space.serving else None
        return {
            **_progress(space),
            "may_compare": may_compare(request),
            "may_steer": self.has_change_permission(request, space),
            "may_serve": not space.serving and space.state == EmbeddingSpace.State.FILLED,
            "before": before,
            "compare_url": reverse(
                "admin:recommender_embeddingspace_compare",
                query={"first": space.pk, **({"second": before.pk} if before else {})},
            ),
        }

    def progress(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The bar alone, asked for every few seconds while there is something to wait for."""
        space = self._space(object_id)
        if not self.has_view_permission(request, space):
            raise PermissionDenied
        context = _progress(space)
        answer = TemplateResponse(request, PROGRESS_TEMPLATE, {**context, "original": space})
        if not context["progress"].is_working:
            # What can be done now is another thing: the page is to be made anew.
            answer["HX-Refresh"] = "true"
        return answer

    def fill(self, request: HttpRequest, space: EmbeddingSpace) -> None:
        count = queue_stale_items(space)
        told = ngettext("%(count)d item was queued.", "%(count)d items were queued.", count)
        self.message_user(request, told % {"count": count}, messages.SUCCESS)
        nudge(self, request)

    def let_serve(self, request: HttpRequest, space: EmbeddingSpace) -> None:
        try:
            serve_space(space)
        except SpaceNotReady as error:
            self.message_user(request, str(error), messages.ERROR)
            return
        self.message_user(request, _("“%(name)s” serves now.") % {"name": space.name}, messages.SUCCESS)
        if active_model(space.catalog_id) is not None and model_of_space(space.catalog_id, space) is None:
            told = _(
                "The active ranking model was trained on another space: texts alone rank until the catalog is "
                "trained, or a version of this space is activated."
            )
            self.message_user(request, told, messages.WARNING)

    def go_back(self, request: HttpRequest, space: EmbeddingSpace) -> None:
        """From the space that serves to the one that served before it."""
        before = space_before(space.catalog_id) if space.serving else None
        if before is None:
            self.message_user(request, _("There is no space to go back to."), messages.ERROR)
            return
        self.let_serve(request, before)

    def retry_failed(self, request: HttpRequest, space: EmbeddingSpace) -> None:
        retry_spaces(self, request, [space.pk])

    def retry_all(self, request: HttpRequest) -> HttpResponse:
        """Whatever failed in any space, from the first page."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        failed = EmbeddingJob.objects.filter(failed_at__isnull=False)
        retry_spaces(self, request, list(failed.order_by("space_id").values_list("space_id", flat=True).distinct()))
        return redirect("admin:index")

    def _posted(self, act: Act) -> Callable[..., HttpResponse]:
        @require_POST
        def posted(request: HttpRequest, object_id: int) -> HttpResponse:
            space = self._space(object_id)
            if not self.has_change_permission(request, space):
                raise PermissionDenied
            act(request, space)
            return redirect("admin:recommender_embeddingspace_change", object_id)

        return posted

    def _space(self, object_id: int) -> EmbeddingSpace:
        space = EmbeddingSpace.objects.select_related("catalog").filter(pk=object_id).first()
        if space is None:
            raise Http404
        return space


def _progress(space: EmbeddingSpace) -> dict[str, Any]:
    """What the bar's template shows."""
    progress = space_progress(space)
    return {
        "progress": progress,
        "counts": {
            name: count_in_words(getattr(progress, name)) for name in ("items", "done", "embedded", "waiting", "failed")
        },
        "state": EmbeddingSpace.State(progress.state).label,
        "progress_url": reverse("admin:recommender_embeddingspace_progress", args=[space.pk]),
    }
