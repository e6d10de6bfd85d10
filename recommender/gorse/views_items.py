"""Gorse's calls about items."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from catalog.models import Item
from recommender.api.access import Scope
from recommender.api.endpoint import reader_language
from recommender.gorse.document import Document
from recommender.gorse.endpoint import USUAL_COUNT, GorseEndpoint, affected, checked
from recommender.gorse.items import item_of, item_of_genre
from recommender.gorse.pages import PageEndpoint
from recommender.gorse.writing import change_category, change_item, write_items
from recommender.gorse.written import count_written
from recommender.selectors.named import item_named
from recommender.services import row_checks
from recommender.services.answering import LONGEST_LIST
from recommender.services.searching import search_items


class InsertItemView(GorseEndpoint):
    scopes = {"POST": Scope.WRITE_ITEMS}

    def post(self, request: Request) -> Response:
        item = self.document(item_of)
        return affected(count_written(write_items(catalog=self.catalog, items=[item])))


class ItemsView(PageEndpoint[Item]):
    scopes = {"GET": Scope.READ, "POST": Scope.WRITE_ITEMS}

    def get(self, request: Request) -> Response:
        if query := self.text("q").strip():
            return Response({"Cursor": "", "Items": self._found(query)})
        page = self.page(Item.objects.filter(catalog=self.catalog))
        return Response({"Cursor": page.next or "", "Items": [item_of_genre(row).as_json() for row in page.rows]})

    def post(self, request: Request) -> Response:
        items = self.documents(item_of)
        return affected(count_written(write_items(catalog=self.catalog, items=items)))

    def _found(self, query: str) -> list[dict[str, object]]:
        count = min(self.number("n", USUAL_COUNT), LONGEST_LIST)
        if count == 0:
            return []
        answer = search_items(catalog=self.catalog, query=query, k=count, language=reader_language())
        ids = [result.item_id for result in answer.results]
        items = {item.external_id: item for item in Item.objects.filter(catalog=self.catalog, external_id__in=ids)}
        return [item_of_genre(items[item_id]).as_json() for item_id in ids if item_id in items]


class ItemView(GorseEndpoint):
    scopes = {"GET": Scope.READ, "PATCH": Scope.WRITE_ITEMS, "DELETE": Scope.WRITE_ITEMS}

    def get(self, request: Request, item_id: str) -> Response:
        return Response(item_of_genre(item_named(self.catalog, item_id)).as_json())

    def patch(self, request: Request, item_id: str) -> Response:
        document = self.document(Document)
        checked(lambda: change_item(catalog=self.catalog, item_id=item_id, document=document))
        return affected(1)

    def delete(self, request: Request, item_id: str) -> Response:
        item_named(self.catalog, item_id).delete()
        return affected(1)


class ItemCategoryView(GorseEndpoint):
    scopes = {"PUT": Scope.WRITE_ITEMS, "DELETE": Scope.WRITE_ITEMS}

    def put(self, request: Request, item_id: str, category: str) -> Response:
        for name in checked(row_checks.names, [category], "category"):
            change_category(catalog=self.catalog, item_id=item_id, category=name, member=True)
        return affected(1)

    def delete(self, request: Request, item_id: str, category: str) -> Response:
        change_category(catalog=self.catalog, item_id=item_id, category=category, member=False)
        return affected(1)
