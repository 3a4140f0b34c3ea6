"""Why isn't it moving? The same sentences for every page: from holds, waiting intents, stuck families and troubles. Reads no rows itself."""
from collections.abc import Iterator, Mapping

from campaigns.models import Campaign, Hold, Stage
from submissions.models import LaunchIntent
from submissions.services.outlook import CampaignOutlook, Family, Reason, StageOutlook
from submissions.states import Status

WRONG = (Status.FAILED, Status.HELD)
JOINS = {
    "each": "It starts by itself for each piece of {feeds} that is settled.",
    "all": "It starts by itself when every stage that feeds it has settled the same slice.",
    "drained": "It starts by itself when {feeds} has nothing left to do and all of it is settled.",
}


def why(outlook: CampaignOutlook) -> list[Reason]:
    """The worst first; if nothing is wrong, what goes on; then what waits for its turn."""
    found = [*_stopped(outlook), *(reason for each in outlook.stages for reason in of_stage(each))]
    wrong = [reason for reason in found if reason.status in WRONG]
    return [*(wrong or [_all_is_well(outlook)]), *(reason for reason in found if reason not in wrong)]


def of_stage(each: StageOutlook) -> Iterator[Reason]:
    """What concerns this stage alone."""
    if each.hold:
        yield _held(each.hold, f"Launches of {each.stage.name} are held")
    yield from _stuck(each)
    yield from _in_trouble(each)
    yield from _waiting(each)
    yield from _nothing(each)
    if not each.families and each.feeds and not each.waiting:
        yield _not_begun(each)


def obstacles(campaign: Campaign, standing: Mapping[int | None, Hold], stage: Stage | None = None) -> Iterator[Reason]:
    """What would make any launch wait."""
    experiment = campaign.experiment
    if experiment.launches_held_by:
        yield Reason(Status.HELD, f"All launches of {experiment.name} are held",
                     f"By {experiment.launches_held_by}: {experiment.launches_held_why} Jobs that run already go on.")
    if not campaign.active:
        yield Reason(Status.HELD, "The campaign is inactive", "Nothing of it is launched by itself; a launch by a person activates it.")
    if hold := standing.get(None):
        yield _held(hold, "Launches of the campaign are held")
    if stage and (hold := standing.get(stage.pk)):
        yield _held(hold, f"Launches of {stage.name} are held")


def _stopped(outlook: CampaignOutlook) -> Iterator[Reason]:
    yield from obstacles(outlook.campaign, outlook.holds)
    for text in sorted({family.first.run.stopped for family in outlook.families if family.first.run.stopped}):
        yield Reason(Status.FAILED, "A run goes on no longer", text)
    for text in sorted({family.first.run.trouble for family in outlook.families if family.first.run.trouble}):
        yield Reason(Status.HELD, "A run does not come to its end", text)


def _held(hold: Hold, title: str) -> Reason:
    return Reason(Status.HELD, title, f"By {hold.by} since {hold.at:%-d %b %H:%M} UTC: {hold.why.rstrip('.')}. Jobs that run already go on.")


def _stuck(each: StageOutlook) -> Iterator[Reason]:
    for family in each.open:
        if family.first.stuck:
            yield Reason(Status.FAILED, f"{_name(each, family)} is stuck",
                         f"{family.first.stuck} Recover what is missing by hand, or mark it Located.", family.last)


def _in_trouble(each: StageOutlook) -> Iterator[Reason]:
    for family in each.open:
        last = family.last
        if last.trouble:
            yield Reason(Status.HELD, f"{_name(each, family)} is in trouble", f"{last.trouble} POMS tries again by itself.", last)
        elif last.held:
            yield Reason(Status.HELD, f"{_many(last.held, 'job')} of {_name(each, family)} held",
                         "The batch system starts nothing of it by itself. Release or kill on the submission's page.", last)


def _waiting(each: StageOutlook) -> Iterator[Reason]:
    """Grouped by what they wait for."""
    groups: dict[str, int] = {}
    for intent in each.waiting:
        groups[intent.gate] = groups.get(intent.gate, 0) + 1
    for gate, count in groups.items():
        many = f"{count} launches wait" if count > 1 else "A launch waits"
        yield Reason(Status.IDLE, f"{each.stage.name}: {many.lower()}", gate or "It is due: it goes out within seconds, unless launches are held.")


def _nothing(each: StageOutlook) -> Iterator[Reason]:
    """Launches that were asked for and of which no submission came, grouped by why."""
    groups: dict[tuple[str, str], list[LaunchIntent]] = {}
    for intent in each.came_to_nothing:
        groups.setdefault((_what(intent), intent.why), []).append(intent)
    for (what, _), dropped in groups.items():
        yield NOTHING[what](each, dropped)


def _what(intent: LaunchIntent) -> str:
    if intent.cause == "manual":
        return "recovered" if intent.parent_id else "asked"
    return "refused" if intent.is_worn_out else "empty"


def _asked(each: StageOutlook, dropped: list[LaunchIntent]) -> Reason:
    last = dropped[-1]
    asked = f" It was asked for with the reason: {last.reason}." if last.reason else ""
    return Reason(Status.HELD, f"The last launch of {each.stage.name} came to nothing",
                  f"{_sentence(last.why)}{asked} To run it all again, let its split begin anew, on the page of its slices.")


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


NOTHING = {"asked": _asked, "recovered": _recovered, "refused": _refused, "empty": _empty}


def _not_begun(each: StageOutlook) -> Reason:
    feeds = " and ".join(up.stage.name for up in each.feeds)
    done = " ".join(f"So far {up.located} of {up.expected} pieces of {up.stage.name} are settled." for up in each.feeds if up.families)
    return Reason(Status.NEW, f"{each.stage.name} has not started", f"{JOINS[str(each.settings.join)].format(feeds=feeds)} {done}".strip())


def _all_is_well(outlook: CampaignOutlook) -> Reason:
    if outlook.finished:
        return Reason(Status.LOCATED, "It is complete", "All stages have run, and everything they made is where it belongs.")
    if not outlook.families:
        return Reason(Status.NEW, "Not launched yet", "Launch a stage that nothing feeds; the others follow by themselves.")
    if not outlook.jobs_now:
        return Reason(Status.IDLE, "Between two steps", "No job runs at this moment; what comes next is worked out within seconds.")
    return Reason(Status.RUNNING, "It is moving", f"{_jobs(outlook)}. Nothing is held or stuck.{_recoveries(outlook)}")


def _jobs(outlook: CampaignOutlook) -> str:
    return ", ".join(f"{_many(count, 'job')} {word}" for word in ("running", "idle") if (count := outlook.jobs[word]))


def _recoveries(outlook: CampaignOutlook) -> str:
    at_work = sum(family.is_open and bool(family.recoveries) for family in outlook.families)
    return f" What failed is brought home by {_many(at_work, 'recovery', 'recoveries')}." if at_work else ""


def _many(count: int, word: str, words: str = "") -> str:
    return f"{count} {word if count == 1 else words or word + 's'}"


def _name(each: StageOutlook, family: Family) -> str:
    return f"{each.stage.name} slice {family.first.slice.number}" if family.first.slice else f"{each.stage.name} #{family.first.pk}"
