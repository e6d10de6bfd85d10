"""Everything an operator tunes, with ranges, defaults and explanations in English and Chinese."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError


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
            "After so many newer interactions one counts half; empty: what the last training found best, and without "
            "one, order does not matter.",
            "其后每发生多少次新行为，该行为的影响减半；留空则采用最近一次训练验证出的最佳值，未训练时不看先后。",
        ),
    )
    history_length: int = Field(
        1_000,
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


class BlockSettings(_Section):
    """What a trained model's blocks count, in deviations of a person's scores; no training is needed after a change."""

    collaborative: float = Field(
        1.0,
        ge=0,
        le=10,
        json_schema_extra=explained(
            "Weight of what people who share the person's items also like.",
            "协同信号的权重：喜欢相同内容的人还喜欢什么。",
        ),
    )
    factors: float | None = Field(
        None,
        ge=0,
        le=10,
        json_schema_extra=explained(
            "Weight of the implicit factors; empty: what the last training found best.",
            "隐式因子的权重；留空则采用最近一次训练验证出的最佳值。",
        ),
    )
    text: float | None = Field(
        None,
        ge=0,
        le=10,
        json_schema_extra=explained(
            "Weight of the likeness of texts to the history's; empty: what the last training found best.",
            "文本与历史内容相似度的权重；留空则采用最近一次训练验证出的最佳值。",
        ),
    )
    statement: float = Field(
        1.0,
        ge=0,
        le=10,
        json_schema_extra=explained("Weight of the person's own words.", "用户自述的权重。"),
    )
    popularity: float = Field(
        0.0,
        ge=-0.3,
        le=10,
        json_schema_extra=explained(
            "Weight of popularity for everybody; below 0 the less popular is preferred.",
            "对所有人生效的热门程度权重；负值偏向较冷门的内容。",
        ),
    )
    newcomer_popularity: float | None = Field(
        None,
        ge=0,
        le=100,
        json_schema_extra=explained(
            "Further weight of popularity for people of whom little is known; it falls as their history grows. Empty: "
            "what the last training found best.",
            "对了解尚少的用户额外的热门权重，随历史增多而下降；留空则采用最近一次训练验证出的最佳值。",
        ),
    )
    newcomer_interactions: float | None = Field(
        None,
        gt=0,
        le=1_000,
        json_schema_extra=explained(
            "After so many items of history a quarter of that weight is left; empty: as the last training found best.",
            "历史达到多少条内容时，新用户热门权重只剩四分之一；留空则采用最近一次训练验证出的最佳值。",
        ),
    )


class BoostSettings(_Section):
    """What is added to the scores of the candidates beside interest, in the same units."""

    freshness: float = Field(
        0.0, ge=0, le=10, json_schema_extra=explained("Added for a newly published item.", "为新发布的内容加的分。")
    )
    freshness_half_life_days: float = Field(
        30.0,
        gt=0,
        le=36_500,
        json_schema_extra=explained("After so many days an item is half as fresh.", "发布后经过多少天，新鲜度减半。"),
    )
    trending: float = Field(
        0.0,
        ge=0,
        le=10,
        json_schema_extra=explained(
            "Added for the candidate that most people turned to lately.", "为近期最受关注的候选内容加的分。"
        ),
    )
    trending_half_life_days: float = Field(
        7.0,
        gt=0,
        le=365,
        json_schema_extra=explained(
            "After so many days an interaction counts half for the trend.", "经过多少天，一次行为对趋势的影响减半。"
        ),
    )
    new_items: float = Field(
        0.0,
        ge=0,
        le=10,
        json_schema_extra=explained(
            "Added for an item that nobody has tried; it falls as interactions arrive.",
            "为尚无人尝试的内容加的分；随行为增多而下降。",
        ),
    )


class NewItemsSettings(_Section):
    """How items with few interactions enter the trained model; holds for items that come in, and at each training."""

    gain: float = Field(
        1.5,
        ge=0,
        le=5,
        json_schema_extra=explained(
            "How loudly an item's text speaks for it in the place of interactions.",
            "尚无行为时，文本代为表达的强度。",
        ),
    )
    hand_over: float = Field(
        1.0,
        ge=0,
        le=1_000,
        json_schema_extra=explained(
            "So many interactions weigh as much as the text's prediction.", "多少次行为与文本的预测同等重要。"
        ),
    )


class DiversitySettings(_Section):
    """How the list is composed from the best candidates."""

    candidates: int = Field(
        200,
        ge=20,
        le=500,
        json_schema_extra=explained(
            "How many of the best items a list is composed from.", "从多少个最佳候选中组成列表。"
        ),
    )
    relevance: float = Field(
        1.0,
        ge=0,
        le=1,
        json_schema_extra=explained(
            "1: the best items; below, each further item also has to differ from those above it (MMR).",
            "1 表示只看得分；小于 1 时，后续内容还须与前面的不同（MMR）。",
        ),
    )
    calibration: float = Field(
        0.0,
        ge=0,
        le=1,
        json_schema_extra=explained(
            "Above 0: the list's categories keep the proportions of the person's history. Not together with MMR.",
            "大于 0 时，列表中各分类的比例贴近用户历史；不能与 MMR 同时使用。",
        ),
    )
    per_category: int | None = Field(
        None,
        ge=1,
        le=200,
        json_schema_extra=explained(
            "At most so many items of one category; empty: any number.", "每个分类最多几条；留空表示不限。"
        ),
    )
    per_creator: int | None = Field(
        None,
        ge=1,
        le=200,
        json_schema_extra=explained(
            "At most so many items of one creator; empty: any number.", "每位作者最多几条；留空表示不限。"
        ),
    )
    creator_attribute: str = Field(
        "creator",
        min_length=1,
        max_length=100,
        json_schema_extra=explained("The attribute that names an item's creator.", "存放作者的属性名。"),
    )
    fill: bool = Field(
        True,
        json_schema_extra=explained(
            "Fill a list that the limits leave short with what they held back.", "因上限而不足时，用被限制的内容补足。"
        ),
    )

    @model_validator(mode="after")
    def one_way_of_reordering(self) -> Self:
        if self.relevance < 1 and self.calibration > 0:
            raise PydanticCustomError("mmr_or_calibration", "relevance < 1 and calibration > 0 exclude each other")
        return self


class ExplorationSettings(_Section):
    """Showing now and then what the ranking would not, to learn whether it is liked."""

    rate: float = Field(
        0.0,
        ge=0,
        le=0.5,
        json_schema_extra=explained(
            "Share of the list that is drawn at random from the candidates below it.",
            "列表中从其后候选随机抽取的比例。",
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
        ge=-10,
        le=10,
        json_schema_extra=explained(
            "Personal results below this score are left out; empty: none is. Untrained, the score is a cosine "
            "similarity from -1 to 1; trained, it counts deviations above the average item.",
            "低于此分的个性化结果不显示；留空表示不限制。未训练时得分为余弦相似度（-1 到 1）；"
            "训练后为高于平均内容的标准差数。",
        ),
    )
    explanations: bool = Field(
        True, json_schema_extra=explained("Give each result its reason.", "为每条结果给出推荐理由。")
    )


class ScoringSettings(_Section):
    """One version of a scenario's configuration."""

    interest: InterestSettings = Field(default_factory=InterestSettings)
    blocks: BlockSettings = Field(default_factory=BlockSettings)
    boosts: BoostSettings = Field(default_factory=BoostSettings)
    new_items: NewItemsSettings = Field(default_factory=NewItemsSettings)
    diversity: DiversitySettings = Field(default_factory=DiversitySettings)
    exploration: ExplorationSettings = Field(default_factory=ExplorationSettings)
    popular: PopularSettings = Field(default_factory=PopularSettings)
    filters: FilterSettings = Field(default_factory=FilterSettings)
    seen: SeenSettings = Field(default_factory=SeenSettings)
    result_list: ListSettings = Field(default_factory=ListSettings)
