"""The document of the API, and its pages."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from recommender.api.docs import document
from recommender.api.reference import chapters

EXAMPLE = {
    "paths": {
        "/api/v1/things": {
            "post": {
                "operationId": "put_thing",
                "summary": "Put <one>",
                "tags": ["things"],
                "parameters": [
                    {"name": "size", "in": "query", "required": True, "schema": {"type": "integer", "minimum": 1}}
                ],
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {"$ref": "#/components/schemas/Thing"},
                            "examples": {"First": {"value": {"name": "中"}}},
                        }
                    }
                },
                "responses": {"200": {"description": "Kept"}, "404": {"description": "Gone"}},
            }
        }
    },
    "components": {
        "schemas": {
            "Thing": {
                "type": "object",
                "required": ["name"],
                "properties": {
                    "name": {"type": ["string", "null"], "description": "How it is called"},
                    "kind": {"enum": ["a", "b"]},
                    "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Part"}},
                    "whole": {"allOf": [{"$ref": "#/components/schemas/Part"}], "description": "Of what"},
                },
            },
            "Part": {"type": "object", "properties": {"made": {"type": "string", "format": "date-time"}}},
        }
    },
}


@pytest.fixture
def visitor(db: None) -> Client:
    return Client()


def test_document_is_openapi_31_and_without_a_warning() -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", "/dev/null")
    found = document("en")
    assert found["openapi"].startswith("3.1")
    assert set(found["components"]["securitySchemes"]) == {"ApiKeyAuth", "BearerAuth", "PasswordAuth", "cookieAuth"}
    assert all(path.startswith("/api/v1/") for path in found["paths"])


def test_every_operation_names_its_problems_and_its_scope() -> None:
    for path, methods in document("en")["paths"].items():
        for method, operation in methods.items():
            name = f"{method} {path}"
            problems = {
                status
                for status, answer in operation["responses"].items()
                if "application/problem+json" in answer.get("content", {})
            }
            assert {"400", "401", "403", "404", "429", "503"} <= problems, name
            [scope] = next(way["ApiKeyAuth"] for way in operation["security"] if "ApiKeyAuth" in way)
            assert f"`{scope}`" in operation["description"], name
            assert operation["summary"], name


def test_is_given_as_json_and_as_yaml(visitor: Client) -> None:
    as_json = visitor.get("/api/v1/schema")
    assert as_json.headers["Content-Type"] == "application/vnd.oai.openapi+json"
    assert as_json.json()["info"]["title"] == "GENRE"
    for asked in (
        visitor.get("/api/v1/schema?format=yaml"),
        visitor.get("/api/v1/schema", headers={"Accept": "application/yaml"}),
    ):
        assert asked.headers["Content-Type"] == "application/vnd.oai.openapi"
        assert b"\ntitle:" in asked.content.replace(b"  title:", b"\ntitle:")
    assert visitor.get("/api/v1/schema?format=xml").status_code == 400
    assert visitor.get("/api/v1/schema?x=1").status_code == 400


def test_is_given_in_the_readers_language(visitor: Client) -> None:
    chinese = visitor.get("/api/v1/schema?lang=zh").json()
    assert chinese["info"]["description"] != visitor.get("/api/v1/schema").json()["info"]["description"]


@pytest.mark.parametrize("page", ["docs", "reference"])
def test_pages_load_nothing_from_elsewhere_and_run_nothing_inline(visitor: Client, page: str) -> None:
    answered = visitor.get(f"/api/v1/{page}")
    html = answered.content.decode()
    assert answered.status_code == 200
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', html)
    assert not re.findall(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=", html)
    assert "'unsafe" not in answered.headers["Content-Security-Policy"]


def test_docs_load_swagger_ui_and_the_document_in_the_readers_language(visitor: Client) -> None:
    html = visitor.get("/api/v1/docs?lang=zh").content.decode()
    assert '<html lang="zh-hans">' in html
    assert 'data-document="/api/v1/schema?lang=zh-hans"' in html
    assert "swagger-ui-bundle.js" in html


def test_reference_holds_every_operation(visitor: Client) -> None:
    html = visitor.get("/api/v1/reference").content.decode()
    operations = [operation for methods in document("en")["paths"].values() for operation in methods.values()]
    for operation in operations:
        assert f'<article id="{operation["operationId"]}">' in html


@pytest.mark.parametrize("page", ["schema", "docs", "reference"])
def test_other_methods_are_refused(visitor: Client, page: str) -> None:
    answered = visitor.post(f"/api/v1/{page}")
    assert (answered.status_code, answered.headers["Content-Type"]) == (405, "application/problem+json")


def test_chapters_say_what_the_document_says() -> None:
    [chapter] = chapters(EXAMPLE)
    [operation] = chapter.operations
    assert (chapter.name, operation.anchor, operation.method, operation.summary) == (
        "things",
        "put_thing",
        "POST",
        "Put <one>",
    )
    fields: list[tuple[Any, ...]] = [(field.name, field.kind, field.required) for field in operation.body]
    assert fields == [
        ("name", "string | null", True),
        ("kind", '"a" | "b"', False),
        ("parts", "[object]", False),
        ("parts[].made", "string (date-time)", False),
        ("whole", "object", False),
        ("whole.made", "string (date-time)", False),
    ]
    assert [field.description for field in operation.body][4] == "Of what"
    assert [(field.name, field.kind, field.place) for field in operation.parameters] == [
        ("size", "integer ≥ 1", "query")
    ]
    assert [example.text for example in operation.examples] == ['{\n  "name": "中"\n}']
    assert [answer.status for answer in operation.answers] == ["200", "404"]
