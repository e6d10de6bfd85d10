"""Gorse's calls about users."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from recommender.api.access import Scope
from recommender.gorse.document import Document
from recommender.gorse.endpoint import GorseEndpoint, affected, checked
from recommender.gorse.pages import PageEndpoint
from recommender.gorse.users import user_of, user_of_profile
from recommender.gorse.writing import change_user, write_users
from recommender.gorse.written import count_written
from recommender.selectors.named import profile_named
from recommender.services.erasing import erase_profile
from users.erasures import Way
from users.models import Profile


class InsertUserView(GorseEndpoint):
    scopes = {"POST": Scope.PROFILES}

    def post(self, request: Request) -> Response:
        user = self.document(user_of)
        return affected(count_written(write_users(catalog=self.catalog, users=[user])))


class UsersView(PageEndpoint[Profile]):
    scopes = {"GET": Scope.READ, "POST": Scope.PROFILES}

    def get(self, request: Request) -> Response:
        page = self.page(Profile.objects.filter(catalog=self.catalog))
        return Response({"Cursor": page.next or "", "Users": [user_of_profile(row).as_json() for row in page.rows]})

    def post(self, request: Request) -> Response:
        users = self.documents(user_of)
        return affected(count_written(write_users(catalog=self.catalog, users=users)))


class UserView(GorseEndpoint):
    scopes = {"GET": Scope.READ, "PATCH": Scope.PROFILES, "DELETE": Scope.PROFILES}

    def get(self, request: Request, user_id: str) -> Response:
        return Response(user_of_profile(profile_named(self.catalog, user_id)).as_json())

    def patch(self, request: Request, user_id: str) -> Response:
        document = self.document(Document)
        checked(lambda: change_user(catalog=self.catalog, user_id=user_id, document=document))
        return affected(1)

    def delete(self, request: Request, user_id: str) -> Response:
        erase_profile(profile=profile_named(self.catalog, user_id), way=Way.API)
        return affected(1)
