"""Nothing that is about a person is outside the registry: compared with all models and all tables."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest
from django.apps import apps
from django.db import connection, models

from users.models import Profile, User
from users.privacy import Holder, Registry, excused, of_accounts, of_profiles

# What stands for a table of a model, with a number or a month behind it.
PARTITION = re.compile(r"(_m\d+|_\d{4}_\d{2})$")


def answered_for(registry: Iterable[Holder[Profile]] | Iterable[Holder[User]]) -> set[str]:
    return {label for holder in registry for label in holder.models}


def all_models() -> list[type[models.Model]]:
    """Those of tests are none of GENRE's."""
    found = apps.get_models(include_auto_created=True)
    return [model for model in found if not model.__module__.startswith("tests.") and model._meta.managed]


def referring(to: type[models.Model]) -> set[str]:
    return {
        model._meta.label
        for model in all_models()
        for field in model._meta.get_fields()
        if isinstance(field, (models.ForeignKey, models.OneToOneField)) and field.related_model is to
    }


def test_whatever_refers_to_a_profile_is_held() -> None:
    assert referring(Profile) - answered_for(of_profiles) == set()


def test_whatever_refers_to_an_account_is_held() -> None:
    # A profile's account is gone with the profile, which is erased by itself.
    assert referring(User) - answered_for(of_accounts) - {"users.Profile"} == set()


def test_columns_that_hold_ids_of_people_by_another_name_are_found() -> None:
    """Foreign keys are no must: a number that is called after a profile or a user is one, too."""
    suspicious = {
        model._meta.label
        for model in all_models()
        for field in model._meta.concrete_fields
        if re.search(r"profile|user|person|email", field.attname)
    }
    known = answered_for(of_profiles) | answered_for(of_accounts) | {"users.Profile"}
    assert suspicious - known - set(excused) == set()


def test_every_model_is_held_or_excused_with_a_reason() -> None:
    held = answered_for(of_profiles) | answered_for(of_accounts)
    labels = {model._meta.label for model in all_models()}
    assert labels - held - set(excused) == set()
    assert all(len(reason) > 20 for reason in excused.values())
    assert held & set(excused) == set()


@pytest.mark.django_db
def test_every_table_is_a_models_or_named_by_hand() -> None:
    of_models = {model._meta.db_table for model in all_models()}
    named = answered_for(of_accounts) | set(excused)
    tables = {PARTITION.sub("", name) for name in connection.introspection.table_names()}
    assert tables - of_models - named == set()


def test_what_is_held_exists() -> None:
    labels = {model._meta.label for model in apps.get_models(include_auto_created=True)} | {
        "genre_cache",
        "django_migrations",
    }
    assert (answered_for(of_profiles) | answered_for(of_accounts) | set(excused)) - labels == set()


def test_nobody_registers_twice() -> None:
    registry: Registry[Profile] = Registry()
    holder = Holder[Profile](name="one", title="One", about="", rows=lambda _profile: [], erase=lambda _profile: 0)
    registry.register(holder)
    with pytest.raises(ValueError, match="one is registered twice"):
        registry.register(holder)
