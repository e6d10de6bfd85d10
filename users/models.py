"""The person who signs in (User) and the person whom recommendations are for (Profile)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from catalog.models import Catalog
from users.erasures import Erasure, Tombstone, Way

__all__ = ["Erasure", "Profile", "Tombstone", "User", "UserManager", "Way"]


class UserManager(BaseUserManager["User"]):
    """Makes users by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, **{**fields, "is_staff": True, "is_superuser": True})

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        """In small letters: whoever signs up finds their account again, whatever their keyboard capitalises."""
        return super().normalize_email(email).lower()

    def get_by_natural_key(self, username: str | None) -> User:
        """Sign-in finds an address whatever its capitals."""
        return self.get(email__iexact=username)


class User(AbstractUser):
    """Signs in with an e-mail address; has no user name."""

    username = None  # type: ignore[assignment]  # Django's documented way to drop the field
    email = models.EmailField(_("e-mail address"), unique=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()  # type: ignore[assignment,misc]  # a manager without user names

    class Meta(AbstractUser.Meta):
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once")]

    def __str__(self) -> str:
        return self.email


class Profile(models.Model):
    """Whom recommendations are for: a signed-in person, someone known to a program by an id, or a session."""

    catalog = models.ForeignKey(Catalog, models.CASCADE, related_name="profiles", verbose_name=_("catalog"))
    external_id = models.CharField(_("identifier"), max_length=255)
    user = models.ForeignKey(
        User, models.CASCADE, related_name="profiles", verbose_name=_("user"), null=True, blank=True
    )
    name = models.CharField(_("name"), max_length=200, blank=True, db_default="")
    labels = ArrayField(models.TextField(), verbose_name=_("labels"), default=list, db_default=[], blank=True)
    statement = models.TextField(
        _("in their own words"), blank=True, db_default="", help_text=_("What the person says they like.")
    )
    language = models.CharField(_("language"), max_length=35, blank=True, db_default="")
    personalise = models.BooleanField(_("personalise"), default=True, db_default=True)
    simulated = models.BooleanField(
        _("simulated"),
        default=False,
        db_default=False,
        help_text=_("Made up for a demonstration; nobody's data."),
    )
    attributes = models.JSONField(
        _("attributes"), default=dict, db_default=models.Value({}, models.JSONField()), blank=True
    )
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)
    # Kept by a trigger (migration 0003), so that no way of writing a profile can leave it stale.
    updated_at = models.DateTimeField(_("changed"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("profile")
        verbose_name_plural = _("profiles")
        constraints = [
            models.UniqueConstraint(fields=["catalog", "external_id"], name="profile_identifier_once_in_catalog"),
            models.UniqueConstraint(fields=["catalog", "id"], name="profile_in_catalog"),
            models.UniqueConstraint(fields=["catalog", "user"], name="profile_once_for_user_in_catalog"),
            models.CheckConstraint(condition=~models.Q(external_id=""), name="profile_identifier_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name or self.external_id
