"""Settings read from the environment: each has one name, one meaning and a clear error when it is wrong."""

from __future__ import annotations

import os
import zoneinfo
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

DEFAULT_MAIL_PORTS = {"smtp": 587, "smtps": 465}
WINDOWS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}
POSTGRES_SCHEMES = ("postgres", "postgresql")
TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off", ""})


def required(name: str, hint: str) -> str:
    """The variable's text; raises ImproperlyConfigured with the hint when it is absent or empty."""
    value = os.environ.get(name, "").strip()
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. {hint}")
    return value


def text(name: str, default: str) -> str:
    return os.environ.get(name, "").strip() or default


def flag(name: str, *, default: bool) -> bool:
    """A switch: 1/true/yes/on or 0/false/no/off."""
    if name not in os.environ:
        return default
    word = os.environ[name].strip().lower()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise ImproperlyConfigured(f"{name}={os.environ[name]!r} is not a switch: write 1 or 0.")


def whole_number(name: str, *, default: int, minimum: int = 0) -> int:
    raw = os.environ.get(name, "").strip()
    if not raw:
        return default
    try:
        number = int(raw)
    except ValueError:
        raise ImproperlyConfigured(f"{name}={raw!r} is not a whole number.") from None
    if number < minimum:
        raise ImproperlyConfigured(f"{name}={number} is too small: at least {minimum}.")
    return number


@dataclass(frozen=True)
class Rate:
    """So many requests in a window of so many seconds."""

    count: int
    seconds: int


def rate(name: str, *, default: str) -> Rate | None:
    """A limit of requests, such as 600/minute; None for "none", which is no limit."""
    asked = text(name, default).lower()
    if asked == "none":
        return None
    count, _, unit = asked.partition("/")
    if not (count.isascii() and count.isdigit() and int(count)) or unit not in WINDOWS:
        raise ImproperlyConfigured(
            f"{name}={asked!r} is no limit of requests: write 600/minute (or {', '.join(WINDOWS)}), or none."
        )
    return Rate(int(count), WINDOWS[unit])


def choice(name: str, *, default: str, allowed: Collection[str]) -> str:
    """One of a few words, whatever its capitals; the answer has those of `allowed`."""
    asked = text(name, default)
    by_lower_case = {word.lower(): word for word in allowed}
    if asked.lower() not in by_lower_case:
        raise ImproperlyConfigured(f"{name}={asked!r} is not known: write one of {', '.join(sorted(allowed))}.")
    return by_lower_case[asked.lower()]


def time_zone(name: str, *, default: str) -> str:
    asked = text(name, default)
    if asked not in zoneinfo.available_timezones():
        raise ImproperlyConfigured(f"{name}={asked!r} is not a time zone: write one such as UTC or Asia/Shanghai.")
    return asked


def words(name: str, default: list[str]) -> list[str]:
    """A comma-separated list."""
    raw = os.environ.get(name)
    if raw is None:
        return default
    return [word.strip() for word in raw.split(",") if word.strip()]


def secret_key() -> str:
    """GENRE_SECRET_KEY, or the content of the file that GENRE_SECRET_KEY_FILE names."""
    key = os.environ.get("GENRE_SECRET_KEY", "").strip()
    if not key and (path := os.environ.get("GENRE_SECRET_KEY_FILE", "").strip()):
        try:
            key = Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"GENRE_SECRET_KEY_FILE={path}: {error.strerror}.") from error
        except UnicodeDecodeError:
            raise ImproperlyConfigured(f"GENRE_SECRET_KEY_FILE={path} holds no text in UTF-8.") from None
    if not key:
        raise ImproperlyConfigured(
            "GENRE_SECRET_KEY is not set. Start through ./run, which makes and keeps one, or set "
            "GENRE_SECRET_KEY (or GENRE_SECRET_KEY_FILE) to a long random text."
        )
    return key


def database(url: str, *, connection_max_age_seconds: int) -> dict[str, object]:
    """Django's DATABASES entry for a libpq address.

    Query parameters reach libpq as they are; `?host=/folder` is how a unix socket is named.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        # Its own message would repeat the address, and with it the password.
        raise ImproperlyConfigured("DATABASE_URL is no address: postgresql://user:password@host:5432/name.") from None
    if parts.scheme not in POSTGRES_SCHEMES:
        raise ImproperlyConfigured(
            f"DATABASE_URL has the scheme {parts.scheme or '(none)'!r}: GENRE needs PostgreSQL with pgvector, "
            "postgresql://user:password@host:5432/name."
        )
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise ImproperlyConfigured("DATABASE_URL names no database: postgresql://user:password@host:5432/name.")
    try:
        port = parts.port
    except ValueError:
        raise ImproperlyConfigured("DATABASE_URL has a port that is not a number.") from None
    options: dict[str, object] = dict(parse_qsl(parts.query))
    host = str(options.pop("host", "")) or unquote(parts.hostname or "")
    user = str(options.pop("user", "")) or unquote(parts.username or "")
    port_in_query = options.pop("port", "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": user,
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(port or port_in_query),
        "OPTIONS": options,
        "CONN_MAX_AGE": connection_max_age_seconds,
        "CONN_HEALTH_CHECKS": True,
    }


@dataclass(frozen=True)
class Mail:
    """How e-mail leaves: Django's EMAIL_ settings."""

    backend: str
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = ""
    starttls: bool = False
    ssl: bool = False


def mail(name: str, *, default: str) -> Mail:
    """An address of a mail server; "console:" prints e-mail, "none:" means that there is no way to send any.

    smtp:// demands STARTTLS unless ?tls=off is behind it; smtps:// speaks TLS from the start.
    """
    shape = f"{name} is no address of a mail server: smtp://user:password@host:587, smtps://..., console: or none:."
    try:
        parts = urlsplit(text(name, default))
        port = parts.port
    except ValueError:
        # Its own message would repeat the address, and with it the password.
        raise ImproperlyConfigured(shape) from None
    if parts.scheme == "console":
        return Mail("django.core.mail.backends.console.EmailBackend")
    if parts.scheme == "none":
        return Mail("users.mail_backend.NoMailBackend")
    if parts.scheme not in DEFAULT_MAIL_PORTS or not parts.hostname:
        raise ImproperlyConfigured(shape)
    return Mail(
        "django.core.mail.backends.smtp.EmailBackend",
        host=parts.hostname,
        port=port or DEFAULT_MAIL_PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        starttls=parts.scheme == "smtp" and parts.query != "tls=off",
        ssl=parts.scheme == "smtps",
    )
