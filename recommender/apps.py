from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RecommenderConfig(AppConfig):
    name = "recommender"
    verbose_name = _("Recommendations")

    def ready(self) -> None:
        # Receivers and checks register themselves on import, and need the loaded app registry.
        from recommender import checks, receivers  # noqa: F401, PLC0415
