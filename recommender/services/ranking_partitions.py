"""Partitions of the ranking vectors: written beside the others, attached when whole, dropped when nobody needs them.

What readers and writers of rows hold on the table of vectors (ACCESS SHARE, ROW EXCLUSIVE) never meets what is taken
here: CREATE, COPY and the indexes touch the new partition alone; ATTACH and DETACH CONCURRENTLY take SHARE UPDATE
EXCLUSIVE on the table, and ACCESS EXCLUSIVE only on a partition that nobody reads yet, or any more. A plain DROP of
an attached partition would take ACCESS EXCLUSIVE on the table itself, and every reader would queue behind it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction
from psycopg.errors import LockNotAvailable

from recommender.models import RankingModel
from recommender.services.database_settings import database_setting
from recommender.services.index_memory import memory_for_build
from recommender.services.ranking_rows import COPY_COLUMNS, RankingRows, copy_blocks

logger = logging.getLogger(__name__)

PARENT = "recommender_rankingvector"
COLUMNS = (*COPY_COLUMNS, "vector")
DROP_LOCK = 0x52414E4B

# (rows from which it holds, m, ef_construction): a larger graph needs more links for the same recall.
GRAPHS = ((50_000, 32, 200), (0, 16, 128))

# Shorter than PostgreSQL's second before it looks for deadlocks: whoever deletes items wins, the new version waits.
ITEM_LOCK_TIMEOUT = "200ms"
ITEM_LOCK_ATTEMPTS, ITEM_LOCK_PAUSE_SECONDS = 300, 1.0
# For readers that were there before; what is not dropped now is dropped the next time.
DETACH_TIMEOUT = "5s"

# Held until the end of the transaction: an item whose deletion comes later waits, and then finds its vector.
HOLD_ITEMS = """
SELECT count(*) FROM (
    SELECT item.id FROM catalog_item item JOIN {partition} vector ON vector.item_id = item.id
    WHERE item.catalog_id = %s ORDER BY item.id FOR KEY SHARE OF item
) held
"""
DROP_ROWS_OF_DELETED_ITEMS = """
DELETE FROM {partition} vector WHERE NOT EXISTS (
    SELECT FROM catalog_item item WHERE item.catalog_id = vector.catalog_id AND item.id = vector.item_id
)
"""

# One statement, one snapshot: a partition that is seen was committed with or after its version, which is seen, too.
UNUSED_PARTITIONS = """
SELECT relation.relname, inherits.inhdetachpending
FROM pg_class relation LEFT JOIN pg_inherits inherits ON inherits.inhrelid = relation.oid
WHERE relation.relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = %(parent)s::regclass)
    AND relation.relkind = 'r' AND relation.relname ~ ('^' || %(parent)s || '_m[0-9]+$')
    AND NOT EXISTS (
        SELECT FROM recommender_rankingmodel version
        WHERE relation.relname = %(parent)s || '_m' || version.id AND version.state = ANY(%(kept)s)
    )
ORDER BY inherits.inhdetachpending IS TRUE DESC, relation.oid
"""


def write_partition(model: RankingModel, rows: RankingRows) -> int:
    """Store, index and attach a version's vectors; how many, which is fewer where items were deleted meanwhile.

    Use it in a transaction: what does not end well leaves no table behind.
    """
    _create_table(model)
    _copy(model, rows)
    _build_indexes(model, rows)
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {PARENT} ATTACH PARTITION {model.partition_name} FOR VALUES IN ({model.pk})")
    return len(rows) - _drop_rows_of_deleted_items(model)


def drop_unused_partitions() -> list[str]:
    """Drop the partitions of versions that are retired, failed or deleted; the names of the dropped ones.

    Outside a transaction no reader notices: each is detached first, which waits for those who may still be reading it.
    Inside one, PostgreSQL has only the DROP that stops every reader of the table until the transaction ends.
    """
    dropped: list[str] = []
    with _only_one_dropper() as mine, database_setting("lock_timeout", DETACH_TIMEOUT):
        for name, detach_pending in _unused_partitions() if mine else ():
            try:
                _drop(name, detach_pending)
            except OperationalError as error:
                if not isinstance(error.__cause__, LockNotAvailable) or connection.in_atomic_block:
                    raise
                logger.info("partition %s is still being read: it is dropped later", name)
                break
            dropped.append(name)
    return dropped


def partitions() -> list[str]:
    """The names of the attached partitions, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass ORDER BY inhrelid",
            [PARENT],
        )
        return [row[0] for row in cursor.fetchall()]


def _create_table(model: RankingModel) -> None:
    with connection.cursor() as cursor:
        # The check spares ATTACH the look at each row.
        cursor.execute(
            f"CREATE TABLE {model.partition_name} "
            f"(LIKE {PARENT} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE, "
            f"CONSTRAINT ranking_vector_of_its_model CHECK (model_id = {model.pk} AND catalog_id = {model.catalog_id}))"
        )


def _copy(model: RankingModel, rows: RankingRows) -> None:
    statement = f"COPY {model.partition_name} ({', '.join(COLUMNS)}) FROM STDIN WITH (FORMAT binary)"
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
        for block in copy_blocks(rows, model_id=model.pk, catalog_id=model.catalog_id):
            copy.write(block)


def _build_indexes(model: RankingModel, rows: RankingRows) -> None:
    table = model.partition_name
    links, ef_construction = next(graph[1:] for graph in GRAPHS if len(rows) >= graph[0])
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} ADD PRIMARY KEY (item_id, model_id)")
        cursor.execute(f"CREATE INDEX ranking_vector_popular_m{model.pk} ON {table} (popularity DESC, item_id)")
        with memory_for_build(rows=len(rows), dimension=rows.dimension, links=links):
            cursor.execute(
                f"CREATE INDEX {model.index_name} ON {table} "
                f"USING hnsw ((vector::halfvec({rows.dimension})) halfvec_cosine_ops) "
                f"WITH (m = {links}, ef_construction = {ef_construction})"
            )
        cursor.execute(f"ANALYZE {table}")


def _drop_rows_of_deleted_items(model: RankingModel) -> int:
    """Make the new partition true to its items, as a foreign key would; how many rows went.

    The trigger on catalog_item does not see a partition before its transaction is over. So each item is held first;
    what cannot be held is deleted, or is being deleted by a transaction that is waited for.
    """
    for _ in range(ITEM_LOCK_ATTEMPTS - 1):
        try:
            return _hold_items_and_drop_the_rest(model)
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
        time.sleep(ITEM_LOCK_PAUSE_SECONDS)
    return _hold_items_and_drop_the_rest(model)


@transaction.atomic
def _hold_items_and_drop_the_rest(model: RankingModel) -> int:
    with database_setting("lock_timeout", ITEM_LOCK_TIMEOUT), connection.cursor() as cursor:
        cursor.execute(HOLD_ITEMS.format(partition=model.partition_name), [model.catalog_id])
        cursor.execute(DROP_ROWS_OF_DELETED_ITEMS.format(partition=model.partition_name))
        return int(cursor.rowcount)


def _unused_partitions() -> list[tuple[str, bool | None]]:
    """Their names, and whether an earlier detachment was cut short; None: they are detached."""
    with connection.cursor() as cursor:
        cursor.execute(UNUSED_PARTITIONS, {"parent": PARENT, "kept": list(RankingModel.KEPT_STATES)})
        return list(cursor.fetchall())


def _drop(name: str, detach_pending: bool | None) -> None:
    with connection.cursor() as cursor:
        if detach_pending is not None and not connection.in_atomic_block:
            how = "FINALIZE" if detach_pending else "CONCURRENTLY"
            cursor.execute(f"ALTER TABLE {PARENT} DETACH PARTITION {name} {how}")
        cursor.execute(f"DROP TABLE {name}")


@contextmanager
def _only_one_dropper() -> Iterator[bool]:
    of_transaction = connection.in_atomic_block
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_try_advisory{'_xact' if of_transaction else ''}_lock(%s)", [DROP_LOCK])
        mine = bool(cursor.fetchone()[0])
        try:
            yield mine
        finally:
            if mine and not of_transaction:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [DROP_LOCK])
