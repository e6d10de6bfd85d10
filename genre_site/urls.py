"""All addresses: the pages and the API of the recommender, the admin, and what tells whether GENRE is well."""

from django.contrib import admin
from django.urls import include, path
from django.utils.translation import gettext_lazy as _

from genre_site import health

admin.site.site_title = "GENRE"
admin.site.site_header = _("GENRE administration")
admin.site.index_title = _("Everything that recommendations are made of")

urlpatterns = [
    path("", include("recommender.urls")),
    path("accounts/", include("users.urls")),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
]

handler400 = "genre_site.errors.bad_request"
handler403 = "genre_site.errors.permission_denied"
handler404 = "genre_site.errors.not_found"
handler429 = "genre_site.errors.too_many_requests"
handler500 = "genre_site.errors.server_error"
