"""Composition: settings, addresses, the Celery application and the embedded services; imported by nobody."""

from genre_site.celery import app as celery_app

__all__ = ["celery_app"]
