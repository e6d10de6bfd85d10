"""The vectors of ranking models: partitioned by version, and kept true to their items by triggers.

A foreign key to catalog_item would do what the triggers do, at the price of locks on that table: attaching a partition
takes SHARE ROW EXCLUSIVE (no item is written until the transaction ends) and, where the partition brings the same key
along, ACCESS EXCLUSIVE, as does dropping a detached one: no item is read. Triggers let a version come and go with
nothing but SHARE UPDATE EXCLUSIVE on the table of vectors, which neither readers nor writers of rows notice.
"""

import django.db.models.deletion
import pgvector.django.halfvec
from django.db import migrations, models

# The key begins with the item: it answers for an item in a version, and for the vectors of an item that is deleted.
# The vector comes last, so that what stands before it is found without reading it, and it stays in the row: fetching
# it from a side table would double the cost of a scan. A row with 4,000 dimensions fits its page.
CREATE_TABLE = """
CREATE TABLE recommender_rankingvector (
    model_id bigint NOT NULL,
    catalog_id bigint NOT NULL,
    item_id bigint NOT NULL,
    source_gain real NOT NULL,
    popularity real NOT NULL,
    popularity_score real NOT NULL,
    learned real NOT NULL,
    vector halfvec NOT NULL,
    CONSTRAINT recommender_rankingvector_pkey PRIMARY KEY (item_id, model_id),
    CONSTRAINT ranking_vector_source_gain_finite CHECK (abs(source_gain) < 'Infinity'),
    CONSTRAINT ranking_vector_popularity_share CHECK (popularity >= 0 AND popularity <= 1),
    CONSTRAINT ranking_vector_popularity_score_finite CHECK (abs(popularity_score) < 'Infinity'),
    CONSTRAINT ranking_vector_learned_share CHECK (learned >= 0 AND learned <= 1)
) PARTITION BY LIST (model_id);
ALTER TABLE recommender_rankingvector ALTER COLUMN vector SET STORAGE PLAIN;
"""

# Writers of single rows see their item and hold it; a version's partition is checked as a whole when it is attached.
ITEM_OF_A_VECTOR = """
CREATE FUNCTION genre_ranking_vector_has_item() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM catalog_item WHERE catalog_id = NEW.catalog_id AND id = NEW.item_id FOR KEY SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'A ranking vector of an item that its catalog does not have: rankingvector_item_same_catalog.'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'rankingvector_item_same_catalog';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER rankingvector_item_same_catalog BEFORE INSERT OR UPDATE OF catalog_id, item_id
ON recommender_rankingvector FOR EACH ROW EXECUTE FUNCTION genre_ranking_vector_has_item();
"""

DROP_ITEM_OF_A_VECTOR = """
DROP TRIGGER rankingvector_item_same_catalog ON recommender_rankingvector;
DROP FUNCTION genre_ranking_vector_has_item();
"""

VECTORS_OF_AN_ITEM = """
CREATE FUNCTION genre_delete_ranking_vectors() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM recommender_rankingvector vector USING gone WHERE vector.item_id = gone.id;
    RETURN NULL;
END $$;
CREATE TRIGGER item_takes_its_ranking_vectors AFTER DELETE ON catalog_item
REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION genre_delete_ranking_vectors();

CREATE FUNCTION genre_refuse_moving_ranked_item() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM recommender_rankingvector WHERE item_id = OLD.id) THEN
        RAISE EXCEPTION 'An item with ranking vectors stays where it is: rankingvector_item_same_catalog.'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'rankingvector_item_same_catalog';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER ranked_item_is_not_moved AFTER UPDATE OF catalog_id, id ON catalog_item FOR EACH ROW
WHEN ((OLD.catalog_id, OLD.id) IS DISTINCT FROM (NEW.catalog_id, NEW.id))
EXECUTE FUNCTION genre_refuse_moving_ranked_item();
"""

DROP_VECTORS_OF_AN_ITEM = """
DROP TRIGGER ranked_item_is_not_moved ON catalog_item;
DROP FUNCTION genre_refuse_moving_ranked_item();
DROP TRIGGER item_takes_its_ranking_vectors ON catalog_item;
DROP FUNCTION genre_delete_ranking_vectors();
"""

# As in migration 0002, and for the same reason: catalogs are apart.
MODEL_SPACE = """
ALTER TABLE recommender_rankingmodel ADD CONSTRAINT rankingmodel_space_same_catalog
FOREIGN KEY (catalog_id, space_id) REFERENCES recommender_embeddingspace (catalog_id, id) ON DELETE RESTRICT
"""


class Migration(migrations.Migration):
    dependencies = [
        ("recommender", "0003_ranking_models"),
        ("catalog", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(
            MODEL_SPACE, "ALTER TABLE recommender_rankingmodel DROP CONSTRAINT rankingmodel_space_same_catalog"
        ),
        migrations.RunSQL(
            CREATE_TABLE,
            "DROP TABLE recommender_rankingvector",
            state_operations=[
                migrations.CreateModel(
                    name="RankingVector",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "item_id",
                                "model_id",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("source_gain", models.FloatField()),
                        ("popularity", models.FloatField()),
                        ("popularity_score", models.FloatField()),
                        ("learned", models.FloatField()),
                        ("vector", pgvector.django.halfvec.HalfVectorField()),
                        (
                            "catalog",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="catalog.catalog",
                            ),
                        ),
                        (
                            "item",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="ranking_vectors",
                                to="catalog.item",
                            ),
                        ),
                        (
                            "model",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="vectors",
                                to="recommender.rankingmodel",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "ranking vector",
                        "verbose_name_plural": "ranking vectors",
                    },
                ),
            ],
        ),
        migrations.RunSQL(ITEM_OF_A_VECTOR, DROP_ITEM_OF_A_VECTOR),
        migrations.RunSQL(VECTORS_OF_AN_ITEM, DROP_VECTORS_OF_AN_ITEM),
    ]
