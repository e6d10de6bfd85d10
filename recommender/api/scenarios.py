"""Placements that ask for recommendations."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from recommender.api.access import Scope
from recommender.api.answer_shapes import ScenarioDetailSerializer, ScenarioListSerializer
from recommender.api.endpoint import Endpoint
from recommender.api.pagination import PageParameters, page_of
from recommender.api.schema import described
from recommender.selectors.scenarios import described_scenario, scenario_line, scenarios_of

TAG = "scenarios"


class Scenarios(Endpoint):
    scopes = {"GET": Scope.READ}
    parameters = PageParameters

    @described(
        name="list_scenarios",
        summary=_("Scenarios, and the version that answers in each"),
        tag=TAG,
        parameters=PageParameters,
        answers={200: ScenarioListSerializer},
    )
    def get(self, request: Request) -> Response:
        page = page_of(scenarios_of(self.caller.catalog), order=("name", "pk"), asked=self.asked())
        return Response(page.as_dict(scenario_line))


class ScenarioOfName(Endpoint):
    scopes = {"GET": Scope.READ}

    @described(
        name="get_scenario",
        summary=_("A scenario, and the settings that answer in it"),
        tag=TAG,
        answers={200: ScenarioDetailSerializer},
    )
    def get(self, request: Request, name: str) -> Response:
        self.asked()
        return Response(described_scenario(self.caller.catalog, name))
