"""The Celery application: JSON only, recovery by claims in the database and not by the broker."""

import os

from celery import Celery

# Connects what happens in a worker's life to what GENRE does then.
from genre_site import worker_life  # noqa: F401

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "genre_site.settings")

app = Celery("genre")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
