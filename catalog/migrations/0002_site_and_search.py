import django.contrib.postgres.indexes
from django.db import migrations, models

import catalog.models

# One line a name, lower-case: titles in all languages, categories, tags, and short attributes such as creators.
SEARCH_TEXT = """
CREATE FUNCTION genre_item_search_text(
    title text, categories text[], tags text[], attributes jsonb, translations jsonb
) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN lower(concat_ws(E'\\n',
        title,
        (SELECT string_agg(t #>> '{}', E'\\n') FROM jsonb_path_query(translations, '$.*.title') AS t),
        array_to_string(categories, E'\\n'),
        (SELECT string_agg(t #>> '{}', E'\\n') FROM jsonb_path_query(translations, '$.*.categories[*]') AS t),
        array_to_string(tags, E'\\n'),
        (SELECT string_agg(t #>> '{}', E'\\n')
            FROM jsonb_path_query(attributes, '$.* ? (@.type() == "string")') AS t
            WHERE length(t #>> '{}') <= 200)
    ));
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]

    operations = [
        migrations.RunSQL(SEARCH_TEXT, "DROP FUNCTION genre_item_search_text"),
        migrations.AddField(
            model_name="catalog",
            name="on_site",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Its items are shown to every visitor of the site; without this, to staff alone.",
                verbose_name="on the site",
            ),
        ),
        migrations.AddField(
            model_name="item",
            name="search_text",
            field=models.GeneratedField(
                db_persist=True,
                expression=catalog.models.SearchText("title", "categories", "tags", "attributes", "translations"),
                output_field=models.TextField(),
            ),
        ),
        migrations.AddIndex(
            model_name="item",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["search_text"], name="item_search_trigrams", opclasses=["gin_trgm_ops"]
            ),
        ),
    ]
