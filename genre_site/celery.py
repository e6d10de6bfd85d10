"""The Celery application: JSON only, acknowledged late, recovery by claims in the database."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "genre_site.settings")

app = Celery("genre")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
