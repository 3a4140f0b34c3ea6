"""Why may an intent not be launched now? Pure; the launcher and the pages read the same answer."""
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Facts:
    """What the launcher found out about one intent. A hold is `who: why`; a limit of 0 is none."""

    site_hold: str = ""
    experiment_hold: str = ""
    campaign_hold: str = ""
    stage_hold: str = ""
    downtime: str = ""                  # what it is of, until when, and why
    retired: bool = False
    inactive: bool = False
    owner: str = ""
    role: str = ""
    owner_holds_role: bool = True
    batch: str = ""
    batch_known: bool = True
    at_work: int = 0                    # submissions of this stage
    limit: int = 0
    experiment_at_work: int = 0
    experiment_limit: int = 0


REASONS: tuple[tuple[Callable[[Facts], object], str], ...] = (
    (lambda f: f.retired, "The stage or its campaign is retired."),
    (lambda f: f.inactive, "The campaign is inactive. Activate it to go on."),
    (lambda f: f.site_hold, "All launches of the site are held by {f.site_hold}."),
    (lambda f: f.experiment_hold, "All launches of the experiment are held by {f.experiment_hold}."),
    (lambda f: f.campaign_hold, "Launches of the campaign are held by {f.campaign_hold}."),
    (lambda f: f.stage_hold, "Launches of the stage are held by {f.stage_hold}."),
    (lambda f: f.downtime, "Downtime of {f.downtime}. Launches wait."),
    (lambda f: not f.owner_holds_role, "{f.owner} no longer holds the role {f.role}. A member who does must launch it."),
    (lambda f: not f.batch_known, "The login setup names the batch system {f.batch!r}, which this site does not have."),
    (lambda f: f.limit and f.at_work >= f.limit, "{f.at_work} submissions of the stage are at work, and its limit is {f.limit}."),
    (lambda f: f.experiment_limit and f.experiment_at_work >= f.experiment_limit,
     "{f.experiment_at_work} submissions of the experiment are at work, and its limit is {f.experiment_limit}."),
)


def reasons(facts: Facts) -> tuple[str, ...]:
    """Sentences; none, if it may be launched."""
    return tuple(words.format(f=facts) for holds, words in REASONS if holds(facts))
