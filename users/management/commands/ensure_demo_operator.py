"""The account that tries out the admin and the API of a demonstration."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from users.models import User

EMAIL = "operator@genre.example"
FILE_VARIABLE = "GENRE_DEMO_OPERATOR_FILE"


class Command(BaseCommand):
    help = f"Make the demonstration's staff account and print it as JSON; the file that {FILE_VARIABLE} names keeps it."

    def handle(self, *args: Any, **options: Any) -> None:
        name = os.environ.get(FILE_VARIABLE)
        if not name:
            raise CommandError(
                f"{FILE_VARIABLE} is not set: ./run demo sets it. For your own account: createsuperuser."
            )
        password = self._kept_password(Path(name))
        user = User.objects.filter(email__iexact=EMAIL).first()
        if user is None:
            User.objects.create_superuser(EMAIL, password)
        elif not user.check_password(password):
            user.set_password(password)
            user.save(update_fields=["password"])
        self.stdout.write(json.dumps({"email": EMAIL, "password": password}))

    def _kept_password(self, path: Path) -> str:
        """The password of the file, or a new one, written where only its owner can read it."""
        if path.exists():
            return str(json.loads(path.read_text(encoding="utf-8"))["password"])
        password = secrets.token_urlsafe(12)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump({"email": EMAIL, "password": password}, file)
        return password
