from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RecommenderConfig(AppConfig):
    name = "recommender"
    verbose_name = _("Recommendations")

    def ready(self) -> None:
        # What registers itself on import needs the loaded app registry.
        from recommender import checks, receivers  # noqa: F401, PLC0415
        from recommender.services import personal_data  # noqa: F401, PLC0415
