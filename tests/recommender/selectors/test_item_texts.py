"""An item of the database as the text that is embedded."""

from __future__ import annotations

from pathlib import Path

from catalog.importing.item_import import import_item_file
from catalog.importing.progress import Progress
from catalog.importing.row_file import ReadOptions
from catalog.models import Catalog
from recommender.embeddings.item_text import DEFAULT_TEXT_TEMPLATE
from recommender.selectors.item_texts import rendered_text
from tests.catalog.importing.reading import write


def test_tags_of_all_languages_are_embedded_where_the_template_names_them(catalog: Catalog, tmp_path: Path) -> None:
    path = write(
        tmp_path / "items.csv",
        "item_id,title,title_zh,tags,tags_zh\n1,Red Bean,红豆,love song|mandopop,情歌|华语流行\n",
    )
    import_item_file(catalog=catalog, path=path, options=ReadOptions(), refuse=print, progress=Progress())
    item = catalog.items.get()
    assert rendered_text(item, "{titles}: {tags}") == "Red Bean / 红豆: love song, mandopop, 情歌, 华语流行"
    assert rendered_text(item, DEFAULT_TEXT_TEMPLATE) == "Red Bean / 红豆"
