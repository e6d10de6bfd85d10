"""The settings as a process sees them that starts with a given environment."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "DATABASE_URL": "postgresql://genre:secret@db.example.com/genre",
    "BROKER_URL": "redis://broker.example.com/0",
    "GENRE_SECRET_KEY": "a-long-and-random-text-of-more-than-fifty-characters-0123456789",
    "GENRE_ALLOWED_HOSTS": "genre.example.com",
}


def python(code: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Nothing of this process's own environment but what finds Python."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "VIRTUAL_ENV") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=CHECKOUT, env=kept | environment, capture_output=True, text=True, timeout=60
    )


def settings_of(environment: dict[str, str], *names: str) -> dict[str, object]:
    code = (
        "import json; from genre_site import settings; "
        f"print(json.dumps({{name: getattr(settings, name, None) for name in {names!r}}}, default=str))"
    )
    result = python(code, environment)
    assert result.returncode == 0, result.stderr
    found: dict[str, object] = json.loads(result.stdout)
    return found


def without(name: str) -> dict[str, str]:
    return {key: value for key, value in PRODUCTION.items() if key != name}


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        (
            without("DATABASE_URL"),
            "DATABASE_URL is not set. Start through ./run (./run manage ..., ./run serve), which",
        ),
        (without("BROKER_URL"), "BROKER_URL is not set. Start through ./run, which brings its own broker, or set"),
        (without("GENRE_SECRET_KEY"), "GENRE_SECRET_KEY is not set. Start through ./run, which makes and keeps one"),
        (PRODUCTION | {"GENRE_DEBUG": "ture"}, "GENRE_DEBUG='ture' is not a switch: write 1 or 0."),
        (PRODUCTION | {"GENRE_HTTPS": "maybe"}, "GENRE_HTTPS='maybe' is not a switch: write 1 or 0."),
        (PRODUCTION | {"DATABASE_URL": "sqlite:///x"}, "DATABASE_URL has the scheme 'sqlite': GENRE needs PostgreSQL"),
        (PRODUCTION | {"GENRE_EMBED_BATCH_SIZE": "0"}, "GENRE_EMBED_BATCH_SIZE=0 is too small: at least 1."),
        (PRODUCTION | {"GENRE_TIME_ZONE": "Mars"}, "GENRE_TIME_ZONE='Mars' is not a time zone"),
        (PRODUCTION | {"GENRE_LOG_LEVEL": "LOUD"}, "GENRE_LOG_LEVEL='LOUD' is not known: write one of CRITICAL, DEBUG"),
        (
            PRODUCTION | {"GENRE_DEFAULT_ENCODER": "use"},
            "GENRE_DEFAULT_ENCODER='use' is not known: write one of hashing",
        ),
        (PRODUCTION | {"GENRE_SLATE_RETENTION_MONTHS": "a year"}, "='a year' is not a whole number."),
        (PRODUCTION | {"GENRE_PROXY_COUNT": "-1"}, "GENRE_PROXY_COUNT=-1 is too small: at least 0."),
        (PRODUCTION | {"GENRE_SIGN_IN_ATTEMPTS": "0"}, "GENRE_SIGN_IN_ATTEMPTS=0 is too small: at least 1."),
        (
            PRODUCTION | {"GENRE_EMAIL_CONFIRMATION": "no"},
            "GENRE_EMAIL_CONFIRMATION='no' is not known: write one of mandatory, none, optional.",
        ),
        (
            PRODUCTION | {"GENRE_EMAIL_URL": "mail.example.com:secret@"},
            "GENRE_EMAIL_URL is no address of a mail server",
        ),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)
def test_wrong_environment_is_one_clear_sentence(environment: dict[str, str], sentence: str) -> None:
    result = python("from genre_site import settings", environment)
    assert result.returncode == 1
    last = result.stderr.strip().splitlines()[-1]
    assert last.startswith("django.core.exceptions.ImproperlyConfigured: ")
    assert sentence in last
    assert "secret@" not in result.stderr


def test_nothing_said_is_safe() -> None:
    names = ("DEBUG", "SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_HSTS_SECONDS")
    found = settings_of(without("GENRE_ALLOWED_HOSTS"), *names, "ALLOWED_HOSTS", "SECURE_PROXY_SSL_HEADER")
    assert found == {
        "DEBUG": False,
        "SECURE_SSL_REDIRECT": True,
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SECURE_HSTS_SECONDS": 31_536_000,
        "ALLOWED_HOSTS": ["localhost", "127.0.0.1", "[::1]"],
        "SECURE_PROXY_SSL_HEADER": None,
    }


@pytest.mark.parametrize(
    ("given", "backend"),
    [
        ({}, "users.mail_backend.NoMailBackend"),
        ({"GENRE_HTTPS": "0"}, "django.core.mail.backends.console.EmailBackend"),
        ({"GENRE_HTTPS": "0", "GENRE_EMAIL_URL": "none:"}, "users.mail_backend.NoMailBackend"),
        ({"GENRE_EMAIL_URL": "smtp://mail.example.com"}, "django.core.mail.backends.smtp.EmailBackend"),
    ],
)
def test_links_to_new_passwords_are_printed_by_a_demonstration_alone(given: dict[str, str], backend: str) -> None:
    assert settings_of(PRODUCTION | given, "EMAIL_BACKEND") == {"EMAIL_BACKEND": backend}


def test_every_switch_does_what_its_name_says() -> None:
    environment = PRODUCTION | {
        "GENRE_DEBUG": "1",
        "GENRE_HTTPS": "0",
        "GENRE_TRUST_FORWARDED_PROTO": "1",
        "GENRE_CSRF_TRUSTED_ORIGINS": "https://a.example,https://b.example",
        "GENRE_TIME_ZONE": "Asia/Shanghai",
        "GENRE_EMBED_BATCH_SIZE": "8",
        "GENRE_EMBED_LEASE_SECONDS": "9",
        "GENRE_SLATE_RETENTION_MONTHS": "3",
        "GENRE_DEFAULT_ENCODER": "hashing",
        "GENRE_STATIC_ROOT": "/srv/static",
        "GENRE_EMAIL_URL": "smtps://genre:p%40ss@mail.example.com",
        "GENRE_EMAIL_FROM": "films@example.com",
        "GENRE_EMAIL_CONFIRMATION": "Mandatory",
        "GENRE_SIGN_IN_ATTEMPTS": "3",
        "GENRE_SIGN_IN_PAUSE_MINUTES": "60",
        "GENRE_PROXY_COUNT": "2",
    }
    expected = {
        "DEBUG": True,
        "SECURE_SSL_REDIRECT": False,
        "SESSION_COOKIE_SECURE": False,
        "SECURE_HSTS_SECONDS": 0,
        "SECURE_PROXY_SSL_HEADER": ["HTTP_X_FORWARDED_PROTO", "https"],
        "CSRF_TRUSTED_ORIGINS": ["https://a.example", "https://b.example"],
        "TIME_ZONE": "Asia/Shanghai",
        "GENRE_EMBED_BATCH_SIZE": 8,
        "GENRE_EMBED_LEASE_SECONDS": 9,
        "GENRE_SLATE_RETENTION_MONTHS": 3,
        "GENRE_DEFAULT_ENCODER": "hashing",
        "STATIC_ROOT": "/srv/static",
        "EMAIL_HOST": "mail.example.com",
        "EMAIL_PORT": 465,
        "EMAIL_HOST_USER": "genre",
        "EMAIL_HOST_PASSWORD": "p@ss",
        "EMAIL_USE_TLS": False,
        "EMAIL_USE_SSL": True,
        "DEFAULT_FROM_EMAIL": "films@example.com",
        "ACCOUNT_EMAIL_VERIFICATION": "mandatory",
        "AXES_FAILURE_LIMIT": 3,
        "AXES_COOLOFF_TIME": "1:00:00",
        "GENRE_PROXY_COUNT": 2,
        "CELERY_BROKER_URL": "redis://broker.example.com/0",
        "ALLOWED_HOSTS": ["genre.example.com"],
    }
    assert settings_of(environment, *expected) == expected


def test_former_keys_are_believed_as_well() -> None:
    assert settings_of(PRODUCTION, "SECRET_KEY_FALLBACKS") == {"SECRET_KEY_FALLBACKS": []}
    former = PRODUCTION | {"GENRE_SECRET_KEY_FALLBACKS": "the-former-one, and-the-one-before"}
    assert settings_of(former, "SECRET_KEY_FALLBACKS") == {
        "SECRET_KEY_FALLBACKS": ["the-former-one", "and-the-one-before"]
    }


def test_production_settings_pass_djangos_deployment_check() -> None:
    code = (
        "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'genre_site.settings'; "
        "from django.core.management import execute_from_command_line; "
        "execute_from_command_line(['manage.py', 'check', '--deploy', '--fail-level', 'WARNING'])"
    )
    result = python(code, PRODUCTION)
    assert (result.returncode, result.stderr) == (0, "")
    assert "System check identified no issues" in result.stdout


def test_every_variable_is_in_the_example_file() -> None:
    """.env.example is where a person looks for them."""
    source = (CHECKOUT / "genre_site" / "settings.py").read_text(encoding="utf-8")
    example = (CHECKOUT / ".env.example").read_text(encoding="utf-8")
    read = set(re.findall(r'env\.\w+\(\s*"(\w+)"', source)) | {"GENRE_SECRET_KEY", "GENRE_SECRET_KEY_FILE"}
    assert {"DATABASE_URL", "BROKER_URL", "GENRE_DEBUG", "GENRE_EMBED_BATCH_SIZE"} <= read
    assert {name for name in read if not re.search(rf"\b{name}\b", example)} == set()
