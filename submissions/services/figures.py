"""What the charts of a stage or a campaign are drawn of: sums that the writer kept. Nothing here counts jobs."""
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.functional import cached_property

from campaigns.models import CampaignVersion
from pomssite.kit.spans import Span
from submissions.models import JobBin, JobSum, Submission
from submissions.models.census import CPU, MEMORY, OVER
from submissions.models.submission import COUNTERS
from submissions.states import JobState

POINTS, SHOWN = 300, 40         # of a line; submissions beside each other
WIDTHS = (300, 900, 3600, 3 * 3600, 24 * 3600)
# OFFSET 0: submission by submission, by the index; else all sums that there are would be read for those of a few thousand
SAID = """
    WITH whole (id, stage) AS MATERIALIZED ({whole}), chosen (id, stage) AS MATERIALIZED ({chosen}),
    sums AS MATERIALIZED (
        SELECT w.stage, j.state, j.exit_code, j.signal, j.site, sum(j.jobs) AS jobs FROM whole AS w CROSS JOIN LATERAL (
            SELECT * FROM submissions_jobsum WHERE submission_id = w.id AND jobs > 0 OFFSET 0) AS j GROUP BY 1, 2, 3, 4, 5),
    bins AS MATERIALIZED (
        SELECT c.stage, b.kind, b.bin, sum(b.jobs) AS jobs FROM chosen AS c CROSS JOIN LATERAL (
            SELECT * FROM submissions_jobbin WHERE submission_id = c.id AND kind IN ('cpu', 'over') AND jobs > 0 OFFSET 0) AS b GROUP BY 1, 2, 3),
    newest AS (SELECT id FROM chosen WHERE EXISTS (SELECT 1 FROM submissions_jobbin AS b WHERE b.submission_id = chosen.id AND b.kind = 'memory')
               ORDER BY id DESC LIMIT %s)
    SELECT 'sum', state, exit_code, signal, site, sum(jobs)::bigint FROM sums GROUP BY 2, 3, 4, 5
    UNION ALL
    SELECT 'stage', state, stage, NULL, NULL, sum(jobs)::bigint FROM sums GROUP BY 2, 3
    UNION ALL
    SELECT kind, '', bin, NULL, NULL, sum(jobs)::bigint FROM bins GROUP BY 1, 3
    UNION ALL
    SELECT 'stage ' || kind, '', bin, stage, NULL, jobs FROM bins
    UNION ALL
    SELECT b.kind, s.id::text, b.bin, p.number, s.asked, b.jobs
    FROM (SELECT id, slice_id, snapshot->'requests'->>'memory_mb' AS asked FROM submissions_submission WHERE id IN (SELECT id FROM newest)) AS s
    JOIN submissions_jobbin AS b ON b.submission_id = s.id AND b.kind = 'memory' AND b.jobs > 0
    LEFT JOIN campaigns_slice AS p ON p.id = s.slice_id
    UNION ALL
    SELECT 'flow', state, NULL, NULL, second::text, sum(jobs)
    FROM (SELECT *, CASE WHEN at >= %s THEN floor(extract(epoch FROM at) / %s)::bigint * %s END AS second
          FROM submissions_jobflow WHERE stage_id = ANY(%s) AND at < %s) AS f, LATERAL (VALUES {turned}) AS of (state, jobs)
    GROUP BY 2, 5 HAVING sum(jobs) <> 0"""
TURNED = ", ".join(f"('{state}', {state})" for state in COUNTERS)
NOWHERE = "-"
NUMBERS = {"exit": 999_999_999, "signal": 999_999_999, "cpu": 32_767, "memory": 32_767}      # and the largest that its column holds


@dataclass(frozen=True)
class Chosen:
    """Which jobs somebody asked for by pressing a bar."""

    site: str = ""
    state: str = ""
    exit: int | None = None
    signal: int | None = None
    cpu: int | None = None          # a bin
    memory: int | None = None

    @classmethod
    def read(cls, words: Mapping[str, str]) -> "Chosen":
        """As an address says it; what makes no sense is passed over."""
        state, site = words.get("state", ""), words.get("site", "")[:80].replace("\0", "")
        numbers = {name: _number(words.get(name, ""), most) for name, most in NUMBERS.items()}
        return cls(site=site, state=state if state in list(JobState) else "", **numbers)

    @property
    def of_sums(self) -> dict[str, Any]:
        """The columns of a sum of such jobs; `-` is the site of those that have told none."""
        said = {"state": self.state or None, "exit_code": self.exit, "signal": self.signal, "site": self.site or None}
        kept: dict[str, Any] = {name: value for name, value in said.items() if value is not None}
        return kept | {"site": None} if self.site == NOWHERE else kept

    def fits(self, each: "JobsOfAKind", *, but: tuple[str, ...] = ()) -> bool:
        """What a chart of one thing leaves out is the choice of that thing."""
        has = {"state": each.state, "exit_code": each.exit, "signal": each.signal, "site": each.site}
        return all(has[name] == value for name, value in self.of_sums.items() if name not in but)


class JobsOfAKind(NamedTuple):
    """Jobs in one state, with one end, at one site."""

    state: str
    exit: int | None
    signal: int | None
    site: str | None
    jobs: int


class Cell(NamedTuple):
    """Jobs of one submission whose peak memory was about that."""

    submission: int
    bin: int
    slice: int | None
    asked: int | None
    jobs: int


def _number(text: str, most: int) -> int | None:
    fits = text.removeprefix("-").isdecimal() and text.isascii() and len(text) <= 10
    return int(text) if fits and abs(int(text)) <= most else None


def at_work(stages: Sequence[int], span: Span, chosen: Chosen = Chosen()) -> QuerySet[Submission]:
    """Their submissions that were at work in that time, and have such jobs; attempts that were given up are left out."""
    rows = Submission.objects.filter(Q(ended_at=None) | Q(ended_at__gte=span.begins), stage__in=stages, abandoned_at=None, created_at__lt=span.ends)
    if chosen.of_sums:
        rows = rows.filter(pk__in=JobSum.objects.filter(jobs__gt=0, submission__stage__in=stages, **chosen.of_sums).values("submission"))
    for kind, place in ((CPU, chosen.cpu), (MEMORY, chosen.memory)):
        if place is not None:
            rows = rows.filter(pk__in=JobBin.objects.filter(kind=kind, bin=place, jobs__gt=0, submission__stage__in=stages).values("submission"))
    return rows


class Figures:
    """The numbers of some stages of a campaign in one span of time."""

    def __init__(self, campaign: int, stages: Sequence[int], span: Span, chosen: Chosen = Chosen(), *, shown: int = SHOWN) -> None:
        """`shown`: of so many of the newest submissions it is told how much memory their jobs used."""
        self.campaign, self.stages, self.span, self.chosen, self._shown = campaign, list(stages), span, chosen, shown

    @property
    def flows(self) -> list[tuple[int | None, Counter[str]]]:
        """How many more were in each state after each piece of time; the first, without a time, is all that was before."""
        found: dict[int | None, Counter[str]] = {}
        for what, state, _, _, second, jobs in self._said:
            if what == "flow":
                found.setdefault(int(second) if second else None, Counter())[state] = jobs
        return sorted(found.items(), key=lambda item: item[0] or 0)

    @cached_property
    def _said(self) -> list[tuple]:
        """Everything in one statement: what it is, four keys, a number."""
        if not self.stages:
            return []
        span, width = self.span, next((width for width in WIDTHS if self.span.long.total_seconds() / width <= POINTS), WIDTHS[-1])
        whole, chosen = (at_work(self.stages, span, jobs).values("pk", "stage").query.sql_with_params() for jobs in (Chosen(), self.chosen))
        with connection.cursor() as cursor:
            cursor.execute(SAID.format(whole=whole[0], chosen=chosen[0], turned=TURNED),
                           (*whole[1], *chosen[1], self._shown, span.begins, width, width, self.stages, span.ends))
            return cursor.fetchall()

    @property
    def sums(self) -> list[JobsOfAKind]:
        """Jobs by state, end and site, of all that was at work."""
        return [JobsOfAKind(*row[1:]) for row in self._said if row[0] == "sum"]

    @property
    def efficiency(self) -> Counter[int]:
        """Ended jobs by twentieths of CPU / wall."""
        return Counter({place: jobs for what, _, place, _, _, jobs in self._said if what == CPU})

    @property
    def by_stage(self) -> dict[int, Counter[str]]:
        """Of each stage its jobs by state, of all that was at work."""
        found: dict[int, Counter[str]] = {}
        for what, state, stage, *_, jobs in self._said:
            if what == "stage":
                found.setdefault(stage, Counter())[state] = jobs
        return found

    @property
    def efficiency_by_stage(self) -> dict[int, Counter[int]]:
        """Of each stage its ended jobs by twentieths of CPU / wall."""
        found: dict[int, Counter[int]] = {}
        for what, _, place, stage, _, jobs in self._said:
            if what == f"stage {CPU}":
                found.setdefault(stage, Counter())[place] = jobs
        return found

    @property
    def over(self) -> int:
        """Jobs that used more memory than was asked for."""
        return sum(jobs for what, *_, jobs in self._said if what == OVER)

    @property
    def memory(self) -> list[Cell]:
        """Of the newest submissions."""
        return [Cell(int(pk), place, number, int(asked) if asked else None, jobs)
                for what, pk, place, number, asked, jobs in self._said if what == MEMORY]

    @cached_property
    def marks(self) -> list[tuple[Any, str]]:
        """When the campaign was saved."""
        rows = CampaignVersion.objects.filter(campaign=self.campaign, at__range=(self.span.begins, self.span.ends))
        return [(row.at, f"version {row.number}") for row in rows.only("at", "number").order_by("-pk")[:6]]
