"""Whether this server lives and can answer, told as Gorse tells it; nobody needs a key for that."""

from __future__ import annotations

from http import HTTPStatus

from django.db import InterfaceError, OperationalError, connection
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


@method_decorator(never_cache, name="dispatch")
class HealthView(APIView):
    authentication_classes = ()
    permission_classes = ()
    http_method_names = ["get", "head"]
    # Whether an answer that nothing can be answered is an error.
    needs_database = False

    def get(self, request: Request) -> Response:
        error = database_error()
        # Gorse keeps data and what it computed in two stores; here, both are in the database.
        body = {
            "Ready": error is None,
            "DataStoreError": error,
            "CacheStoreError": error,
            "DataStoreConnected": error is None,
            "CacheStoreConnected": error is None,
        }
        failed = self.needs_database and error is not None
        return Response(body, status=HTTPStatus.SERVICE_UNAVAILABLE if failed else HTTPStatus.OK)


def database_error() -> str | None:
    """The kind of error with which the database answers; one query."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (OperationalError, InterfaceError) as error:
        # The message may hold an address or a user name; its type does not.
        return type(error).__name__
    return None
