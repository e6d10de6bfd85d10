"""Where limits of requests are counted (CACHES in the settings). After a crash it is empty, and limits start anew."""

from django.db import migrations

CREATE = """
CREATE UNLOGGED TABLE genre_cache (
    cache_key varchar(255) NOT NULL PRIMARY KEY,
    value text NOT NULL,
    expires timestamp with time zone NOT NULL
);
CREATE INDEX genre_cache_expires ON genre_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("users", "0001_initial")]

    operations = [migrations.RunSQL(CREATE, "DROP TABLE genre_cache")]
