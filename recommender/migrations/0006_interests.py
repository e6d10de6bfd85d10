"""Cached interests and people's vectors, and the triggers that drop them with what they were made from."""

import django.contrib.postgres.fields
import django.db.models.deletion
import pgvector.django.halfvec
from django.db import migrations, models

# Numbers do not compress: trying it would cost more than the rest of the write. One index, since each interaction
# deletes here; versions go so seldom that looking at every row does for them.
CREATE_CACHE = """
CREATE UNLOGGED TABLE recommender_interestcache (
    profile_id bigint NOT NULL REFERENCES users_profile (id) ON DELETE CASCADE,
    model_id bigint NOT NULL REFERENCES recommender_rankingmodel (id) ON DELETE CASCADE,
    settings_hash varchar(64) NOT NULL,
    made_from text NOT NULL,
    vector bytea NOT NULL,
    statement bytea,
    prior double precision NOT NULL,
    speaks boolean NOT NULL,
    history bytea NOT NULL,
    kinds text[] NOT NULL,
    probe double precision NOT NULL,
    CONSTRAINT recommender_interestcache_pkey PRIMARY KEY (profile_id, model_id, settings_hash)
);
ALTER TABLE recommender_interestcache
    ALTER COLUMN vector SET STORAGE EXTERNAL, ALTER COLUMN statement SET STORAGE EXTERNAL,
    ALTER COLUMN history SET STORAGE EXTERNAL;
"""

# As in migration 0002: catalogs are apart.
CREATE_PROFILE_VECTORS = """
ALTER TABLE recommender_rankingmodel ADD CONSTRAINT ranking_model_in_catalog UNIQUE (catalog_id, id);
CREATE TABLE recommender_profilevector (
    model_id bigint NOT NULL,
    catalog_id bigint NOT NULL,
    profile_id bigint NOT NULL,
    vector halfvec NOT NULL,
    CONSTRAINT recommender_profilevector_pkey PRIMARY KEY (model_id, profile_id),
    CONSTRAINT profilevector_model_same_catalog FOREIGN KEY (catalog_id, model_id)
        REFERENCES recommender_rankingmodel (catalog_id, id) ON DELETE CASCADE,
    CONSTRAINT profilevector_profile_same_catalog FOREIGN KEY (catalog_id, profile_id)
        REFERENCES users_profile (catalog_id, id) ON DELETE CASCADE
);
ALTER TABLE recommender_profilevector ALTER COLUMN vector SET STORAGE PLAIN;
CREATE INDEX profile_vector_of_profile ON recommender_profilevector (profile_id);
"""

DROP_PROFILE_VECTORS = """
DROP TABLE recommender_profilevector;
ALTER TABLE recommender_rankingmodel DROP CONSTRAINT ranking_model_in_catalog;
"""

# Rows that somebody else is writing or deleting are passed over: an import holds those of everybody in it until it
# ends, and nobody's click shall wait for that. What is left is not read again: its state is not that of the history.
DROP_CACHED = """
CREATE FUNCTION genre_drop_cached_interests(profiles bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM recommender_interestcache WHERE ctid = ANY (ARRAY(
        SELECT cached.ctid FROM recommender_interestcache cached
        WHERE cached.profile_id = ANY (profiles) FOR UPDATE SKIP LOCKED
    ));
END $$;
"""

# Who takes something back is not to be found by it any more. Vectors are written by those who hold the profile's row
# (services/profile_vectors.py): the lock makes this wait for them, so that no vector comes in behind it.
TAKE_BACK = """
CREATE FUNCTION genre_take_back_interests(profiles bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM genre_drop_cached_interests(profiles);
    PERFORM FROM users_profile WHERE id = ANY (profiles) ORDER BY id FOR SHARE;
    DELETE FROM recommender_profilevector WHERE profile_id = ANY (profiles);
END $$;
"""

# One call a statement, however many rows it has. A row that an upsert left as it was is no change.
ON_INTERACTIONS = """
CREATE FUNCTION genre_interactions_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM genre_drop_cached_interests(ARRAY(SELECT DISTINCT profile_id FROM added));
    RETURN NULL;
END $$;
CREATE TRIGGER interactions_added AFTER INSERT ON recommender_interaction
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION genre_interactions_added();

CREATE FUNCTION genre_interactions_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    profiles bigint[] := ARRAY(
        SELECT profile_id FROM (TABLE before EXCEPT TABLE after) gone
        UNION SELECT profile_id FROM (TABLE after EXCEPT TABLE before) come
    );
BEGIN
    IF cardinality(profiles) > 0 THEN
        PERFORM genre_take_back_interests(profiles);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER interactions_changed AFTER UPDATE ON recommender_interaction
REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION genre_interactions_changed();

CREATE FUNCTION genre_interactions_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM genre_take_back_interests(ARRAY(SELECT DISTINCT profile_id FROM removed));
    RETURN NULL;
END $$;
CREATE TRIGGER interactions_removed AFTER DELETE ON recommender_interaction
REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION genre_interactions_removed();
"""

ON_PROFILES = """
CREATE FUNCTION genre_profile_speaks_otherwise() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM recommender_interestcache WHERE profile_id = NEW.id;
    IF NOT NEW.personalise THEN
        DELETE FROM recommender_profilevector WHERE profile_id = NEW.id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER profile_speaks_otherwise AFTER UPDATE OF statement, personalise ON users_profile FOR EACH ROW
WHEN ((OLD.statement, OLD.personalise) IS DISTINCT FROM (NEW.statement, NEW.personalise))
EXECUTE FUNCTION genre_profile_speaks_otherwise();
"""

ON_VERSIONS = """
CREATE FUNCTION genre_version_is_over() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM recommender_interestcache WHERE model_id = NEW.id;
    DELETE FROM recommender_profilevector WHERE model_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER version_is_over AFTER UPDATE OF state ON recommender_rankingmodel FOR EACH ROW
WHEN (NEW.state IN ('retired', 'failed') AND OLD.state <> NEW.state) EXECUTE FUNCTION genre_version_is_over();
"""

DROP_TRIGGERS = """
DROP TRIGGER version_is_over ON recommender_rankingmodel;
DROP TRIGGER profile_speaks_otherwise ON users_profile;
DROP TRIGGER interactions_removed ON recommender_interaction;
DROP TRIGGER interactions_changed ON recommender_interaction;
DROP TRIGGER interactions_added ON recommender_interaction;
DROP FUNCTION genre_version_is_over(), genre_profile_speaks_otherwise(), genre_interactions_removed(),
    genre_interactions_changed(), genre_interactions_added(), genre_take_back_interests(bigint[]),
    genre_drop_cached_interests(bigint[]);
"""


def reference(model: str) -> "models.ForeignKey[object, object]":
    return models.ForeignKey(
        db_constraint=False,
        db_index=False,
        on_delete=django.db.models.deletion.DO_NOTHING,
        related_name="+",
        to=model,
    )


def key(*columns: str) -> models.CompositePrimaryKey:
    return models.CompositePrimaryKey(*columns, blank=True, editable=False, primary_key=True, serialize=False)


class Migration(migrations.Migration):
    dependencies = [
        ("recommender", "0005_slate_model_version"),
        ("users", "0001_initial"),
        ("catalog", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(
            CREATE_CACHE,
            "DROP TABLE recommender_interestcache",
            state_operations=[
                migrations.CreateModel(
                    name="InterestCache",
                    fields=[
                        ("pk", key("profile_id", "model_id", "settings_hash")),
                        ("settings_hash", models.CharField(max_length=64)),
                        ("made_from", models.TextField()),
                        ("vector", models.BinaryField()),
                        ("statement", models.BinaryField(null=True)),
                        ("prior", models.FloatField()),
                        ("speaks", models.BooleanField()),
                        ("history", models.BinaryField()),
                        (
                            "kinds",
                            django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None),
                        ),
                        ("probe", models.FloatField()),
                        ("model", reference("recommender.rankingmodel")),
                        ("profile", reference("users.profile")),
                    ],
                    options={"verbose_name": "cached interest", "verbose_name_plural": "cached interests"},
                ),
            ],
        ),
        migrations.RunSQL(
            CREATE_PROFILE_VECTORS,
            DROP_PROFILE_VECTORS,
            state_operations=[
                migrations.CreateModel(
                    name="ProfileVector",
                    fields=[
                        ("pk", key("model_id", "profile_id")),
                        ("vector", pgvector.django.halfvec.HalfVectorField()),
                        ("catalog", reference("catalog.catalog")),
                        ("model", reference("recommender.rankingmodel")),
                        ("profile", reference("users.profile")),
                    ],
                    options={"verbose_name": "profile vector", "verbose_name_plural": "profile vectors"},
                ),
            ],
        ),
        migrations.RunSQL(
            DROP_CACHED + TAKE_BACK + ON_INTERACTIONS + ON_PROFILES + ON_VERSIONS,
            DROP_TRIGGERS,
        ),
    ]
