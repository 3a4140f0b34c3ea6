"""Why isn't it moving? The same sentences for every page: from holds, waiting intents, stuck families and troubles. Reads no rows itself."""
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from accounts.models import Held
from campaigns.models import Campaign, Hold, Stage, Stop
from submissions import jobholds
from submissions.models import LaunchIntent, Run
from submissions.models.intents import NOT_AS_PREVIEWED
from submissions.services import progress
from submissions.services.outlook import Family, LastRun, Reason, StageOutlook
from submissions.services.overview import CampaignOutlook
from submissions.states import Status

ORDERED = {"remove": "removed", "hold": "held", "release": "released"}
MAY_BE_LOCATED = (Status.COMPLETED, Status.FAILED)
WRONG = (Status.FAILED, Status.HELD, Status.AWAITING)
BY_ITSELF = "It goes out by itself when there is room."
JOINS = {
    "each": "It starts by itself for each piece of {feeds} that is settled.",
    "all": "It starts by itself when every stage that feeds it has settled the same slice.",
    "drained": "It starts by itself when {feeds} has nothing left to do and all of it is settled.",
}


def why(outlook: CampaignOutlook, site: Held | None = None) -> list[Reason]:
    """The worst first; if nothing is wrong, what goes on; then what waits for its turn. `site`: who holds all launches of the site."""
    found = [*_stopped(outlook, site), *(reason for each in outlook.stages for reason in of_stage(each))]
    wrong = [reason for reason in found if reason.status in WRONG]
    return [*(wrong or [_all_is_well(outlook)]), *(reason for reason in found if reason not in wrong)]


def of_stage(each: StageOutlook) -> Iterator[Reason]:
    """What concerns this stage alone."""
    if each.hold:
        yield _held(each.hold, f"Launches of {each.stage.name} are held", "release stage", each.stage)
    yield from _stuck(each)
    yield from _in_trouble(each)
    yield from _ordered(each)
    yield from _approvals(each)
    yield from _unlocated(each)
    yield from _waiting(each)
    yield from _nothing(each)
    yield from _schedules(each)
    if not each.total and each.feeds and not each.waiting:
        yield _not_begun(each)


def obstacles(campaign: Campaign, standing: Mapping[int | None, Hold], stage: Stage | None = None, site: Held | None = None) -> Iterator[Reason]:
    """What would make any launch wait."""
    experiment = campaign.experiment
    if site:
        yield Reason(Status.HELD, "All launches of the site are held",
                     f"By {site.by} since {_when(site.at)}: {site.why.rstrip('.')}. Jobs that run already go on.")
    if experiment.launches_held_by:
        yield Reason(Status.HELD, f"All launches of {experiment.name} are held",
                     f"By {experiment.launches_held_by}: {experiment.launches_held_why} Jobs that run already go on.")
    if not campaign.active:
        yield Reason(Status.HELD, "The campaign is inactive", "Nothing of it is launched by itself; a launch by a person activates it.",
                     acts=("activate",))
    if hold := standing.get(None):
        stopped = getattr(hold, "stopped", False)
        yield _held(hold, *(("The campaign is stopped", "resume campaign") if stopped else ("Launches of the campaign are held", "release campaign")))
    if stage and (hold := standing.get(stage.pk)):
        yield _held(hold, f"Launches of {stage.name} are held", "release stage", stage)


def _stopped(outlook: CampaignOutlook, site: Held | None) -> Iterator[Reason]:
    yield from obstacles(outlook.campaign, outlook.holds, site=site)
    runs: list[Run | LastRun] = [*(family.first.run for family in outlook.families), *(each.run for each in outlook.stages if each.run)]
    for text in sorted({run.stopped for run in runs if run.stopped}):
        yield Reason(Status.FAILED, "A run goes on no longer", text)
    for text in sorted({run.trouble for run in runs if run.trouble}):
        yield Reason(Status.HELD, "A run does not come to its end", text)


def _held(hold: Hold, title: str, act: str, stage: Stage | None = None) -> Reason:
    stopped = hold.why.startswith(Stop.MARK)
    then = "Its jobs are removed, and nothing of it is launched until somebody resumes it." if stopped else "Jobs that run already go on."
    return Reason(Status.HELD, title, f"By {hold.by} since {_when(hold.at)}: {hold.why.removeprefix(Stop.MARK).rstrip('.')}. {then}",
                  acts=(act,), stage=stage)


def _when(at: datetime) -> str:
    return f"{at:%-d %b %H:%M} UTC"


def _stuck(each: StageOutlook) -> Iterator[Reason]:
    for why, alike in _alike(each.open, _unnamed):
        one, ended = len(alike) == 1, alike[0].last.status in MAY_BE_LOCATED
        located = f", or mark {'it' if one else 'them'} Located" if ended else ""
        acts = ("recover", "locate") if ended else ("recover",)
        yield Reason(Status.FAILED, f"{_names(each, alike)} {'is' if one else 'are'} stuck",
                     f"{why.rstrip('.')}. Recover what is missing by hand{located}.", alike[0].last, acts if one else ("all stuck",), each.stage)


def _unnamed(family: Family) -> str:
    """Why it is stuck, without its own tag: what befell many, as a campaign that was stopped, is one reason."""
    return family.first.stuck.removeprefix(f"{family.last.tag} is ").replace("no recovery", "No recovery", 1)


def _in_trouble(each: StageOutlook) -> Iterator[Reason]:
    for trouble, alike in _alike(each.open, lambda family: family.last.trouble):
        yield Reason(Status.HELD, f"{_names(each, alike)} {'is' if len(alike) == 1 else 'are'} in trouble",
                     f"{_sentence(trouble.rstrip('.?'))} POMS tries again by itself.", alike[0].last, ("submission",), each.stage)
    held = [family for family in each.open if family.last.held and not family.last.trouble]
    for (hold, why, often), alike in _alike(held, _held_for):
        jobs = sum(family.last.held for family in alike)
        said = f"The batch system says: {why.rstrip('.')}. " if why else "The batch system does not say why. "
        yield Reason(Status.HELD, f"{_many(jobs, 'job')} of {_names(each, alike)} held",
                     f"{said}{jobholds.in_words(hold, most=often)} Its recoveries and what depends on it wait until no job of it is held.",
                     alike[0].last, ("release jobs", "jobs"), each.stage)


def _held_for(family: Family) -> tuple[str | None, str, int]:
    """The kind, the batch system's words, and how often such a job is released by itself."""
    hold, why, often = getattr(family.last, "held_why", None) or (None, "", 0)
    return hold, why or "", often or 0


def _ordered(each: StageOutlook) -> Iterator[Reason]:
    """What was asked to be done to jobs, and is not done yet."""
    for (deed, trouble), alike in _alike(each.open, lambda family: tuple(getattr(family.last, "ordered", None) or ())):
        names = _names(each, alike)
        if trouble:
            yield Reason(Status.FAILED, f"Jobs of {names} are not {ORDERED[deed]}", f"{trouble.rstrip('.')}. It is tried again every half minute.",
                         alike[0].last, ("submission",), each.stage)
        else:
            yield Reason(Status.NEW, f"Jobs of {names} are to be {ORDERED[deed]}", "It is ordered, and done within seconds.", alike[0].last,
                         ("submission",), each.stage)


def _approvals(each: StageOutlook) -> Iterator[Reason]:
    waiting = [family for family in each.open if family.last.status == Status.AWAITING]
    for _, alike in _alike(waiting, lambda family: "all"):
        yield Reason(Status.AWAITING, f"{_names(each, alike)} {'awaits' if len(alike) == 1 else 'await'} approval",
                     f"Since {_when(alike[-1].last.created_at)}. What comes after starts when a production manager or superuser agrees.",
                     alike[0].last, ("approve", "decline"), each.stage)


def _unlocated(each: StageOutlook) -> Iterator[Reason]:
    """Its jobs have ended, and nothing tells yet that its files are where they belong."""
    ended = [family for family in each.open if family.last.status == Status.COMPLETED and not (family.first.stuck or family.last.trouble)]
    for _, alike in _alike(ended, lambda family: "all"):
        since = min(family.last.ended_at or family.last.created_at for family in alike)
        yield Reason(Status.COMPLETED, f"{_names(each, alike)} {'has' if len(alike) == 1 else 'have'} ended and not enough outputs are located",
                     f"Since {_when(since)}. POMS looks again by itself; from {each.settings.completion_pct} % on it counts as Located, else"
                     " what is missing is recovered.", alike[0].last, ("submission",), each.stage)


def _schedules(each: StageOutlook) -> Iterator[Reason]:
    for due in each.due:
        if due.paused_by:
            yield Reason(Status.IDLE, f"The schedule of {each.stage.name} is paused", f"By {due.paused_by}: {due.paused_why.rstrip('.')}.",
                         acts=("resume", "schedule"), stage=each.stage, schedule=due.pk)
        elif due.next_at and not each.open and not each.waiting:
            yield Reason(Status.NEW, f"{each.stage.name} waits for its schedule", f"{due.when[:1].upper()}{due.when[1:]}: looked at next on"
                         f" {_when(due.next_at)}.", acts=("schedule",), stage=each.stage, schedule=due.pk)


def _alike(families: Iterable[Family], key: Callable[[Family], Any]) -> Iterator[tuple[Any, list[Family]]]:
    """Families by what is said of them; those of which nothing is said are left out."""
    groups: dict[Any, list[Family]] = {}
    for family in families:
        if word := key(family):
            groups.setdefault(word, []).append(family)
    yield from groups.items()


def _waiting(each: StageOutlook) -> Iterator[Reason]:
    """Grouped by what they wait for."""
    groups = Counter((intent.gate, intent.full) for intent in each.waiting)
    for (gate, full), count in groups.items():
        many = f"{count} launches wait" if count > 1 else "A launch waits"
        text = f"{gate} {BY_ITSELF}" if full else gate or "It is due: it goes out within seconds, unless launches are held."
        yield Reason(Status.IDLE, f"{each.stage.name}: {many.lower()}", text, acts=("at work",) if full else (), look=full)


def _nothing(each: StageOutlook) -> Iterator[Reason]:
    """Launches that were asked for and of which no submission came, grouped by why."""
    groups: dict[tuple[str, str], list[LaunchIntent]] = {}
    for intent in each.came_to_nothing:
        groups.setdefault((_what(intent), intent.why), []).append(intent)
    for (what, _), dropped in groups.items():
        yield NOTHING[what](each, dropped)


def _what(intent: LaunchIntent) -> str:
    if intent.why.startswith(NOT_AS_PREVIEWED):
        return "different"
    if intent.cause == "manual":
        return "recovered" if intent.parent_id else "asked"
    return "refused" if intent.is_worn_out else "empty"


def _asked(each: StageOutlook, dropped: list[LaunchIntent]) -> Reason:
    last = dropped[-1]
    asked = f" It was asked for with the reason: {last.reason}." if last.reason else ""
    return Reason(Status.HELD, f"The last launch of {each.stage.name} came to nothing",
                  f"{_sentence(last.why)}{asked} To run it all again, let its split begin anew, on the page of its slices.",
                  acts=("slices",), stage=each.stage)


def _different(each: StageOutlook, dropped: list[LaunchIntent]) -> Reason:
    """A recovery is asked for again on the page of what it recovers."""
    last = dropped[-1]
    again = ("launch",) if last.parent_id is None else ()
    return Reason(Status.HELD, f"{_many(len(dropped), 'launch', 'launches')} of {each.stage.name} not made: not what was previewed",
                  f"It would not have been what was seen and agreed to: {last.why.removeprefix(NOT_AS_PREVIEWED).rstrip('.')}. Nothing was launched."
                  " Look at what it would be now, and launch that.", acts=again, stage=each.stage)


def _recovered(each: StageOutlook, dropped: list[LaunchIntent]) -> Reason:
    return Reason(Status.HELD, f"A recovery of {each.stage.name} came to nothing",
                  f"It was asked for by a person: {dropped[-1].reason}. {_sentence(dropped[-1].why)}")


def _refused(each: StageOutlook, dropped: list[LaunchIntent]) -> Reason:
    return Reason(Status.FAILED, f"{_many(len(dropped), 'launch', 'launches')} of {each.stage.name} given up",
                  f"{_sentence(dropped[-1].why)} It was to come {_after(dropped)}. On the page of what it follows it can be launched again.")


def _empty(each: StageOutlook, dropped: list[LaunchIntent]) -> Reason:
    return Reason(Status.NEW, f"{each.stage.name} had nothing to run over",
                  f"{_many(len(dropped), 'launch', 'launches')} {_after(dropped)}: {dropped[-1].why}. Nothing was launched.")


def _after(dropped: list[LaunchIntent]) -> str:
    return ", ".join(dict.fromkeys(intent.reason or "when all that feeds it was settled" for intent in dropped[-3:]))


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


NOTHING = {"asked": _asked, "recovered": _recovered, "refused": _refused, "empty": _empty, "different": _different}


def _not_begun(each: StageOutlook) -> Reason:
    feeds = " and ".join(up.stage.name for up in each.feeds)
    done = " ".join(f"So far {up.located} of {up.expected} pieces of {up.stage.name} are settled." for up in each.feeds if up.total)
    return Reason(Status.NEW, f"{each.stage.name} has not started", f"{JOINS[str(each.settings.join)].format(feeds=feeds)} {done}".strip())


def _all_is_well(outlook: CampaignOutlook) -> Reason:
    if not outlook.stages:
        return Reason(Status.NEW, "It has no stage yet", "A stage says what to run, over which dataset, and where. Stages come with a campaign file.")
    if outlook.finished:
        return Reason(Status.LOCATED, "It is complete", "All stages have run, and everything they made is where it belongs.")
    if not outlook.total:
        return Reason(Status.NEW, "Not launched yet", "Launch a stage that nothing feeds; the others follow by themselves. A test launch"
                      " takes its test split and test overrides.", acts=("launch", "test"), stage=outlook.roots[0].stage if outlook.roots else None)
    if not outlook.jobs_now:
        return Reason(Status.IDLE, "Between two steps", "No job runs at this moment; what comes next is worked out within seconds.")
    return Reason(Status.RUNNING, "It is moving", f"{_jobs(outlook)}. Nothing is held or stuck.{_recoveries(outlook)}{_end(outlook)}")


def _jobs(outlook: CampaignOutlook) -> str:
    return ", ".join(f"{_many(count, 'job')} {word}" for word in ("running", "idle") if (count := outlook.jobs[word]))


def _end(outlook: CampaignOutlook) -> str:
    at_work = progress.pace(outlook)
    return f" Done about {_when(outlook.at + timedelta(hours=at_work.left))}." if at_work and at_work.left else ""


def _recoveries(outlook: CampaignOutlook) -> str:
    at_work = sum(family.is_open and bool(family.recoveries) for family in outlook.families)
    return f" What failed is brought home by {_many(at_work, 'recovery', 'recoveries')}." if at_work else ""


def _many(count: int, word: str, words: str = "") -> str:
    return f"{count} {word if count == 1 else words or word + 's'}"


def _names(each: StageOutlook, alike: list[Family]) -> str:
    return _name(each, alike[0]) if len(alike) == 1 else f"{len(alike)} slices of {each.stage.name}"


def _name(each: StageOutlook, family: Family) -> str:
    return f"{each.stage.name} slice {family.first.slice.number}" if family.first.slice else f"{each.stage.name} #{family.first.pk}"
