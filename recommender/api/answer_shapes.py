"""What answers look like in the OpenAPI document."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from recommender.services.answers import Basis
from recommender.services.searching import FoundBy


class NoticeSerializer(serializers.Serializer[Any]):
    """Something that whoever reads the answer should know."""

    code = serializers.CharField(help_text=_("The same in every language."))
    message = serializers.CharField()


class EvidenceSerializer(serializers.Serializer[Any]):
    """What one item of the history adds to a score, or takes from it."""

    id = serializers.CharField()
    title = serializers.CharField()
    amount = serializers.FloatField()


class ItemFieldsSerializer(serializers.Serializer[Any]):
    """The fields of an item that were asked for."""

    title = serializers.CharField(required=False)
    kind = serializers.CharField(required=False, allow_blank=True)
    description = serializers.CharField(required=False, allow_blank=True)
    language = serializers.CharField(required=False, allow_blank=True)
    categories = serializers.ListField(child=serializers.CharField(allow_blank=True), required=False)
    tags = serializers.ListField(child=serializers.CharField(allow_blank=True), required=False)
    attributes = serializers.DictField(required=False)
    image_url = serializers.CharField(required=False, allow_blank=True)
    published_at = serializers.DateTimeField(required=False, allow_null=True)


class ResultSerializer(serializers.Serializer[Any]):
    """One item of a list; the parts add up to the score."""

    rank = serializers.IntegerField(min_value=1)
    id = serializers.CharField()
    title = serializers.CharField()
    score = serializers.FloatField()
    parts = serializers.DictField(child=serializers.FloatField())
    reason = serializers.CharField(allow_blank=True, help_text=_("A sentence in the language asked for."))
    propensity = serializers.FloatField(
        required=False, help_text=_("Probability that this place shows this item, where something was left to chance.")
    )
    evidence = EvidenceSerializer(
        many=True, required=False, help_text=_("With `explain`: the items of the history that say most.")
    )
    item = ItemFieldsSerializer(required=False, help_text=_("With `fields`."))


class AnswerSerializer(serializers.Serializer[Any]):
    """A list, and what it was made from."""

    request_id = serializers.UUIDField(help_text=_("Give it back with what people do with the items."))
    basis = serializers.ChoiceField(choices=[str(basis) for basis in Basis])
    degraded = serializers.BooleanField(help_text=_("Something that GENRE depends on was missing; `notices` say what."))
    notices = NoticeSerializer(many=True)
    config_version = serializers.IntegerField(allow_null=True)
    model_version = serializers.IntegerField(allow_null=True)
    results = ResultSerializer(many=True)
    next = serializers.CharField(allow_null=True, help_text=_("Send it as `next` for the items that follow."))


class DifferenceSerializer(serializers.Serializer[Any]):
    """A place that holds another item now, or the same one with another score."""

    rank = serializers.IntegerField(min_value=1)
    given = serializers.CharField(allow_null=True)
    again = serializers.CharField(allow_null=True)
    given_score = serializers.FloatField(allow_null=True)
    again_score = serializers.FloatField(allow_null=True)


class ReplaySerializer(serializers.Serializer[Any]):
    """The answer made again from what its log kept."""

    computed = serializers.BooleanField()
    equal = serializers.BooleanField()
    differences = DifferenceSerializer(many=True)
    causes = NoticeSerializer(many=True)
    results = ResultSerializer(many=True)


class GivenAnswerSerializer(AnswerSerializer):
    """An answer as it was given."""

    replay = ReplaySerializer(required=False, help_text=_("With `replay=1`."))


class TraceLineSerializer(serializers.Serializer[Any]):
    """One answer in a list of them."""

    request_id = serializers.UUIDField()
    created_at = serializers.DateTimeField()
    scenario = serializers.CharField()
    profile = serializers.CharField(allow_null=True)
    basis = serializers.ChoiceField(choices=[str(basis) for basis in Basis])
    degraded = serializers.BooleanField()
    config_version = serializers.IntegerField(allow_null=True)
    model_version = serializers.IntegerField(allow_null=True)
    length = serializers.IntegerField(min_value=0)


class TraceListSerializer(serializers.Serializer[Any]):
    """A page of answers, newest first."""

    results = TraceLineSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class TermSerializer(serializers.Serializer[Any]):
    """What an item of the history weighs in the interest."""

    id = serializers.CharField()
    title = serializers.CharField()
    kind = serializers.CharField()
    weight = serializers.FloatField()
    evidence = serializers.FloatField()


class TraceSerializer(TraceLineSerializer):
    """How an answer came about."""

    statement = serializers.CharField(allow_blank=True)
    language = serializers.CharField(allow_blank=True)
    wishes = serializers.DictField()
    settings = serializers.DictField(allow_null=True)
    answer = AnswerSerializer()
    interest = TermSerializer(many=True)
    candidates = ResultSerializer(many=True)
    notices = NoticeSerializer(many=True)


class FoundSerializer(serializers.Serializer[Any]):
    """One item that was found."""

    rank = serializers.IntegerField(min_value=1)
    id = serializers.CharField()
    title = serializers.CharField()
    score = serializers.FloatField()
    found_by = serializers.ListField(child=serializers.ChoiceField(choices=[str(way) for way in FoundBy]))
    item = ItemFieldsSerializer(required=False)


class SearchSerializer(serializers.Serializer[Any]):
    """What a search found."""

    query = serializers.CharField()
    degraded = serializers.BooleanField()
    notices = NoticeSerializer(many=True)
    results = FoundSerializer(many=True)


class PersonSerializer(serializers.Serializer[Any]):
    """One person who was found, why, and the items that the reason stands on."""

    rank = serializers.IntegerField(min_value=1)
    id = serializers.CharField()
    score = serializers.FloatField()
    reason = serializers.CharField(allow_blank=True)
    items = serializers.ListField(child=serializers.CharField())


class PeopleSerializer(serializers.Serializer[Any]):
    """People, best first."""

    model_version = serializers.IntegerField(allow_null=True)
    notices = NoticeSerializer(many=True)
    results = PersonSerializer(many=True)


class ScenarioSerializer(serializers.Serializer[Any]):
    """A placement that asks for recommendations, and the version of its configuration that answers."""

    name = serializers.CharField()
    active_version = serializers.IntegerField(allow_null=True)
    activated_at = serializers.DateTimeField(allow_null=True)


class ScenarioListSerializer(serializers.Serializer[Any]):
    """A page of scenarios."""

    results = ScenarioSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class ScenarioDetailSerializer(ScenarioSerializer):
    """The same with the settings of the active version."""

    settings = serializers.DictField(allow_null=True)
