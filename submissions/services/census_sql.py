"""The statements of the ledger of jobs. Each is one moment: jobs and the lines about them are committed together."""

STATES = ("idle", "held", "running", "lost", "removed", "failed", "done")
_COLUMNS = ", ".join(STATES)
_EACH = ", ".join(f"coalesce(sum((r->>2)::int) FILTER (WHERE r->>1 = '{state}'), 0)" for state in STATES)
_ADDED = ", ".join(f"{state} = f.{state} + excluded.{state}" for state in STATES)
_SUMMED = ", ".join(f"sum({state})" for state in STATES)
_OF_SITES = ("campaign_id", "site", "done", "failed", "cpu_s", "wall_s")
_SITES_ADDED = ", ".join(f"{column} = t.{column} + excluded.{column}" for column in _OF_SITES[2:])
_TURNED = ", ".join(f"('{state}', {state})" for state in STATES)

FOLD = f"""
WITH few AS (
    DELETE FROM submissions_censusline WHERE id IN (SELECT id FROM submissions_censusline ORDER BY id LIMIT %s)
    RETURNING stage_id, submission_id, said),
sums AS (
    INSERT INTO submissions_jobsum AS s (submission_id, state, exit_code, signal, site, jobs, cpu_s, wall_s)
    SELECT submission_id, r->>0, (r->>1)::int, (r->>2)::int, r->>3, sum((r->>4)::int), sum((r->>5)::bigint), sum((r->>6)::bigint)
    FROM few, jsonb_array_elements(said->'sums') AS r GROUP BY 1, 2, 3, 4, 5
    ON CONFLICT (submission_id, state, exit_code, signal, site)
    DO UPDATE SET jobs = s.jobs + excluded.jobs, cpu_s = s.cpu_s + excluded.cpu_s, wall_s = s.wall_s + excluded.wall_s),
bins AS (
    INSERT INTO submissions_jobbin AS b (submission_id, kind, bin, jobs)
    SELECT submission_id, r->>0, (r->>1)::int, sum((r->>2)::int) FROM few, jsonb_array_elements(said->'bins') AS r GROUP BY 1, 2, 3
    ON CONFLICT (submission_id, kind, bin) DO UPDATE SET jobs = b.jobs + excluded.jobs),
sites AS (
    INSERT INTO submissions_sitesum AS t ({", ".join(_OF_SITES)})
    SELECT g.campaign_id, r->>3, coalesce(sum((r->>4)::int) FILTER (WHERE r->>0 = 'done'), 0),
           coalesce(sum((r->>4)::int) FILTER (WHERE r->>0 = 'failed'), 0), sum((r->>5)::bigint), sum((r->>6)::bigint)
    FROM few JOIN campaigns_stage AS g ON g.id = few.stage_id, jsonb_array_elements(said->'sums') AS r
    WHERE NOT said ? 'mends' GROUP BY 1, 2
    ON CONFLICT (campaign_id, site) DO UPDATE SET {_SITES_ADDED}),
flows AS (
    INSERT INTO submissions_jobflow AS f (stage_id, at, grain, {_COLUMNS})
    SELECT stage_id, to_timestamp((r->>0)::bigint), 0, {_EACH}
    FROM few, jsonb_array_elements(said->'flows') AS r GROUP BY 1, 2
    ON CONFLICT (stage_id, at) DO UPDATE SET {_ADDED})
SELECT count(*), array_agg(DISTINCT submission_id) FILTER (WHERE submission_id IS NOT NULL) FROM few"""

EMPTY = "DELETE FROM submissions_jobsum WHERE submission_id = ANY(%s) AND jobs = 0 AND cpu_s = 0 AND wall_s = 0"

THIN = f"""
WITH old AS (DELETE FROM submissions_jobflow WHERE grain < %(grain)s AND at < date_trunc(%(unit)s, %(before)s::timestamptz, 'UTC') RETURNING *)
INSERT INTO submissions_jobflow AS f (stage_id, at, grain, {_COLUMNS})
SELECT stage_id, date_trunc(%(unit)s, at, 'UTC'), %(grain)s, {_SUMMED} FROM old GROUP BY 1, 2
ON CONFLICT (stage_id, at) DO UPDATE SET grain = excluded.grain, {_ADDED}"""

WRONG_SUMS = """
WITH counted AS (
    SELECT submission_id, state, exit_code, signal, site, count(*) AS jobs, sum(trunc(coalesce(cpu_s, 0)))::bigint AS cpu,
           sum(trunc(coalesce(wall_s, 0)))::bigint AS wall
    FROM submissions_job GROUP BY 1, 2, 3, 4, 5),
kept AS (
    SELECT submission_id, state, exit_code, signal, site, jobs, cpu_s, wall_s FROM submissions_jobsum
    UNION ALL
    SELECT submission_id, r->>0, (r->>1)::int, (r->>2)::int, r->>3, (r->>4)::int, (r->>5)::bigint, (r->>6)::bigint
    FROM submissions_censusline, jsonb_array_elements(said->'sums') AS r),
differ AS (
    SELECT submission_id, state, exit_code, signal, site, sum(jobs) AS jobs, sum(cpu) AS cpu, sum(wall) AS wall
    FROM (SELECT * FROM counted UNION ALL
          SELECT submission_id, state, exit_code, signal, site, -jobs, -cpu_s, -wall_s FROM kept) AS both_of_them
    GROUP BY 1, 2, 3, 4, 5 HAVING sum(jobs) <> 0 OR sum(cpu) <> 0 OR sum(wall) <> 0),
mended AS (
    INSERT INTO submissions_censusline (stage_id, submission_id, said)
    SELECT s.stage_id, s.id, jsonb_build_object('sums', jsonb_agg(jsonb_build_array(state, exit_code, signal, site, jobs, cpu, wall)),
                                                'bins', '[]'::jsonb, 'flows', '[]'::jsonb, 'mends', true)
    FROM differ AS d JOIN submissions_submission AS s ON s.id = d.submission_id GROUP BY s.id)
SELECT concat('submission ', submission_id, ': jobs ', state, ' with exit ', coalesce(exit_code::text, '?'), ' at ', coalesce(site, '?'),
              ' are ', jobs, ' more than were counted, CPU ', cpu, ' s, wall ', wall, ' s')
FROM differ ORDER BY submission_id"""

# Only folding writes either side: compared where nobody folds. What mends the sums of submissions is not added here (`mends`).
WRONG_SITES = f"""
WITH differ AS (
    SELECT campaign_id, site, sum(done) AS done, sum(failed) AS failed, sum(cpu_s) AS cpu_s, sum(wall_s) AS wall_s FROM (
        SELECT g.campaign_id, j.site, CASE WHEN j.state = 'done' THEN j.jobs ELSE 0 END AS done,
               CASE WHEN j.state = 'failed' THEN j.jobs ELSE 0 END AS failed, j.cpu_s, j.wall_s
        FROM submissions_jobsum AS j JOIN submissions_submission AS s ON s.id = j.submission_id JOIN campaigns_stage AS g ON g.id = s.stage_id
        UNION ALL SELECT campaign_id, site, -done, -failed, -cpu_s, -wall_s FROM submissions_sitesum) AS both_of_them
    GROUP BY 1, 2 HAVING sum(done) <> 0 OR sum(failed) <> 0 OR sum(cpu_s) <> 0 OR sum(wall_s) <> 0),
mended AS (
    INSERT INTO submissions_sitesum AS t ({", ".join(_OF_SITES)}) SELECT * FROM differ
    ON CONFLICT (campaign_id, site) DO UPDATE SET {_SITES_ADDED})
SELECT concat('campaign ', campaign_id, ' at ', coalesce(site, '?'), ': ', done, ' more done, ', failed, ' more failed than were counted, CPU ',
              cpu_s, ' s, wall ', wall_s, ' s')
FROM differ ORDER BY campaign_id, site"""

BINS_OF_JOBS = """
    SELECT j.submission_id, 'cpu' AS kind,
           least(19, trunc(cpu_s / (wall_s * coalesce((s.snapshot->'requests'->>'cpus')::int, 1)) * 20))::int AS bin
    FROM submissions_job AS j JOIN submissions_submission AS s ON s.id = j.submission_id
    WHERE j.state IN ('done', 'failed') AND wall_s <> 0 AND cpu_s IS NOT NULL
    UNION ALL
    SELECT submission_id, 'memory', least(9999, memory_mb / 100) FROM submissions_job WHERE memory_mb IS NOT NULL
    UNION ALL
    SELECT j.submission_id, 'over', 0 FROM submissions_job AS j JOIN submissions_submission AS s ON s.id = j.submission_id
    WHERE memory_mb > (s.snapshot->'requests'->>'memory_mb')::int"""

WRONG_BINS = f"""
WITH differ AS (
    SELECT submission_id, kind, bin, sum(jobs) AS jobs FROM (
        SELECT submission_id, kind, bin, count(*) AS jobs FROM ({BINS_OF_JOBS}) AS of_jobs GROUP BY 1, 2, 3
        UNION ALL SELECT submission_id, kind, bin, -jobs FROM submissions_jobbin
        UNION ALL SELECT submission_id, r->>0, (r->>1)::int, -(r->>2)::int
                  FROM submissions_censusline, jsonb_array_elements(said->'bins') AS r) AS both_of_them
    GROUP BY 1, 2, 3 HAVING sum(jobs) <> 0),
mended AS (
    INSERT INTO submissions_censusline (stage_id, submission_id, said)
    SELECT s.stage_id, s.id, jsonb_build_object('bins', jsonb_agg(jsonb_build_array(kind, bin, jobs)), 'sums', '[]'::jsonb, 'flows', '[]'::jsonb)
    FROM differ AS d JOIN submissions_submission AS s ON s.id = d.submission_id GROUP BY s.id)
SELECT concat('submission ', submission_id, ': jobs of ', kind, ' ', bin, ' are ', jobs, ' more than were counted')
FROM differ ORDER BY submission_id"""

# The past of a job is not kept in its row: of a stage whose sums are wrong the flows are made anew, of what its jobs say of themselves.
WRONG_FLOWS = f"""
WITH kept AS (
    SELECT stage_id, extract(epoch FROM at)::bigint AS second, state, jobs FROM submissions_jobflow, LATERAL (VALUES {_TURNED}) AS of (state, jobs)
    WHERE jobs <> 0
    UNION ALL SELECT stage_id, (r->>0)::bigint, r->>1, (r->>2)::int FROM submissions_censusline, jsonb_array_elements(said->'flows') AS r),
wrong AS (
    SELECT stage_id, state, sum(jobs) AS jobs FROM (
        SELECT s.stage_id, j.state, j.jobs FROM (SELECT submission_id, state, count(*) AS jobs FROM submissions_job GROUP BY 1, 2) AS j
        JOIN submissions_submission AS s ON s.id = j.submission_id
        UNION ALL SELECT stage_id, state, -jobs FROM kept) AS both_of_them
    GROUP BY 1, 2 HAVING sum(jobs) <> 0),
jobs AS (
    SELECT s.stage_id, j.state, s.created_at AS came,
           CASE WHEN j.started_at IS NOT NULL THEN greatest(s.created_at, j.started_at) END AS began,
           CASE WHEN j.state = 'running' THEN greatest(s.created_at, j.started_at, j.heard_at)
                ELSE greatest(s.created_at, j.started_at, coalesce(j.ended_at, j.heard_at)) END AS ended
    FROM submissions_job AS j JOIN submissions_submission AS s ON s.id = j.submission_id
    WHERE s.stage_id IN (SELECT stage_id FROM wrong)),
told AS (
    SELECT stage_id, came AS at, 'idle' AS state, 1 AS jobs FROM jobs
    UNION ALL SELECT stage_id, began, 'idle', -1 FROM jobs WHERE began IS NOT NULL
    UNION ALL SELECT stage_id, began, 'running', 1 FROM jobs WHERE began IS NOT NULL
    UNION ALL SELECT stage_id, ended, CASE WHEN began IS NULL THEN 'idle' ELSE 'running' END, -1 FROM jobs
    UNION ALL SELECT stage_id, ended, state, 1 FROM jobs),
differ AS (
    SELECT stage_id, second, state, sum(jobs) AS jobs FROM (
        SELECT stage_id, floor(extract(epoch FROM at) / 300)::bigint * 300 AS second, state, jobs FROM told
        UNION ALL SELECT stage_id, second, state, -jobs FROM kept WHERE stage_id IN (SELECT stage_id FROM wrong)) AS both_of_them
    GROUP BY 1, 2, 3 HAVING sum(jobs) <> 0),
mended AS (
    INSERT INTO submissions_censusline (stage_id, said)
    SELECT stage_id, jsonb_build_object('flows', jsonb_agg(jsonb_build_array(second, state, jobs)), 'sums', '[]'::jsonb, 'bins', '[]'::jsonb)
    FROM differ GROUP BY stage_id)
SELECT concat('stage ', stage_id, ': ', jobs, ' more ', state, ' than came and went') FROM wrong ORDER BY stage_id"""
