"""A token that stands in everything about a person stands nowhere once they are erased, and does not come back."""

from __future__ import annotations

import hashlib
import io
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from axes.models import AccessAttempt, AccessFailureLog
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from catalog.models import Catalog, Item
from recommender.models import ImportChunk, ImportJob, Interaction, RankingModel, Slate, StoredAnswer
from recommender.services.erasing import erase_account, erase_profile
from recommender.services.exporting import export_profile
from recommender.services.import_files import Brought, keep_file
from recommender.services.import_jobs import import_next_file
from tests.conftest import MakeItem, MakeProfile
from tests.recommender.planting import (
    found_in_tables,
    plant,
    plant_computed,
    plant_profile,
    sessions_naming,
)
from tests.recommender.views.browsing import browser_of
from users.models import Profile, Tombstone, User, Way

TOKEN = "tok9f3ac71be2"
OTHER = "oth5d20e98c4a"
HOLDING = {
    "users_profile",
    "recommender_interaction",
    "recommender_laterfeedback",
    "recommender_interestcache",
    "recommender_storedanswer",
    "recommender_importjob",
    "django_admin_log",
}


@pytest.fixture
def film(make_item: MakeItem) -> Item:
    return make_item("film-1")


@pytest.fixture
def version(catalog: Catalog) -> RankingModel:
    state = RankingModel.State.READY
    return RankingModel.objects.create(
        catalog=catalog, version=1, dimension=4, state=state, learned_from=timezone.now()
    )


@pytest.fixture
def person(make_profile: MakeProfile, film: Item, operator: User, version: RankingModel) -> Profile:
    """With the token in everything, id included."""
    profile = make_profile(TOKEN)
    plant_profile(profile, film, operator, TOKEN)
    plant_computed(profile, version, TOKEN)
    return profile


@pytest.fixture
def other(make_profile: MakeProfile, make_item: MakeItem, operator: User, version: RankingModel) -> Profile:
    """Somebody else, of whom as much is known."""
    profile = make_profile(OTHER)
    plant_profile(profile, make_item("film-2"), operator, OTHER)
    plant_computed(profile, version, OTHER)
    return profile


def slate_partitions(hits: dict[str, int]) -> set[str]:
    return {table for table in hits if table.startswith("recommender_slate_")}


class TestProfile:
    def test_token_is_everywhere_before_and_nowhere_after(self, person: Profile) -> None:
        before = found_in_tables(TOKEN)
        assert set(before) - slate_partitions(before) == HOLDING
        assert slate_partitions(before)
        assert TOKEN in "".join(export_profile(profile=person, now=timezone.now()))
        erase_profile(profile=person, way=Way.API)
        assert found_in_tables(TOKEN) == {}
        # The answer about their list named nobody.
        assert not StoredAnswer.objects.exists()

    def test_nobody_elses_data_is_touched(self, person: Profile, other: Profile) -> None:
        before = found_in_tables(OTHER)
        document = "".join(export_profile(profile=other, now=timezone.now())).split('"sections"')[1]
        erase_profile(profile=person, way=Way.API)
        assert found_in_tables(OTHER) == before
        assert "".join(export_profile(profile=other, now=timezone.now())).split('"sections"')[1] == document

    def test_reports_keep_what_is_not_about_the_person(self, person: Profile) -> None:
        erase_profile(profile=person, way=Way.API)
        job = ImportJob.objects.get()
        assert (job.errors, job.problem, job.file_name) == ([{"row": 3, "field": "", "detail": "x"}], "–", "–")

    def test_short_id_is_found_as_a_whole_word(self, make_profile: MakeProfile, catalog: Catalog) -> None:
        """One that is part of every text takes nothing of others along."""
        person = make_profile("7")
        for digest, body in (("theirs", '{"profile": "7"}'), ("others", '{"profile": "17", "count": 7}')):
            StoredAnswer.objects.create(
                catalog=catalog,
                digest=digest,
                fingerprint="",
                body=body,
                status=200,
                expires_at=timezone.now() + timedelta(hours=1),
            )
        erase_profile(profile=person, way=Way.API)
        assert list(StoredAnswer.objects.values_list("digest", flat=True)) == ["others"]

    def test_browser_forgets_a_visitor(self, make_profile: MakeProfile, other_catalog: Catalog) -> None:
        visitor = make_profile("visitor-1")
        elsewhere = make_profile("visitor-2", catalog=other_catalog)
        alone, both = browser_of(visitor), browser_of(visitor)
        session = both.session
        session["profiles"] = {str(one.catalog_id): one.pk for one in (visitor, elsewhere)}
        session.save()
        erasure = erase_profile(profile=visitor, way=Way.API)
        assert erasure.counts["sessions"] == 2
        assert sessions_naming(visitor.pk) == 0
        # What they are known by in another catalog stays.
        assert sessions_naming(elsewhere.pk) == 1
        assert not Session.objects.filter(session_key=alone.session.session_key).exists()


class TestComingBack:
    @pytest.fixture
    def erased(self, person: Profile, film: Item) -> str:
        erase_profile(profile=person, way=Way.API)
        return TOKEN

    @pytest.fixture
    def files(self, tmp_path: Path, erased: str) -> Path:
        (tmp_path / "items.csv").write_text("item_id,title\nfilm-9,Nine\n")
        (tmp_path / "profiles.csv").write_text(f"user_id,statement\n{erased},{erased}\nsomebody-new,quiet\n")
        (tmp_path / "interactions.csv").write_text(
            f"user_id,item_id,kind,timestamp\n{erased},film-1,like,1700000000\nanother,film-1,like,1700000000\n"
        )
        return tmp_path

    def test_file_does_not_bring_them_back(self, files: Path, tmp_path: Path) -> None:
        told = io.StringIO()
        call_command("import_dataset", str(files), "--catalog", "films", "--errors", str(tmp_path), stdout=told)
        assert "profiles: 1 new, 0 changed, 0 unchanged, 1 refused" in told.getvalue()
        assert "interactions: 1 new, 0 changed, 0 unchanged, 1 refused" in told.getvalue()
        assert set(Profile.objects.values_list("external_id", flat=True)) == {"somebody-new", "another"}
        assert found_in_tables(TOKEN) == {}
        for name in ("profiles", "interactions"):
            refused = (tmp_path / f"{name}.csv.errors.csv").read_text()
            assert (
                '2,user_id,,"is that of somebody who was erased, and who comes back with their consent alone' in refused
            )
            assert TOKEN not in refused

    def test_with_consent_it_does_and_that_is_recorded(self, files: Path, tmp_path: Path) -> None:
        told = io.StringIO()
        command = ("import_dataset", str(files), "--catalog", "films", "--errors", str(tmp_path), "--consent")
        call_command(*command, stdout=told)
        assert "profiles: 2 new, 0 changed, 0 unchanged, 0 refused" in told.getvalue()
        assert "interactions: 2 new, 0 changed, 0 unchanged, 0 refused" in told.getvalue()
        assert Profile.objects.get(external_id=TOKEN).statement == TOKEN
        stone = Tombstone.objects.get()
        assert stone.consented_at is not None
        assert stone.consent_by == "command"

    def test_interactions_alone_take_consent_too(self, files: Path, tmp_path: Path) -> None:
        path = tmp_path / "only.csv"
        path.write_text(f"user_id,item_id,kind,timestamp\n{TOKEN},film-1,like,1700000000\n")
        with pytest.raises(CommandError, match="Not one row of a file could be used"):
            call_command("import_interactions", str(path), "--catalog", "films", "--errors", str(tmp_path / "e.csv"))
        assert found_in_tables(TOKEN) == {}
        call_command("import_interactions", str(path), "--catalog", "films", "--consent", stdout=io.StringIO())
        assert Interaction.objects.get().profile.external_id == TOKEN

    def test_whoever_came_back_is_updated_like_anybody(self, files: Path, tmp_path: Path) -> None:
        command = ("import_dataset", str(files), "--catalog", "films", "--errors", str(tmp_path))
        call_command(*command, "--consent", stdout=io.StringIO())
        told = io.StringIO()
        call_command(*command, stdout=told)
        assert "profiles: 0 new, 0 changed, 2 unchanged, 0 refused" in told.getvalue()

    def test_dry_run_records_no_consent(self, files: Path, tmp_path: Path) -> None:
        command = ("import_dataset", str(files), "--catalog", "films", "--errors", str(tmp_path))
        call_command(*command, "--consent", "--dry-run", stdout=io.StringIO())
        assert Tombstone.objects.get().consented_at is None


class TestFilesThatWait:
    """An import that came before the erasure, and is worked on after it."""

    def test_brings_nobody_back_and_leaves_no_file(
        self, person: Profile, catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
        content = f"id,statement\n{TOKEN},{TOKEN}\nsomebody-new,quiet\n".encode()
        brought = Brought(kind=ImportJob.Kind.PROFILES, size_bytes=len(content), file_name="people.csv")
        job = keep_file(catalog=catalog, brought=brought, source=io.BytesIO(content), key=None, user=None)
        erase_profile(profile=person, way=Way.API)
        assert import_next_file(catalog.pk)
        job.refresh_from_db()
        assert (job.state, job.created, job.refused) == ("done", 1, 1)
        assert job.errors[0]["field"] == "user_id"
        assert "that of somebody who was erased" in job.errors[0]["detail"]
        assert not ImportChunk.objects.exists()
        assert found_in_tables(TOKEN) == {}
        assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


class TestAccount:
    ADDRESS = f"{TOKEN}@example.com"

    @pytest.fixture
    def user(self, person: Profile, operator: User, client: Client) -> User:
        user = User.objects.create_user(self.ADDRESS, "correct horse battery")
        plant(user, TOKEN)
        user.email = self.ADDRESS
        user.save()
        Profile.objects.filter(pk=person.pk).update(user=user)
        EmailAddress.objects.create(user=user, email=self.ADDRESS, primary=True)
        client.force_login(user)
        for model in (AccessAttempt, AccessFailureLog):
            fields: dict[str, Any] = {"failures_since_start": 1} if model is AccessAttempt else {}
            model.objects.create(username=self.ADDRESS, user_agent="x", http_accept="x", path_info="/", **fields)
        digest = hashlib.sha256(self.ADDRESS.encode()).hexdigest()
        cache.set(f"allauth:rl:account:reset_password:5/60/key:{digest}", [1.0], 60)
        session = client.session
        session["said"] = TOKEN
        session.save()
        return user

    def test_leaves_nothing_either(self, user: User) -> None:
        before = found_in_tables(TOKEN)
        attempts = {"axes_accessattempt", "axes_accessfailurelog"}
        assert {"users_user", "account_emailaddress", "django_session", *attempts} <= set(before)
        digest = hashlib.sha256(self.ADDRESS.encode()).hexdigest()
        assert found_in_tables(digest) == {"genre_cache": 1}
        erase_account(user=user, way=Way.SITE)
        assert found_in_tables(TOKEN) == {}
        assert found_in_tables(digest) == {}
        assert not Slate.objects.exists()

    def test_leaves_other_accounts_alone(self, user: User, charlie: User) -> None:
        browser = Client()
        browser.force_login(charlie)
        erase_account(user=user, way=Way.SITE)
        assert User.objects.filter(pk=charlie.pk).exists()
        assert Session.objects.filter(session_key=browser.session.session_key).exists()
