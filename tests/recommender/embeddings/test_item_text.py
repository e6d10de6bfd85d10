"""Item texts by template: each placeholder, all languages, empty lines, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.embeddings.exceptions import TemplateError
from recommender.embeddings.item_text import (
    DEFAULT_TEXT_TEMPLATE,
    PLACEHOLDERS,
    ItemText,
    check_template,
    render_item_text,
)

INTERSTELLAR = ItemText(
    title="Interstellar",
    description="A crew looks for a new home.",
    language="en",
    kind="film",
    categories=["Science fiction", "Drama"],
    tags=["space", "time"],
    attributes={
        "year": 2014,
        "director": "Christopher Nolan",
        "cast": ["Anne Hathaway", "Matthew McConaughey"],
        "awards": {"2015": "visual effects", "2014": {"b": "score", "a": "sound"}},
        "rating": None,
        "colour": True,
        "导演": "诺兰",
    },
    translations={
        "zh-hans": {
            "title": "星际穿越",
            "description": "一队人寻找新的家园。",
            "categories": ["科幻", "Drama"],
            "tags": ["太空"],
        },
        "fr": {"title": "Interstellar", "description": None},
    },
)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{title}", "Interstellar"),
        ("{titles}", "Interstellar / 星际穿越"),
        ("{description}", "A crew looks for a new home."),
        ("{descriptions}", "A crew looks for a new home.\n一队人寻找新的家园。"),
        ("{categories}", "Science fiction, Drama, 科幻"),
        ("{tags}", "space, time, 太空"),
        ("{kind} in {language}", "film in en"),
        ("{attributes.year}", "2014"),
        ("{title} {year}", "Interstellar (2014)"),
        ("{attributes.cast}", "Anne Hathaway, Matthew McConaughey"),
        ("{attributes.awards}", "sound, score, visual effects"),
        ("{attributes.导演}", "诺兰"),
        ("Directed by {attributes.director}", "Directed by Christopher Nolan"),
        ("{title}\nstars: {attributes.rating}{attributes.colour}\n{kind}", "Interstellar\nfilm"),
        ("{title} ({attributes.year}, {attributes.missing})", "Interstellar (2014, )"),
        ("From the shop\n{attributes.missing}\n{title}", "From the shop\nInterstellar"),
        (
            DEFAULT_TEXT_TEMPLATE,
            (
                "Interstellar / 星际穿越 (2014)\nScience fiction, Drama, 科幻\n"
                "A crew looks for a new home.\n一队人寻找新的家园。"
            ),
        ),
    ],
)
def test_template_is_filled_in(template: str, text: str) -> None:
    assert render_item_text(template, INTERSTELLAR) == text


def test_lines_without_a_value_are_left_out() -> None:
    assert render_item_text(DEFAULT_TEXT_TEMPLATE, ItemText(title="海鲜粥")) == "海鲜粥"
    assert render_item_text(DEFAULT_TEXT_TEMPLATE, ItemText(title="  ")) == ""


def test_order_of_stored_keys_changes_nothing() -> None:
    codes = ["zh-hans", "fr", "de"]
    forwards = {code: {"title": f"title {code}"} for code in codes}
    backwards = {code: forwards[code] for code in reversed(codes)}
    texts = {render_item_text("{titles}", ItemText("t", translations=each)) for each in (forwards, backwards)}
    assert texts == {"t / title de / title fr / title zh-hans"}


def test_braces_in_an_items_own_words_are_no_placeholders() -> None:
    fields = ItemText(title="{description} {0} {{", description="secret")
    assert render_item_text("{title}", fields) == "{description} {0} {{"


@pytest.mark.parametrize("name", ["titel", "attributes.", "attributes", "", "0", "title.upper", "title!r", "__class__"])
def test_unknown_placeholder_is_named_with_those_allowed(name: str) -> None:
    with pytest.raises(TemplateError) as caught:
        render_item_text(f"{{title}}\n{{{name}}}", INTERSTELLAR)
    assert f"{{{name}}}" in str(caught.value)
    for allowed in [*PLACEHOLDERS, "attributes.NAME"]:
        assert f"{{{allowed}}}" in str(caught.value)


@pytest.mark.parametrize("template", ["", "An item", "\n\n"])
def test_template_without_a_placeholder_is_refused(template: str) -> None:
    with pytest.raises(TemplateError, match="names no field"):
        check_template(template)


@pytest.mark.parametrize("template", ["{title} {kind", "title}", "{title}}", "{{title}}", "{title}\n{kind\n}"])
def test_brace_without_its_pair_is_refused(template: str) -> None:
    with pytest.raises(TemplateError, match="brace without its pair"):
        check_template(template)


words = st.text(max_size=20)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)


@given(
    st.builds(
        ItemText,
        title=words,
        description=words,
        categories=st.lists(words, max_size=3),
        attributes=st.dictionaries(st.just("year"), json_values),
        translations=st.dictionaries(
            words,
            st.dictionaries(st.sampled_from(["title", "description", "categories", "tags"]), json_values),
            max_size=3,
        ),
    )
)
def test_any_item_has_a_text_without_lines_at_its_ends(fields: ItemText) -> None:
    text = render_item_text("{titles}\n{categories}\n{attributes.year}\n{descriptions}", fields)
    assert text == text.strip()
    assert fields.title.strip() in text
    assert fields.description.strip() in text
