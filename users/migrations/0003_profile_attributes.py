"""What programs know of a person beyond what GENRE asks for, and when a profile was changed."""

import django.db.models.functions.datetime
from django.db import migrations, models

NOTE_CHANGE = """
CREATE FUNCTION genre_note_profile_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := statement_timestamp();
    RETURN NEW;
END $$;
CREATE TRIGGER profile_changed BEFORE UPDATE ON users_profile FOR EACH ROW
WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION genre_note_profile_change();
"""
NOTE_NO_CHANGE = """
DROP TRIGGER profile_changed ON users_profile;
DROP FUNCTION genre_note_profile_change();
"""


class Migration(migrations.Migration):
    dependencies = [("users", "0002_limits_cache")]

    operations = [
        migrations.AddField(
            model_name="profile",
            name="attributes",
            field=models.JSONField(
                blank=True,
                db_default=models.Value({}, models.JSONField()),
                default=dict,
                verbose_name="attributes",
            ),
        ),
        migrations.AddField(
            model_name="profile",
            name="updated_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="changed"
            ),
        ),
        migrations.RunSQL(NOTE_CHANGE, NOTE_NO_CHANGE),
    ]
