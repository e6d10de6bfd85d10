"""Everything an operator tunes, with ranges, defaults and explanations in English and Chinese."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict


def explained(english: str, chinese: str) -> JsonDict:
    """The `json_schema_extra` of a field: what it does, in both languages of the admin."""
    return {"help_en": english, "help_zh": chinese}


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class InterestSettings(_Section):
    """How a person's history and own words become the interest vector U(u)."""

    use_history: bool = Field(
        True, json_schema_extra=explained("Learn from the person's interactions.", "根据用户的行为学习兴趣。")
    )
    use_statement: bool = Field(
        True, json_schema_extra=explained("Use what the person says they like.", "使用用户自己写下的喜好。")
    )
    statement_weight: float = Field(
        0.5,
        ge=0,
        le=1,
        json_schema_extra=explained(
            "Share of the person's own words where there is a history too; the history has the rest.",
            "同时有历史行为时，用户自述所占的比重；其余归历史行为。",
        ),
    )
    kind_weights: dict[str, Annotated[float, Field(ge=0, le=100)]] = Field(
        default_factory=dict,
        json_schema_extra=explained(
            'Weights by interaction kind that replace the kinds\' own, such as {"purchase": 3}.',
            '按行为类型设置的权重，覆盖该类型自身的权重，例如 {"purchase": 3}。',
        ),
    )
    half_life_days: float | None = Field(
        None,
        gt=0,
        le=36_500,
        json_schema_extra=explained(
            "After so many days an interaction counts half; empty: age does not matter.",
            "经过多少天后一次行为的影响减半；留空表示不随时间衰减。",
        ),
    )
    half_life_interactions: float | None = Field(
        None,
        gt=0,
        le=100_000,
        json_schema_extra=explained(
            "After so many newer interactions one counts half; empty: order does not matter.",
            "其后每发生多少次新行为，该行为的影响减半；留空表示不看先后。",
        ),
    )
    history_length: int = Field(
        200,
        ge=1,
        le=5_000,
        json_schema_extra=explained("How many of the newest interactions are looked at.", "最多使用最近多少次行为。"),
    )
    dislike_weight: float = Field(
        0.5,
        ge=0,
        le=5,
        json_schema_extra=explained(
            "How strongly disliked items push the interest away; 0: not at all.",
            "不喜欢的内容把兴趣推开的力度；0 表示不推开。",
        ),
    )


class PopularSettings(_Section):
    """What is shown where nothing is known about the person, or personalisation is off."""

    popularity_weight: float = Field(
        1.0, ge=0, le=10, json_schema_extra=explained("Weight of popularity.", "热门程度的权重。")
    )
    freshness_weight: float = Field(
        0.3, ge=0, le=10, json_schema_extra=explained("Weight of freshness.", "新鲜程度的权重。")
    )
    freshness_half_life_days: float = Field(
        365.0,
        gt=0,
        le=36_500,
        json_schema_extra=explained("After so many days an item is half as fresh.", "发布后经过多少天，新鲜度减半。"),
    )
    window_days: float | None = Field(
        None,
        gt=0,
        le=36_500,
        json_schema_extra=explained(
            "Only interactions of the last so many days make an item popular; empty: all.",
            "只统计最近多少天的行为；留空表示全部。",
        ),
    )


class FilterSettings(_Section):
    """Which items may be recommended at all; an empty list allows everything."""

    kinds: list[str] = Field(
        default_factory=list,
        json_schema_extra=explained("Only items of these kinds.", "只推荐这些类型的内容。"),
    )
    categories: list[str] = Field(
        default_factory=list,
        json_schema_extra=explained(
            "Only items in at least one of these categories.", "只推荐至少属于其中一个分类的内容。"
        ),
    )
    languages: list[str] = Field(
        default_factory=list,
        json_schema_extra=explained("Only items in these languages.", "只推荐这些语言的内容。"),
    )


class SeenSettings(_Section):
    """Whether items that a person has seen may come back."""

    policy: Literal["never", "after_days", "always"] = Field(
        "never",
        json_schema_extra=explained(
            "never: a seen item does not return; after_days: it returns later; always: it may return at once. "
            "Disliked and hidden items never return.",
            "never：看过的不再推荐；after_days：过一段时间后可再推荐；always：可立即再推荐。"
            "不喜欢或已隐藏的内容永不再推荐。",
        ),
    )
    after_days: float = Field(
        30.0,
        gt=0,
        le=36_500,
        json_schema_extra=explained(
            "With after_days: how long a seen item stays away.",
            "选择 after_days 时，看过的内容多少天后可再推荐。",
        ),
    )


class ListSettings(_Section):
    """The list itself."""

    length: int = Field(
        20,
        ge=1,
        le=200,
        json_schema_extra=explained("Length where none is asked for.", "未指定时的推荐条数。"),
    )
    minimum_score: float | None = Field(
        None,
        ge=-1,
        le=1,
        json_schema_extra=explained(
            "Personal results below this cosine similarity are left out; empty: none is.",
            "余弦相似度低于此值的个性化结果不显示；留空表示不限制。",
        ),
    )
    explanations: bool = Field(
        True, json_schema_extra=explained("Give each result its reason.", "为每条结果给出推荐理由。")
    )


class ScoringSettings(_Section):
    """One version of a scenario's configuration."""

    interest: InterestSettings = Field(default_factory=InterestSettings)
    popular: PopularSettings = Field(default_factory=PopularSettings)
    filters: FilterSettings = Field(default_factory=FilterSettings)
    seen: SeenSettings = Field(default_factory=SeenSettings)
    result_list: ListSettings = Field(default_factory=ListSettings)
