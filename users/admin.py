"""The admin's pages of those who sign in, and of those whom recommendations are for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.admin import EmailAddressAdmin as AllauthEmailAddressAdmin
from allauth.account.models import EmailAddress
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from catalog.lean_admin import BoundedPaginator, BriefDeletion, LeanAdmin, TypedAdmin
from users.models import Profile, User

if TYPE_CHECKING:
    from django.contrib.auth.forms import AdminPasswordChangeForm, UserChangeForm
    from django.contrib.auth.forms import AdminUserCreationForm as UserCreationForm
else:
    # Unfold brings no types; these are Django's forms in its look.
    from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm


class NewUserForm(UserCreationForm):  # type: ignore[type-arg]  # generic in the type stubs alone
    class Meta:
        model = User
        fields = ("email",)

    def clean_email(self) -> str:
        """The database's own refusal would not name the field."""
        email = User.objects.normalize_email(self.cleaned_data["email"])
        if User.objects.filter(email__iexact=email).exists():
            raise forms.ValidationError(_("Somebody signs in with this address already."), code="unique")
        return email


class UserForm(UserChangeForm):  # type: ignore[type-arg]  # generic in the type stubs alone
    class Meta:
        model = User
        fields = "__all__"


@admin.register(User)
class UserAdmin(BriefDeletion, DjangoUserAdmin, TypedAdmin[User]):  # type: ignore[type-arg]  # generic in the type stubs alone
    form = UserForm
    add_form = NewUserForm
    change_password_form = AdminPasswordChangeForm
    list_filter_sheet = False
    # Django's two boxes with arrows are wider than the page, and say nothing in Chinese or to a screen reader.
    filter_horizontal = ()
    autocomplete_fields = ("groups",)
    list_display = ("email", "first_name", "last_name", "is_staff", "is_active", "last_login")
    list_filter = ("is_staff", "is_superuser", "is_active")
    search_fields = ("email", "first_name", "last_name")
    ordering = ("email",)
    readonly_fields = ("last_login", "date_joined")
    show_full_result_count = False
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name")}),
        (_("Rights"), {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
        (_("Times"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("email", "usable_password", "password1", "password2")}),)


admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, TypedAdmin[Group]):
    """Rights that several people have together."""

    filter_horizontal = ()
    show_full_result_count = False


admin.site.unregister(EmailAddress)


@admin.register(EmailAddress)
class EmailAddressAdmin(BriefDeletion, AllauthEmailAddressAdmin, TypedAdmin[EmailAddress]):  # type: ignore[misc]  # untyped
    """Which addresses people have shown to be theirs."""

    list_select_related = ("user",)
    list_filter_sheet = False
    ordering = ("-pk",)
    raw_id_fields = ()
    autocomplete_fields = ("user",)
    show_full_result_count = False
    paginator = BoundedPaginator


@admin.register(Profile)
class ProfileAdmin(LeanAdmin[Profile]):
    list_display = ("external_id", "name", "catalog", "personalise", "simulated", "created_at")
    list_filter = ("simulated", "personalise", "catalog")
    list_select_related = ("catalog",)
    ordering = ("-pk",)
    # These make the search box appear; `get_search_results` searches.
    search_fields = ("external_id", "name")
    search_help_text = _("The beginning of the identifier or of the name, in its own capitals.")
    autocomplete_fields = ("catalog", "user")
    readonly_fields = ("created_at",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Profile], search_term: str
    ) -> tuple[QuerySet[Profile], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        return queryset.filter(Q(external_id__startswith=term) | Q(name__startswith=term)), False
