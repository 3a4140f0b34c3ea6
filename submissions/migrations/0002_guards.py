"""What Django cannot say: the guards of status and snapshot, jobs in partitions, the name of this database."""
from django.db import migrations

GUARD = """
CREATE FUNCTION status_needs_a_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM submissions_statuschange
                   WHERE submission_id = NEW.id AND status = NEW.status AND transaction = txid_current()) THEN
        RAISE EXCEPTION 'submission % became % without a StatusChange', NEW.id, NEW.status USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER status_needs_a_change AFTER UPDATE ON submissions_submission DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION status_needs_a_change();
CREATE FUNCTION snapshot_never_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the snapshot of submission % is as it was at launch', NEW.id USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER snapshot_never_changes BEFORE UPDATE ON submissions_submission
    FOR EACH ROW WHEN (OLD.snapshot IS DISTINCT FROM NEW.snapshot OR OLD.tag <> NEW.tag) EXECUTE FUNCTION snapshot_never_changes();
"""
UNGUARD = """
DROP TRIGGER status_needs_a_change ON submissions_submission; DROP FUNCTION status_needs_a_change();
DROP TRIGGER snapshot_never_changes ON submissions_submission; DROP FUNCTION snapshot_never_changes();
"""

# Django sees `id`; the key of a partitioned table must hold the column of its ranges, and nothing points to a job.
PARTITIONED = """
CREATE SEQUENCE submissions_job_number;
DROP TABLE submissions_job;
CREATE TABLE submissions_job (
    id bigint NOT NULL DEFAULT nextval('submissions_job_number'), submission_id bigint NOT NULL, schedd varchar(120) NOT NULL,
    cluster varchar(40) NOT NULL, proc integer NOT NULL CHECK (proc >= 0), state varchar(8) NOT NULL, heard_at timestamptz NOT NULL,
    attempt integer, exit_code integer, signal integer, site varchar(80), host varchar(120), cpu_s double precision,
    wall_s double precision, memory_mb integer, started_at timestamptz, ended_at timestamptz, reason varchar(500),
    PRIMARY KEY (submission_id, id), CONSTRAINT one_row_a_job UNIQUE (submission_id, schedd, cluster, proc)
) PARTITION BY RANGE (submission_id);
ALTER SEQUENCE submissions_job_number OWNED BY submissions_job.id;
CREATE TABLE submissions_job_first PARTITION OF submissions_job FOR VALUES FROM (0) TO (100000);
CREATE TABLE submissions_job_rest PARTITION OF submissions_job DEFAULT;
"""
NAME = "INSERT INTO submissions_instance (name) SELECT substr(md5(gen_random_uuid()::text), 1, 6)"


class Migration(migrations.Migration):
    dependencies = [("submissions", "0001_initial")]
    operations = [
        migrations.RunSQL(GUARD, UNGUARD),
        migrations.RunSQL(PARTITIONED, migrations.RunSQL.noop),
        migrations.RunSQL(NAME, migrations.RunSQL.noop),
    ]
