"""Users in the admin: made by their address."""

from __future__ import annotations

from django.test import Client

from users.models import User


class TestUsers:
    FIELDS = {"usable_password": "true", "password1": "correct horse battery", "password2": "correct horse battery"}

    def test_user_is_made_by_address(self, staff: Client) -> None:
        answered = staff.post("/admin/users/user/add/", {"email": "Dora@Example.com", **self.FIELDS})

        assert answered.status_code == 302
        made = User.objects.get(email="dora@example.com")
        assert made.check_password("correct horse battery")
        assert (made.is_staff, made.is_superuser) == (False, False)

    def test_address_is_taken_whatever_its_capitals(self, staff: Client, charlie: User) -> None:
        answered = staff.post("/admin/users/user/add/", {"email": "CHARLIE@EXAMPLE.COM", **self.FIELDS})
        assert answered.context["adminform"].form.errors == {"email": ["Somebody signs in with this address already."]}

    def test_page_of_a_user_opens(self, staff: Client, charlie: User) -> None:
        assert staff.get(f"/admin/users/user/{charlie.pk}/change/").status_code == 200
