"""Each kind of setting, read from the environment: what it means, and what is said when it is wrong."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from genre_site import env

NAME = "GENRE_OF_A_TEST"
SMTP = "django.core.mail.backends.smtp.EmailBackend"


@pytest.fixture
def put(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment in which none of the names below is set."""
    for name in (NAME, "GENRE_SECRET_KEY", "GENRE_SECRET_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def database(url: str) -> dict[str, object]:
    return env.database(url, connection_max_age_seconds=60)


@pytest.mark.parametrize("text", [None, "", "  "])
def test_required_text_that_is_absent_is_named_with_what_to_do(put: pytest.MonkeyPatch, text: str | None) -> None:
    if text is not None:
        put.setenv(NAME, text)
    with pytest.raises(ImproperlyConfigured, match=rf"^{NAME} is not set\. Ask the operator\.$"):
        env.required(NAME, "Ask the operator.")


def test_text_is_trimmed_and_has_a_default(put: pytest.MonkeyPatch) -> None:
    assert env.text(NAME, "default") == "default"
    put.setenv(NAME, "  value ")
    assert (env.text(NAME, "default"), env.required(NAME, "")) == ("value", "value")
    put.setenv(NAME, " ")
    assert env.text(NAME, "default") == "default"


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        *((word, True) for word in ("1", "true", "YES", " on ")),
        *((word, False) for word in ("0", "False", "no", "off", "")),
    ],
)
def test_switch(put: pytest.MonkeyPatch, word: str, expected: bool) -> None:
    put.setenv(NAME, word)
    assert env.flag(NAME, default=not expected) is expected


@pytest.mark.parametrize("default", [True, False])
def test_switch_that_is_not_set_has_its_default(put: pytest.MonkeyPatch, default: bool) -> None:
    assert env.flag(NAME, default=default) is default


@pytest.mark.parametrize("word", ["ture", "2", "enabled", "是"])
def test_word_that_is_no_switch_is_refused(put: pytest.MonkeyPatch, word: str) -> None:
    put.setenv(NAME, word)
    with pytest.raises(ImproperlyConfigured, match=rf"^{NAME}='{word}' is not a switch: write 1 or 0\.$"):
        env.flag(NAME, default=False)


def test_whole_number(put: pytest.MonkeyPatch) -> None:
    assert env.whole_number(NAME, default=7) == 7
    put.setenv(NAME, " ")
    assert env.whole_number(NAME, default=7) == 7
    put.setenv(NAME, " 12 ")
    assert env.whole_number(NAME, default=7, minimum=12) == 12


@pytest.mark.parametrize("text", ["twelve", "1.5", "1e3", "12 days"])
def test_text_that_is_no_whole_number_is_refused(put: pytest.MonkeyPatch, text: str) -> None:
    put.setenv(NAME, text)
    with pytest.raises(ImproperlyConfigured, match=rf"^{NAME}='{text}' is not a whole number\.$"):
        env.whole_number(NAME, default=7)


def test_number_below_its_range_is_refused(put: pytest.MonkeyPatch) -> None:
    put.setenv(NAME, "-1")
    with pytest.raises(ImproperlyConfigured, match=rf"^{NAME}=-1 is too small: at least 0\.$"):
        env.whole_number(NAME, default=7)


def test_words_are_separated_by_commas(put: pytest.MonkeyPatch) -> None:
    assert env.words(NAME, ["default"]) == ["default"]
    put.setenv(NAME, " a.example , b.example,,")
    assert env.words(NAME, ["default"]) == ["a.example", "b.example"]
    put.setenv(NAME, "")
    assert env.words(NAME, ["default"]) == []


def test_secret_key_is_taken_from_the_variable_before_the_file(put: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(" from the file \n", encoding="utf-8")
    put.setenv("GENRE_SECRET_KEY_FILE", str(file))
    assert env.secret_key() == "from the file"
    put.setenv("GENRE_SECRET_KEY", " from the variable ")
    assert env.secret_key() == "from the variable"


def test_absence_of_a_secret_key_says_how_to_get_one(put: pytest.MonkeyPatch) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"^GENRE_SECRET_KEY is not set\. Start through \./run"):
        env.secret_key()


def test_secret_key_file_that_cannot_be_read_is_named(put: pytest.MonkeyPatch, tmp_path: Path) -> None:
    put.setenv("GENRE_SECRET_KEY_FILE", str(tmp_path / "missing"))
    with pytest.raises(ImproperlyConfigured, match=r"^GENRE_SECRET_KEY_FILE=.*missing: No such file or directory\.$"):
        env.secret_key()
    put.setenv("GENRE_SECRET_KEY_FILE", str(tmp_path))
    with pytest.raises(ImproperlyConfigured, match=r"Is a directory\.$"):
        env.secret_key()


def test_secret_key_file_that_is_no_text_is_named(put: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"\xff\xfe\x00")
    put.setenv("GENRE_SECRET_KEY_FILE", str(tmp_path / "key"))
    with pytest.raises(ImproperlyConfigured, match=r"^GENRE_SECRET_KEY_FILE=.*key holds no text in UTF-8\.$"):
        env.secret_key()


def test_choice_is_one_of_a_few_words_whatever_its_capitals(put: pytest.MonkeyPatch) -> None:
    assert env.choice(NAME, default="INFO", allowed=["INFO", "DEBUG"]) == "INFO"
    put.setenv(NAME, "debug")
    assert env.choice(NAME, default="INFO", allowed=["INFO", "DEBUG"]) == "DEBUG"
    put.setenv(NAME, "LOUD")
    with pytest.raises(ImproperlyConfigured, match=rf"^{NAME}='LOUD' is not known: write one of DEBUG, INFO\.$"):
        env.choice(NAME, default="INFO", allowed=["INFO", "DEBUG"])


def test_time_zone(put: pytest.MonkeyPatch) -> None:
    assert env.time_zone(NAME, default="UTC") == "UTC"
    put.setenv(NAME, "Mars")
    with pytest.raises(ImproperlyConfigured, match=rf"^{NAME}='Mars' is not a time zone"):
        env.time_zone(NAME, default="UTC")


def test_empty_secret_key_file_is_no_key(put: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("\n", encoding="utf-8")
    put.setenv("GENRE_SECRET_KEY_FILE", str(tmp_path / "key"))
    with pytest.raises(ImproperlyConfigured, match=r"^GENRE_SECRET_KEY is not set\."):
        env.secret_key()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "postgresql://genre:secret@db.example.com:5433/shop",
            {"NAME": "shop", "USER": "genre", "PASSWORD": "secret", "HOST": "db.example.com", "PORT": "5433"},
        ),
        (
            "postgres://genre:p%40ss%2Fw%3Ard+%23@db/shop%20one",
            {"NAME": "shop one", "USER": "genre", "PASSWORD": "p@ss/w:rd+#", "HOST": "db", "PORT": ""},
        ),
        (
            "postgresql:///genre?host=/Abs/Socket Folder&user=genre&port=5432",
            {"NAME": "genre", "USER": "genre", "PASSWORD": "", "HOST": "/Abs/Socket Folder", "PORT": "5432"},
        ),
        ("postgresql://db:5433/genre?port=5432", {"PORT": "5433", "OPTIONS": {}}),
        ("postgresql:///genre", {"NAME": "genre", "USER": "", "HOST": "", "PORT": ""}),
        ("postgresql://[::1]:5432/genre", {"HOST": "::1", "PORT": "5432"}),
        (
            "postgresql://db/genre?sslmode=verify-full&application_name=genre&connect_timeout=3",
            {"OPTIONS": {"sslmode": "verify-full", "application_name": "genre", "connect_timeout": "3"}},
        ),
        ("postgresql://db/genre", {"OPTIONS": {}, "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}),
    ],
)
def test_database_address(url: str, expected: dict[str, object]) -> None:
    found = database(url)
    assert {name: found[name] for name in expected} == expected
    assert found["ENGINE"] == "django.db.backends.postgresql"


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("mysql://db/genre", r"^DATABASE_URL has the scheme 'mysql': GENRE needs PostgreSQL with pgvector"),
        ("sqlite:///genre.db", r"^DATABASE_URL has the scheme 'sqlite'"),
        ("genre", r"^DATABASE_URL has the scheme '\(none\)'"),
        ("postgresql://db", r"^DATABASE_URL names no database"),
        ("postgresql:///?host=/socket", r"^DATABASE_URL names no database"),
        ("postgresql://db:five/genre", r"^DATABASE_URL has a port that is not a number\.$"),
        ("postgresql://genre:secret@[::1/genre", r"^DATABASE_URL is no address: postgresql://user:password@host"),
        ("postgresql://db:70000/genre", r"^DATABASE_URL has a port that is not a number\.$"),
    ],
)
def test_database_address_that_is_wrong_is_one_sentence_without_the_password(url: str, sentence: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=sentence):
        database(url)


def test_environment_is_read_when_it_is_asked_for(put: pytest.MonkeyPatch) -> None:
    put.setenv(NAME, "1")
    assert env.flag(NAME, default=False) is True
    del os.environ[NAME]
    assert env.flag(NAME, default=False) is False


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("console:", env.Mail("django.core.mail.backends.console.EmailBackend")),
        ("none:", env.Mail("users.mail_backend.NoMailBackend")),
        ("smtp://mail.example.com", env.Mail(SMTP, "mail.example.com", 587, starttls=True)),
        ("smtp://mail.example.com:25?tls=off", env.Mail(SMTP, "mail.example.com", 25)),
        ("smtp://me:p%40ss@mail.example.com", env.Mail(SMTP, "mail.example.com", 587, "me", "p@ss", starttls=True)),
        ("smtps://mail.example.com", env.Mail(SMTP, "mail.example.com", 465, ssl=True)),
    ],
)
def test_mail_server(put: pytest.MonkeyPatch, url: str, expected: env.Mail) -> None:
    assert env.mail(NAME, default=url) == expected
    put.setenv(NAME, url)
    assert env.mail(NAME, default="none:") == expected


@pytest.mark.parametrize("url", ["mail.example.com", "http://mail.example.com", "smtp://", "smtp://u:secret@h:port"])
def test_what_is_no_mail_server_is_said_without_its_password(put: pytest.MonkeyPatch, url: str) -> None:
    put.setenv(NAME, url)
    with pytest.raises(ImproperlyConfigured, match=rf"^{NAME} is no address of a mail server") as refused:
        env.mail(NAME, default="none:")
    assert "secret" not in str(refused.value)


def test_rate_is_a_count_and_a_window(put: pytest.MonkeyPatch) -> None:
    assert env.rate(NAME, default="600/minute") == env.Rate(600, 60)
    for text, expected in (
        ("1/second", env.Rate(1, 1)),
        ("90/Hour", env.Rate(90, 3_600)),
        ("5/day", env.Rate(5, 86_400)),
        ("none", None),
    ):
        put.setenv(NAME, text)
        assert env.rate(NAME, default="600/minute") == expected


@pytest.mark.parametrize(
    "text", ["600", "0/minute", "-1/minute", "x/minute", "1/week", "/minute", "1/minute/2", "²/day"]
)
def test_text_that_is_no_rate_is_refused(put: pytest.MonkeyPatch, text: str) -> None:
    put.setenv(NAME, text)
    with pytest.raises(ImproperlyConfigured, match=rf"^{NAME}=.* is no limit of requests: write 600/minute"):
        env.rate(NAME, default="none")
