from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UsersConfig(AppConfig):
    name = "users"
    verbose_name = _("People")

    def ready(self) -> None:
        # Registers itself on import, and needs the loaded app registry.
        from users import personal_data  # noqa: F401, PLC0415
