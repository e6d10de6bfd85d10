"""Compression that leaves entity tags strong."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

from recommender.api.entity_tags import COMPRESSED


class Compression(GZipMiddleware):
    """Compressed, a tagged answer has a tag of its own; a weak one would be good for no If-Match."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        tag = response.get("ETag", "")
        compressed = super().process_response(request, response)
        if tag.startswith('"') and compressed.get("Content-Encoding") == "gzip":
            compressed["ETag"] = f'{tag[:-1]}{COMPRESSED}"'
        return compressed
