"""Scenarios, and the versions of their settings: looked at, made anew, tried, activated; never changed."""

from recommender.admin.configuration import scenarios, versions

__all__ = ["scenarios", "versions"]
