"""What must hold after every single step, asked of the rows by one statement; each rule selects what breaks it."""
from datetime import datetime

from django.db import connection

from submissions.models import COUNTERS
from submissions.states import AT_WORK
from tests.simulation.clock import aside

LIVE = "s.abandoned_at IS NULL"
BUSY = ", ".join(f"'{status}'" for status in sorted(AT_WORK))
STATES = ", ".join(f"count(*) FILTER (WHERE state = '{name}') AS n_{name}" for name in COUNTERS)
REPEATING = "'none', 'draining'"       # each gives the same each time
UNLIKE = " OR ".join(f"s.{name} <> coalesce(j.n_{name}, 0)" for name in COUNTERS)

RULES = {
    "a file is in two live slices": """
        SELECT format('%s in %s slices of stage %s', f.file, count(*), f.stage_id)
        FROM campaigns_slicefile f JOIN campaigns_slice c ON c.id = f.slice_id
        WHERE c.state IN ('free', 'taken') GROUP BY f.stage_id, f.for_test, f.file HAVING count(*) > 1""",
    "a file is twice in a round": """
        SELECT format('%s in %s slices of stage %s', f.file, count(*), f.stage_id)
        FROM campaigns_slicefile f WHERE f.round IS NOT NULL GROUP BY f.stage_id, f.for_test, f.round, f.file HAVING count(*) > 1""",
    "a file is given out twice": f"""
        SELECT format('%s by %s', p.file_id, string_agg(s.tag, ' '))
        FROM submissions_submission s JOIN campaigns_slice c ON c.id = s.slice_id AND c.state = 'taken'
        JOIN datasets_project o ON o.name = s.tag JOIN datasets_projectfile p ON p.project_id = o.id
        WHERE {LIVE} AND s.parent_id IS NULL AND s.snapshot->'settings'->>'split' NOT IN ({REPEATING})
        GROUP BY s.stage_id, s.for_test, p.file_id HAVING count(*) > 1""",
    "an intent has two live attempts": f"""
        SELECT format('intent %s: %s', s.intent_id, string_agg(s.tag, ' '))
        FROM submissions_submission s WHERE {LIVE} GROUP BY s.intent_id HAVING count(*) > 1""",
    "an intent is taken and nothing came of it": f"""
        SELECT i.key FROM submissions_launchintent i
        WHERE (i.taken_at IS NOT NULL) <> EXISTS (SELECT FROM submissions_submission s WHERE s.intent_id = i.id AND {LIVE})""",
    "an intent is dropped without a reason, or though it was launched": """
        SELECT i.key FROM submissions_launchintent i WHERE i.dropped_at IS NOT NULL AND (i.why = '' OR i.taken_at IS NOT NULL)""",
    "a recovery is intended twice": """
        SELECT format('step %s of %s', i.step, i.parent_id)
        FROM submissions_launchintent i WHERE i.cause = 'recovery' GROUP BY i.parent_id, i.step HAVING count(*) > 1""",
    "a slice is not as its submission": f"""
        SELECT format('slice %s of stage %s is %s', c.number, c.stage_id, c.state)
        FROM campaigns_slice c LEFT JOIN submissions_submission s ON s.slice_id = c.id AND {LIVE} AND s.parent_id IS NULL
        WHERE CASE c.state WHEN 'free' THEN s.id IS NOT NULL WHEN 'done' THEN s.settled_at IS NULL WHEN 'moved' THEN s.id IS NOT NULL
            WHEN 'taken' THEN s.settled_at IS NOT NULL OR s.id IS NULL AND NOT EXISTS (
                SELECT FROM submissions_launchintent i WHERE i.slice_id = c.id AND i.taken_at IS NULL AND i.dropped_at IS NULL)
            ELSE false END""",
    "counters are unlike their rows": f"""
        SELECT s.tag FROM submissions_submission s
        LEFT JOIN (SELECT submission_id, {STATES} FROM submissions_job GROUP BY submission_id) j ON j.submission_id = s.id
        WHERE {UNLIKE}""",
    "a status has no line of history": """
        SELECT format('%s is %s, its history says %s', s.tag, s.status, h.status)
        FROM submissions_submission s LEFT JOIN LATERAL (
            SELECT status FROM submissions_statuschange c WHERE c.submission_id = s.id ORDER BY c.id DESC LIMIT 1) h ON true
        WHERE h.status IS DISTINCT FROM s.status""",
    "a family is settled and stuck": """
        SELECT s.tag FROM submissions_submission s WHERE s.settled_at IS NOT NULL AND s.stuck <> '' AND s.parent_id IS NULL""",
    "a family is forgotten": f"""
        SELECT format('%s is %s, neither settled nor stuck, and nothing of it is to come', s.tag, s.status)
        FROM submissions_submission s WHERE {LIVE} AND s.parent_id IS NULL AND s.settled_at IS NULL AND s.stuck = ''
        AND NOT EXISTS (SELECT FROM submissions_submission m WHERE (m.id = s.id OR m.parent_id = s.id) AND m.abandoned_at IS NULL
                        AND (m.status IN ({BUSY}) OR m.wrapped <> m.status))
        AND NOT EXISTS (SELECT FROM submissions_launchintent i WHERE i.parent_id = s.id AND i.taken_at IS NULL AND i.dropped_at IS NULL)""",
    "a settled piece has no dependent": """
        SELECT format('%s has no launch of stage %s', s.tag, d.downstream_id)
        FROM submissions_submission s JOIN campaigns_dependency d ON d.upstream_id = s.stage_id AND d.retired_at IS NULL
        JOIN campaigns_stage below ON below.id = d.downstream_id AND below.settings->>'join' = 'each'
        WHERE s.parent_id IS NULL AND s.abandoned_at IS NULL AND s.settled_at > $1 AND NOT EXISTS (
            SELECT FROM submissions_launchintent i
            WHERE i.stage_id = d.downstream_id AND i.cause = 'dependent' AND i.lineage_id = s.lineage_id)""",
    "a dependent is intended twice": """
        SELECT format('stage %s %s', i.stage_id, i.reason) FROM submissions_launchintent i
        WHERE i.cause = 'dependent' GROUP BY i.stage_id, i.reason HAVING count(*) > 1""",
    "launched against a hold": """
        SELECT format('%s of stage %s', s.tag, s.stage_id) FROM submissions_submission s JOIN campaigns_stage t ON t.id = s.stage_id
        WHERE s.created_at > $1 AND EXISTS (
            SELECT FROM campaigns_hold h WHERE h.lifted_at IS NULL AND h.at < $1 AND (h.stage_id = t.id OR h.campaign_id = t.campaign_id))""",
}
WHOLE = " UNION ALL ".join(f"SELECT '{name}', w.text FROM ({rule}) AS w(text)" for name, rule in RULES.items())


def prepare() -> None:
    """Once a connection: planned once, asked after every step."""
    aside(f"DEALLOCATE ALL; PREPARE always (timestamptz) AS {WHOLE}")


def broken(since: datetime) -> list[tuple[str, str]]:
    """Every rule that does not hold now, with what breaks it; `since` is when the step began."""
    with connection.connection.cursor() as cursor:
        cursor.execute("EXECUTE always (%s)", [since])
        return cursor.fetchall()
