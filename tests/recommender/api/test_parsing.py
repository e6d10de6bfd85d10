"""Bodies: strict JSON of bounded size and depth; everything else is a problem that says where."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings
from rest_framework.exceptions import ParseError, ValidationError

from catalog.models import Item
from recommender.api.parsing import DEEPEST, LARGEST, SMALLEST, parsed
from tests.recommender.api.conftest import MakeProgram
from tests.recommender.api.trial import ADDRESS


def nested(depth: int, opening: str = "[", closing: str = "]") -> bytes:
    return (opening * depth + closing * depth).encode()


class TestParsing:
    @pytest.mark.parametrize(
        "value",
        [
            {},
            [],
            "text",
            None,
            True,
            {"a": [1, -2.5, {"b": "中文 🎬 \x7f"}]},
            [LARGEST, SMALLEST],
            {"": "empty names are names"},
        ],
    )
    def test_json_is_read_as_it_is(self, value: object) -> None:
        assert parsed(json.dumps(value).encode()) == value
        assert parsed(json.dumps(value, ensure_ascii=False).encode()) == value

    def test_byte_order_mark_is_no_part_of_it(self) -> None:
        assert parsed(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}

    @pytest.mark.parametrize(
        ("body", "said"),
        [
            (b"", "line 1, column 1"),
            (b'{"a": 1,}', "line 1, column 9"),
            (b'{\n "a": tru}', "line 2, column 7"),
            (b'{"a": 1} x', "line 1, column 10"),
            (b"{'a': 1}", "line 1, column 2"),
            (b'["a\nb"]', "line 1, column 4"),
            (b'["a\x00b"]', "line 1, column 4"),
            (b'"ab\xff"', "byte 4"),
            (b'["\xed\xa0\x80"]', "byte 3"),
            ("[1]".encode("utf-16"), "byte 1"),
            (b"[NaN]", "NaN"),
            (b"[-Infinity]", "-Infinity"),
            (b'{"a": 1, "b": 2, "a": 3}', "“a” twice"),
            (b'[{"x": {"\\ud800": 1, "\\ud800": 2}}]', "“?” twice"),
            (b"[" + b"9" * 5000 + b"]", "64 bits"),
            (nested(DEEPEST + 1), "more than 32 deep"),
            (nested(100_000), "more than 32 deep"),
            (nested(100_000, '{"a":', "}"), "more than 32 deep"),
            (b"[" * 100_000, "more than 32 deep"),
        ],
    )
    def test_what_is_no_json_is_refused_with_its_place(self, body: bytes, said: str) -> None:
        with pytest.raises(ParseError) as refused:
            parsed(body)
        assert said in str(refused.value.detail)
        str(refused.value.detail).encode()

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            (b'{"a": {"b": ["x", "y\\u0000"]}}', "a.b.1"),
            (b'{"a": "\\ud83d"}', "a"),
            (b'{"a": {"\\u0000": 1}}', "a"),
            (b'{"\\udfff": 1}', ""),
            (b'"\\u0000"', ""),
            (b'{"a": 9223372036854775808}', "a"),
            (b'{"a": [-9223372036854775809]}', "a.0"),
            (b'{"a": 1e999}', "a"),
            (b'[{"a": 1}, {"a": -1e999}]', "1.a"),
        ],
    )
    def test_what_no_database_holds_is_refused_with_its_field(self, body: bytes, field: str) -> None:
        with pytest.raises(ValidationError) as refused:
            parsed(body)
        assert list(refused.value.detail) == [field]

    def test_escapes_of_whole_characters_are_text(self) -> None:
        assert parsed(b'["\\ud83c\\udfac", "\\u4e2d", "\\\\u0000"]') == ["🎬", "中", "\\u0000"]

    def test_deepest_is_allowed(self) -> None:
        assert json.dumps(parsed(nested(DEEPEST))) == nested(DEEPEST).decode()

    @given(st.binary(max_size=60))
    def test_nothing_else_than_a_refusal_comes_of_noise(self, noise: bytes) -> None:
        try:
            value = parsed(noise)
        except (ParseError, ValidationError):
            return
        assert parsed(json.dumps(value).encode()) == value


class TestSizes:
    @pytest.fixture(autouse=True)
    def _trial_addresses(self, settings: Settings) -> None:
        settings.ROOT_URLCONF = "tests.recommender.api.trial"

    def send(self, client: Client, body: bytes, **options: Any) -> Any:
        return client.post(ADDRESS, body, content_type="application/json", **options)

    def test_largest_body_is_read(self, program: MakeProgram, settings: Settings) -> None:
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 60
        body = json.dumps({"id": "one", "title": "x"}).encode().ljust(60)
        assert self.send(program("write:items"), body).status_code == 201

    def test_larger_one_is_not(self, program: MakeProgram) -> None:
        answered = self.send(program("write:items"), b'{"id": "one", "title": "' + b"x" * 20_000_000 + b'"}')
        assert (answered.status_code, answered.headers["Content-Type"]) == (413, "application/problem+json")
        assert answered.json()["detail"] == "The body has more than 5000000 bytes."
        assert not Item.objects.exists()

    def test_it_is_heard_out_so_that_its_sender_hears_the_answer(self, program: MakeProgram) -> None:
        sent = io.BytesIO(b" " * 6_000_000)
        options: Any = {"wsgi.input": sent, "CONTENT_LENGTH": "6000000", "CONTENT_TYPE": "application/json"}
        answered = program("write:items").generic("POST", ADDRESS, **options)
        assert (answered.status_code, sent.read(1)) == (413, b"")

    def test_body_that_is_larger_than_it_says_is_cut_where_it_says(self, program: MakeProgram) -> None:
        sent = io.BytesIO(b'{"id": "one"}' + b" " * 6_000_000)
        options: Any = {"wsgi.input": sent, "CONTENT_LENGTH": "13", "CONTENT_TYPE": "application/json"}
        answered = program("write:items").generic("POST", ADDRESS, **options)
        assert [fault["field"] for fault in answered.json()["errors"]] == ["title"]

    def test_strangers_bodies_are_not_read(self, db: None) -> None:
        assert self.send(Client(), b" " * 6_000_000).status_code == 401
