"""What may be deleted in the admin, and what goes with it."""

from __future__ import annotations

from django.test import Client

from catalog.models import Catalog
from recommender.models import EmbeddingSpace, Interaction, InteractionKind, Slate
from recommender.services.recommending import recommend


class TestDeletion:
    def test_catalog_goes_by_its_page_alone_with_all_that_is_in_it(
        self, staff: Client, liked: Interaction, catalog: Catalog, other_catalog: Catalog
    ) -> None:
        recommend(catalog=catalog, profile=liked.profile)
        assert "delete_selected" not in staff.get("/admin/catalog/catalog/").content.decode()

        address = f"/admin/catalog/catalog/{catalog.pk}/delete/"
        asked = staff.get(address).content.decode()
        assert "Films, with everything that belongs to it" in asked
        assert "Interstellar" not in asked

        assert staff.post(address, {"post": "yes"}).status_code == 302
        assert list(Catalog.objects.all()) == [other_catalog]
        assert not Interaction.objects.exists()
        assert not Slate.objects.exists()

    def test_kind_goes_only_while_nothing_is_of_it(self, staff: Client, liked: Interaction, catalog: Catalog) -> None:
        unused = InteractionKind.objects.get(catalog=catalog, name="follow")
        base = "/admin/recommender/interactionkind"

        assert staff.post(f"{base}/{liked.kind_id}/delete/", {"post": "yes"}).status_code == 403
        assert staff.post(f"{base}/{unused.pk}/delete/", {"post": "yes"}).status_code == 302
        assert not InteractionKind.objects.filter(pk=unused.pk).exists()

    def test_interaction_can_be_removed_and_not_changed(self, staff: Client, liked: Interaction) -> None:
        base = f"/admin/recommender/interaction/{liked.pk}"

        assert staff.post(f"{base}/change/", {"value": "5"}).status_code == 403
        assert staff.get("/admin/recommender/interaction/add/").status_code == 403
        assert staff.post(f"{base}/delete/", {"post": "yes"}).status_code == 302
        assert not Interaction.objects.exists()

    def test_serving_space_stays(self, staff: Client, space: EmbeddingSpace, catalog: Catalog) -> None:
        spare = EmbeddingSpace.objects.create(catalog=catalog, name="spare", backend="hashing", dimension=64)
        base = "/admin/recommender/embeddingspace"

        assert staff.post(f"{base}/{space.pk}/delete/", {"post": "yes"}).status_code == 403
        assert staff.post(f"{base}/{spare.pk}/delete/", {"post": "yes"}).status_code == 302
        assert list(EmbeddingSpace.objects.all()) == [space]
