"""The rows of the years: runs, intents, slices, submissions, every status they had, and the events of all that."""
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import cache
from random import Random

from accounts.models import Event
from campaigns import document
from campaigns.models import Slice
from submissions.models import GridCluster, LaunchIntent, Order, Run, StatusChange, Submission
from submissions.states import AT_WORK, Status
from tests.sizes import ground, plan
from tests.sizes.pouring import fill, pour, text
from tests.sizes.story import Sub

SCHEDDS = tuple(f"jobsub{number:02d}.example.org" for number in range(1, 7))
GATES = ("launches of the campaign are held", "12 of at most 12 submissions of the stage are at work", "a downtime until tomorrow 06:00")
TAG = "lab-{}"
BY = {Status.LOCATED: "wrapup", Status.NEW: "launch", Status.LAUNCH_FAILED: "launch"}


def pour_history(told: Sequence[Sub], now: datetime, luck: Random) -> None:
    """In the order in which they point to one another."""
    _runs(told, now)
    _slices(told)
    _intents(told, now, luck)
    _submissions(told, now)
    fill(StatusChange, ["submission_id", "status", "by", "why", "at"], _changes(told, now))
    fill(Event, ["experiment_id", "what", "thing", "by", "door", "before", "after", "run", "stage", "at"], _events(told, now))
    fill(GridCluster, ["submission_id", "batch", "schedd", "cluster"],
         ((sub.number, "default", schedd(sub), cluster(sub)) for sub in told if sub.jobs))
    fill(Order, ["submission_id", "deed", "by", "why", "asked_at", "done_at"],
         ((sub.number, "remove", "jkim", "wrong release", ended, ended) for sub in told
          if sub.status == Status.REMOVED and (ended := moment(now, sub.ended or 0))))


def moment(now: datetime, seconds: float) -> datetime:
    return now + timedelta(seconds=round(seconds))


def schedd(sub: Sub) -> str:
    return SCHEDDS[sub.number % len(SCHEDDS)]


def cluster(sub: Sub) -> str:
    return str(48_000_000 + sub.number * 7)


def dimensions(sub: Sub) -> str:
    if sub.fed:
        return f"ischildof: (snapshot_for_project_name {TAG.format(sub.fed.number)}) and file_name %.root"
    return f"data_tier raw and slice {sub.slice}"


def _owner(sub: Sub) -> tuple:
    campaign = sub.stage.campaign
    return campaign.experiment, ground.USERS[campaign.creator], "analysis" if campaign.is_analysis else "production"


def _runs(told: Sequence[Sub], now: datetime) -> None:
    begun = {}
    for sub in told:
        begun.setdefault(sub.run, sub)
    fill(Run, ["id", *ground.OWNED, "key", "stage_id", "begun_at", "exhausted_at", "changed"],
         ((run, *_owner(sub), f"cron:{run}:{sub.stage.number}", (sub.root or sub).stage.number, moment(now, sub.begun), moment(now, sub.begun), False)
          for run, sub in begun.items()))


def _slices(told: Sequence[Sub]) -> None:
    """A slice has the number of its submission, so that nothing need be looked up."""
    rows = ((sub.number, sub.stage.number, sub.slice, dimensions(sub), max(1, sub.inputs), "done" if sub.settled is not None else "taken")
            for sub in told if sub.slice)
    fill(Slice, ["id", "stage_id", "number", "dimensions", "count", "state"], rows)


def _intents(told: Sequence[Sub], now: datetime, luck: Random) -> None:
    """One a submission, taken; and some of the newest stages wait for their turn."""
    names = ["id", *ground.OWNED, "key", "cause", "run_id", "stage_id", "parent_id", "lineage_id", "step", "recorded_at", "not_before", "taken_at",
             "dropped_at", "attempts", "refusals", "gate", "why", "recheck_at"]
    fill(LaunchIntent, names, _taken(told, now))
    live = [sub for sub in told[-2000:] if sub.status in AT_WORK]
    waits = [(len(told) + place, *_owner(sub), f"keep:{sub.run}:{sub.stage.number}:waits{place}", "keep", sub.run, sub.stage.number, None, None, 0,
              moment(now, sub.begun), moment(now, sub.begun), None, None, 0, 0, luck.choice(GATES), "", now + timedelta(days=3650))
             for place, sub in enumerate(live[::4], 1)]
    fill(LaunchIntent, names, waits)


def _taken(told: Sequence[Sub], now: datetime) -> Iterator[tuple]:
    for sub in told:
        at, refused = moment(now, sub.begun), sub.is_abandoned
        yield (sub.number, *_owner(sub), *_cause(sub), sub.run, sub.stage.number, sub.first and sub.first.number,
               sub.root.number if sub.root and sub.fed else None, sub.step, at, at, None if refused else at, at if refused else None,
               3 * refused, 3 * refused, "", "refused 3 times: the schedd does not answer" if refused else "", None)


def _cause(sub: Sub) -> tuple[str, str]:
    if sub.first:
        return f"recovery:{sub.first.number}:{sub.step}", "recovery"
    if sub.fed:
        return f"dependent:{sub.fed.number}:{sub.stage.number}:{sub.number}", "dependent"
    cause = ("manual", "schedule", "keep", "keep")[sub.number % 4]
    return f"{cause}:{sub.run}:{sub.stage.number}:{sub.slice}:{sub.number}", cause


def _submissions(told: Sequence[Sub], now: datetime) -> None:
    names = ["id", *ground.OWNED, "intent_id", "run_id", "lineage_id", "parent_id", "step", "stage_id", "version_id", "slice_id", "tag", "dimensions",
             "status", "sent_at", "abandoned_at", "created_at", "ended_at", "heard_at", "wrapped", "settled_at", "stuck", "inputs", "expected",
             "idle", "held", "running", "removed", "failed", "done", "snapshot"]
    pour(Submission, names, ("\t".join((*map(_cell, _row(sub, now)), _snapshot(sub))) for sub in told))


def _cell(value: object) -> str:
    if value is None:
        return r"\N"
    return value.isoformat() if isinstance(value, datetime) else text(str(value))


def _row(sub: Sub, now: datetime) -> Iterator[object]:
    def at(seconds: float | None) -> datetime | None:
        return None if seconds is None else moment(now, seconds)

    last, ended = sub.history[-1][1], sub.ended
    yield from (sub.number, *_owner(sub), sub.number, sub.run, (sub.root or sub).number, sub.first and sub.first.number, sub.step, sub.stage.number)
    yield from (sub.stage.campaign.version, sub.number if sub.slice else None, TAG.format(sub.number), dimensions(sub), sub.status)
    yield from (at(sub.begun + 1) if len(sub.history) > 1 else None, at(last) if sub.is_abandoned else None, at(sub.begun), at(ended), at(last))
    yield from (sub.status if ended is not None else "", at(sub.settled), sub.stuck, sub.inputs, sub.jobs or None)
    yield from (sub.counters.get(name, 0) for name in ("idle", "held", "running", "removed", "failed", "done"))


def _snapshot(sub: Sub) -> str:
    words = _words(sub.stage)
    return words.replace("@TAG@", TAG.format(sub.number)).replace("@JOBS@", str(sub.jobs or 1)).replace("@NUMBER@", str(sub.number))


@cache
def _words(stage: plan.Stage) -> str:
    """What a launch of this stage copies; its tag and number are put in."""
    campaign = stage.campaign
    settings = asdict(document.settled(ground.settings_of(stage), ground.SETTINGS, ()))
    pairs = [["--stage ", stage.name], ["--memory ", "2000MB"]]
    environment = {"POMS_TAG": "@TAG@", "POMS_EXPERIMENT": campaign.experiment, "POMS4_SUBMISSION_ID": "@NUMBER@",
                   "POMS4_CAMPAIGN_ID": str(campaign.number), "POMS4_CAMPAIGN_NAME": campaign.name, "POMS4_CAMPAIGN_STAGE_NAME": stage.name}
    kept = {
        "settings": settings, "job_type": {"id": 1, "name": "reconstruct", "launch_script": "fife_launch -c reconstruct.cfg", "parameters": [],
                                           "output_file_patterns": "%.root", "style": "submitter", "input_files_per_job": 1,
                                           "output_files_per_job": 1, "recoveries": [{"kind": "consumed_status", "overrides": []},
                                                                                     {"kind": "pending_files", "overrides": []}]},
        "login_setup": {"id": 1, "name": "farm", "host": f"{campaign.experiment}gpvm01.example.org", "account": f"{campaign.experiment}pro",
                        "setup": "source setup.sh", "batch": "default"},
        "catalogue": "default", "group": campaign.experiment, "campaign": campaign.name, "kind": "regular", "tags": [], "stage": stage.name,
        "keywords": {}, "layers": [["job type", []], ["stage", pairs]], "pairs": pairs,
        "requests": {"jobs": "@JOBS@", "memory_mb": 2000, "wall_s": 28_800, "cpus": 1, "disk_mb": 10_000},
        "patterns": ["%.root"], "test": False, "command": ["fife_launch", "-c", "reconstruct.cfg", "--stage", stage.name, "--dataset", "@TAG@"],
        "login": {"host": f"{campaign.experiment}gpvm01.example.org", "account": f"{campaign.experiment}pro", "setup": "source setup.sh"},
        "environment": environment,
    }
    return text(json.dumps(kept)).replace('"@JOBS@"', "@JOBS@")


def _changes(told: Iterable[Sub], now: datetime) -> Iterator[tuple]:
    return ((sub.number, status, BY.get(status, "grid"), "", moment(now, at)) for sub in told for status, at in sub.history)


def _events(told: Iterable[Sub], now: datetime) -> Iterator[tuple]:
    for sub in told:
        before = ""
        for status, at in sub.history:
            what = "status" if before else "submission recorded"
            yield (sub.stage.campaign.experiment, what, f"submission:{sub.number}", BY.get(status, "grid"), "task", before, status, sub.run,
                   sub.stage.number, moment(now, at))
            before = status
