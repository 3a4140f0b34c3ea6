"""Why may an intent not be launched now? Pure; the launcher and the pages read the same answer."""
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Room:
    """Of one place that has limits: how much is at work there, and how much may be; 0: no limit."""

    of: str
    look: str = ""                      # words of the list of submissions that shows what is at work there
    submissions: int = 0
    most: int = 0
    jobs: int = 0
    most_jobs: int = 0


@dataclass(frozen=True)
class Facts:
    """What the launcher found out about one intent. A hold is `who: why`."""

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
    host: str = ""                      # a login host of which is said who may launch there
    host_roles: tuple[str, ...] = ()
    host_people: tuple[str, ...] = ()   # none: everybody in these roles
    batch: str = ""
    batch_known: bool = True
    credentials: str = ""               # why those with which it would go out are no good
    rooms: tuple[Room, ...] = ()        # of the stage, its campaign, its experiment and the host, as far as they have limits

    @property
    def there(self) -> str:
        """Where the role was wanted."""
        return f" and may not launch on the login host {self.host}" if self.host else ""

    @property
    def roles(self) -> str:
        return " and ".join(self.host_roles) or "no role"

    @property
    def people(self) -> str:
        return ", ".join(self.host_people)


Rows = tuple[tuple[Callable[[Facts], object], str], ...]

POLICY: Rows = (        # who may launch on a login host: refused when it is asked for, and at the gate
    (lambda f: f.host and f.role not in f.host_roles,
     "Acting as {f.role} nobody may launch on the login host {f.host}: it takes launches of {f.roles}."),
    (lambda f: f.host_people and f.owner not in f.host_people,
     "{f.owner}, acting as {f.role}, may not launch on the login host {f.host}: it takes launches of {f.people}."),
)
REASONS: Rows = (
    (lambda f: f.retired, "The stage or its campaign is retired."),
    (lambda f: f.inactive, "The campaign is inactive. Activate it to go on."),
    (lambda f: f.site_hold, "All launches of the site are held by {f.site_hold}."),
    (lambda f: f.experiment_hold, "All launches of the experiment are held by {f.experiment_hold}."),
    (lambda f: f.campaign_hold, "Launches of the campaign are held by {f.campaign_hold}."),
    (lambda f: f.stage_hold, "Launches of the stage are held by {f.stage_hold}."),
    (lambda f: f.downtime, "Downtime of {f.downtime}. Launches wait."),
    (lambda f: not f.owner_holds_role, "{f.owner} no longer holds the role {f.role}{f.there}. A member who does must launch it."),
    *POLICY,
    (lambda f: not f.batch_known, "The login setup names the batch system {f.batch!r}, which this site does not have."),
    (lambda f: f.credentials, "It lacks good credentials. {f.credentials}"),
)
FULL: tuple[tuple[Callable[[Room], object], str], ...] = (      # a launch goes out while fewer are at work than may be
    (lambda r: r.most and r.submissions >= r.most, "Limit of {r.of}: {r.submissions} of {r.most} submissions at work."),
    (lambda r: r.most_jobs and r.jobs >= r.most_jobs, "Limit of {r.of}: {r.jobs} of {r.most_jobs} jobs at work."),
)


def reasons(facts: Facts) -> tuple[str, ...]:
    """Sentences; none, if it may be launched."""
    return (*_said(REASONS, facts), *(sentence for room in facts.rooms for sentence in full(room)))


def refusals(facts: Facts) -> tuple[str, ...]:
    """Why this person may not launch on this host, whenever it is."""
    return _said(POLICY, facts)


def full(room: Room) -> tuple[str, ...]:
    """Which of its limits are reached."""
    return tuple(words.format(r=room) for holds, words in FULL if holds(room))


def crowded(facts: Facts) -> Room | None:
    """The first place without room, if it is room alone that is wanted: what waits for it starts by itself."""
    return None if _said(REASONS, facts) else next((room for room in facts.rooms if full(room)), None)


def _said(rows: Rows, facts: Facts) -> tuple[str, ...]:
    return tuple(words.format(f=facts) for holds, words in rows if holds(facts))
