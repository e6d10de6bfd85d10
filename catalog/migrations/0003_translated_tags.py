from django.db import migrations, models

TRANSLATED_TAGS = """
        (SELECT string_agg(t #>> '{}', E'\\n') FROM jsonb_path_query(translations, '$.*.tags[*]') AS t),"""

# The function of migration 0002, and the translated tags after the item's own.
SEARCH_TEXT = f"""
CREATE OR REPLACE FUNCTION genre_item_search_text(
    title text, categories text[], tags text[], attributes jsonb, translations jsonb
) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN lower(concat_ws(E'\\n',
        title,
        (SELECT string_agg(t #>> '{{}}', E'\\n') FROM jsonb_path_query(translations, '$.*.title') AS t),
        array_to_string(categories, E'\\n'),
        (SELECT string_agg(t #>> '{{}}', E'\\n') FROM jsonb_path_query(translations, '$.*.categories[*]') AS t),
        array_to_string(tags, E'\\n'),{TRANSLATED_TAGS}
        (SELECT string_agg(t #>> '{{}}', E'\\n')
            FROM jsonb_path_query(attributes, '$.* ? (@.type() == "string")') AS t
            WHERE length(t #>> '{{}}') <= 200)
    ));
END $$
"""  # noqa: S608 - made of this module's own constants
SEARCH_TEXT_BEFORE = SEARCH_TEXT.replace(TRANSLATED_TAGS, "")

# A new function changes no stored text; writing a column that it reads does. Without translated tags the text is the
# same by both functions: of a large catalog, those items are not written anew.
COMPUTE_ANEW = """
UPDATE catalog_item SET translations = translations WHERE jsonb_path_exists(translations, '$.*.tags')
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0002_site_and_search")]

    operations = [
        migrations.RunSQL([SEARCH_TEXT, COMPUTE_ANEW], [SEARCH_TEXT_BEFORE, COMPUTE_ANEW]),
        migrations.AlterField(
            model_name="item",
            name="translations",
            field=models.JSONField(
                blank=True,
                db_default=models.Value({}, models.JSONField()),
                default=dict,
                help_text="By language code: title, description, categories, tags.",
                verbose_name="translations",
            ),
        ),
    ]
