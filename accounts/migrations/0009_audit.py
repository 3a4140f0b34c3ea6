"""The token with which a script came; indexes for the pages of the audit; and the database keeps what was written."""
from django.db import migrations, models

GUARD = """
CREATE FUNCTION event_never_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'event % is as it was written', OLD.id USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER event_never_changes BEFORE UPDATE ON accounts_event
    FOR EACH ROW WHEN (OLD.number IS NOT NULL OR
        (OLD.id, OLD.experiment_id, OLD.what, OLD.thing, OLD.by, OLD.role, OLD.door, OLD.token, OLD.before, OLD.after, OLD.why, OLD.run, OLD.stage, OLD.at)
        IS DISTINCT FROM
        (NEW.id, NEW.experiment_id, NEW.what, NEW.thing, NEW.by, NEW.role, NEW.door, NEW.token, NEW.before, NEW.after, NEW.why, NEW.run, NEW.stage, NEW.at))
    EXECUTE FUNCTION event_never_changes();
CREATE TRIGGER event_never_goes BEFORE DELETE ON accounts_event FOR EACH ROW EXECUTE FUNCTION event_never_changes();
"""
UNGUARD = """
DROP TRIGGER event_never_changes ON accounts_event; DROP TRIGGER event_never_goes ON accounts_event; DROP FUNCTION event_never_changes();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_ending_credentials")]

    operations = [
        migrations.AddField("event", "token", models.CharField(blank=True, db_default="", max_length=100)),
        migrations.RemoveIndex("event", "event_of_an_experiment"),
        migrations.AddIndex("event", models.Index(fields=["experiment", "at", "id"], name="event_by_time")),
        migrations.AddIndex("event", models.Index(
            fields=["experiment", "at", "id"], condition=models.Q(("role", ""), _negated=True), name="event_by_people")),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
