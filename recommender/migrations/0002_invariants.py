"""What the database itself guards, and Django's models cannot say.

Catalogs are kept apart by foreign keys that include the catalog; configurations cannot be changed once made;
slates are partitioned by month.
"""

from django.db import migrations

# (table, column, referenced table, deletion); each referenced table has a unique constraint on (catalog_id, id).
WITHIN_CATALOG = (
    ("recommender_interaction", "profile_id", "users_profile", "CASCADE"),
    ("recommender_interaction", "item_id", "catalog_item", "CASCADE"),
    ("recommender_interaction", "kind_id", "recommender_interactionkind", "RESTRICT"),
    ("recommender_itemembedding", "space_id", "recommender_embeddingspace", "CASCADE"),
    ("recommender_itemembedding", "item_id", "catalog_item", "CASCADE"),
    ("recommender_embeddingjob", "space_id", "recommender_embeddingspace", "CASCADE"),
    ("recommender_embeddingjob", "item_id", "catalog_item", "CASCADE"),
    ("recommender_scoringconfig", "scenario_id", "recommender_scenario", "CASCADE"),
)


def within_catalog(table: str, column: str, referenced: str, deletion: str) -> migrations.RunSQL:
    name = f"{table.removeprefix('recommender_')}_{column.removesuffix('_id')}_same_catalog"
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY (catalog_id, {column}) "
        f"REFERENCES {referenced} (catalog_id, id) ON DELETE {deletion}",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


IMMUTABLE_CONFIG = """
CREATE FUNCTION genre_refuse_config_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A scoring configuration is never changed: make a new version.' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER scoring_config_immutable BEFORE UPDATE ON recommender_scoringconfig FOR EACH ROW
WHEN ((OLD.catalog_id, OLD.scenario_id, OLD.version, OLD.settings, OLD.created_at)
    IS DISTINCT FROM (NEW.catalog_id, NEW.scenario_id, NEW.version, NEW.settings, NEW.created_at))
EXECUTE FUNCTION genre_refuse_config_change();
"""

DROP_IMMUTABLE_CONFIG = """
DROP TRIGGER scoring_config_immutable ON recommender_scoringconfig;
DROP FUNCTION genre_refuse_config_change();
"""

# A partitioned table's primary key holds the partition column. Everything else is as Django made the table; the
# former table is empty: this migration follows the one that made it.
PARTITION_SLATES = """
CREATE TABLE recommender_slate_partitioned
    (LIKE recommender_slate INCLUDING DEFAULTS, PRIMARY KEY (request_id, created_at)) PARTITION BY RANGE (created_at);
DROP TABLE recommender_slate;
ALTER TABLE recommender_slate_partitioned RENAME TO recommender_slate;
ALTER TABLE recommender_slate RENAME CONSTRAINT recommender_slate_partitioned_pkey TO recommender_slate_pkey;
CREATE INDEX slate_newest ON recommender_slate (catalog_id, created_at DESC);
CREATE INDEX slate_of_profile ON recommender_slate (profile_id);
CREATE INDEX slate_of_config ON recommender_slate (config_id);
ALTER TABLE recommender_slate
    ADD CONSTRAINT slate_catalog FOREIGN KEY (catalog_id) REFERENCES catalog_catalog (id) ON DELETE CASCADE,
    ADD CONSTRAINT slate_profile_same_catalog FOREIGN KEY (catalog_id, profile_id)
        REFERENCES users_profile (catalog_id, id) ON DELETE CASCADE,
    ADD CONSTRAINT slate_config FOREIGN KEY (config_id) REFERENCES recommender_scoringconfig (id) ON DELETE SET NULL;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("recommender", "0001_initial"),
        ("users", "0001_initial"),
        ("catalog", "0001_initial"),
    ]

    operations = [
        *(within_catalog(*columns) for columns in WITHIN_CATALOG),
        migrations.RunSQL(IMMUTABLE_CONFIG, DROP_IMMUTABLE_CONFIG),
        # Vectors stay in the row: fetching them from a side table would double the cost of a scan.
        migrations.RunSQL(
            "ALTER TABLE recommender_itemembedding ALTER COLUMN vector SET STORAGE MAIN",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(PARTITION_SLATES, "TRUNCATE recommender_slate"),
    ]
