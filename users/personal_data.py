"""What this app, Django and the packages around signing in hold about people; `AppConfig.ready` loads it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from allauth.account.models import EmailAddress
from django.contrib.admin.models import LogEntry
from django.contrib.auth import SESSION_KEY
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from users import sign_in_traces
from users.admin_log import entries_about, unname
from users.models import Profile, User
from users.personal_rows import row_in_words
from users.privacy import Holder, Row, excuse, of_accounts, of_profiles
from users.sessions import drop_sessions_with, sessions_with


def _profile_rows(profile: Profile) -> Iterable[Row]:
    account = None if profile.user is None else profile.user.email
    yield row_in_words(profile, leave_out=("id",), words={"catalog": profile.catalog.slug, "user": account})


def _erase_profile(profile: Profile) -> int:
    """The row alone: what refers to it was erased before, and the database refuses or takes along what was not."""
    return Profile.objects.filter(pk=profile.pk).delete()[1].get(Profile._meta.label, 0)


def _entries_of_profile(profile: Profile) -> QuerySet[LogEntry]:
    return entries_about(profile, (profile.external_id, profile.name))


def _account_rows(user: User) -> Iterable[Row]:
    groups = [group.name for group in user.groups.order_by("name")]
    yield {**row_in_words(user, leave_out=("id", "password")), "groups": groups}


def _erase_account(user: User) -> int:
    return User.objects.filter(pk=user.pk).delete()[1].get(User._meta.label, 0)


def _address_rows(user: User) -> Iterable[Row]:
    for address in EmailAddress.objects.filter(user=user).order_by("pk"):
        yield row_in_words(address, leave_out=("id", "user"))


def _erase_addresses(user: User) -> int:
    return int(EmailAddress.objects.filter(user=user).delete()[1].get(EmailAddress._meta.label, 0))


def _session_rows(user: User) -> Iterable[Row]:
    for session in sessions_with(_of_account(user)):
        yield {"signed_in_until": session.expire_date.isoformat()}


def _of_account(user: User) -> Callable[..., bool]:
    return lambda told: told.get(SESSION_KEY) == str(user.pk)


def _entries_of_account(user: User) -> QuerySet[LogEntry]:
    return entries_about(user, sign_in_traces.addresses_of(user))


def _log_rows(entries: QuerySet[LogEntry]) -> Iterable[Row]:
    """Who of the staff it was is their business."""
    for entry in entries.order_by("pk"):
        told = {"user": None, "content_type": None, "action_flag": entry.get_action_flag_display()}
        row = row_in_words(entry, leave_out=("id", "user", "content_type", "object_id"), words=told)
        yield {**row, "told": entry.get_change_message()}


of_profiles.register(
    Holder(
        name="profile",
        title=_("Profile"),
        about=_("Name, own words, labels and settings."),
        rows=_profile_rows,
        erase=_erase_profile,
        models=("users.Profile",),
    )
)
of_profiles.register(
    Holder(
        name="administration_log",
        title=_("Log of the administration"),
        about=_("When staff changed the profile. After an erasure the entries stay, without a name."),
        rows=lambda profile: _log_rows(_entries_of_profile(profile)),
        erase=lambda profile: unname(_entries_of_profile(profile)),
        models=("admin.LogEntry",),
    )
)

of_accounts.register(
    Holder(
        name="account",
        title=_("Account"),
        about=_("What is kept for signing in. The password is kept as a digest that nobody can read."),
        rows=_account_rows,
        erase=_erase_account,
        models=("users.User", "users.User_groups", "users.User_user_permissions"),
    )
)
of_accounts.register(
    Holder(
        name="email_addresses",
        title=_("E-mail addresses"),
        about=_("Which addresses were shown to be the person's."),
        rows=_address_rows,
        erase=_erase_addresses,
        models=("account.EmailAddress", "account.EmailConfirmation"),
    )
)
of_accounts.register(
    Holder(
        name="sessions",
        title=_("Sessions"),
        about=_("Browsers that are signed in."),
        rows=_session_rows,
        erase=lambda user: drop_sessions_with(_of_account(user)),
        models=("sessions.Session",),
    )
)
of_accounts.register(
    Holder(
        name="sign_in_attempts",
        title=_("Wrong passwords"),
        about=_("Attempts to sign in with the person's address, whoever made them."),
        rows=sign_in_traces.attempt_rows,
        erase=sign_in_traces.erase_attempts,
        models=("axes.AccessAttempt", "axes.AccessAttemptExpiration", "axes.AccessFailureLog", "axes.AccessLog"),
    )
)
of_accounts.register(
    Holder(
        name="request_counts",
        title=_("Counted requests"),
        about=_("How often forms were sent lately, for limits; kept for minutes."),
        rows=sign_in_traces.count_rows,
        erase=sign_in_traces.erase_counts,
        models=("genre_cache",),
    )
)
of_accounts.register(
    Holder(
        name="administration_log",
        title=_("Log of the administration"),
        about=_("When staff changed the account. After an erasure the entries stay, without a name."),
        rows=lambda user: _log_rows(_entries_of_account(user)),
        erase=lambda user: unname(_entries_of_account(user)),
        models=("admin.LogEntry",),
    )
)

excuse(
    ("users.Erasure", "users.Tombstone"),
    "What remains of an erasure on purpose: numbers and a keyed hash, from which nobody is known without their id.",
)
excuse(
    ("auth.Group", "auth.Permission", "auth.Group_permissions", "contenttypes.ContentType", "django_migrations"),
    "What the installation itself is made of; names nobody.",
)
excuse(("catalog.Catalog", "catalog.Item"), "What is recommended. A work that is about somebody is not about a user.")
