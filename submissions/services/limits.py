"""What has limits, how much of each is at work, and who may launch on a login host. Counted from the kept tallies, never over jobs."""
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

from django.db import connection, models
from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce, Greatest

from accounts.models import Experiment
from accounts.policy import Actor
from campaigns.document import Settings
from campaigns.models import Campaign, LoginHost, LoginSetup, Stage
from pomssite.kit.errors import NotAllowed
from submissions import gate
from submissions.command import BadCommand, filled
from submissions.models import Submission

# Jobs of a submission that are at work: those that live, or, while not all are known, those that it asked for and that have not ended
JOBS = Greatest(F("idle") + F("held") + F("running"),
                Coalesce(F("expected"), F("planned")) - F("done") - F("failed") - F("removed") - F("lost"))
ONLY_THEN = ("%(dataset)s", "%(parameter)s")      # words that only the launch itself can fill in
OVER = ("experiment", "campaign", "stage")      # who has the limit of the first counts what the others count, too


@dataclass(frozen=True)
class Level:
    """Where a limit may stand: its row, the submissions that count, and the words of the list that shows them."""

    rows: Callable[[Any], models.QuerySet]
    mine: Callable[[Any], Q]
    look: Callable[[Any], str]


LEVELS: dict[str, Level] = {        # in the order in which their rows are locked
    "login host": Level(lambda name: LoginHost.objects.filter(name=name), lambda name: Q(host=name), lambda name: f"status=live&host={name}"),
    "experiment": Level(lambda pk: Experiment.objects.filter(pk=pk), lambda pk: Q(experiment=pk), lambda pk: "status=live"),
    "campaign": Level(lambda pk: Campaign.objects.filter(pk=pk), lambda pk: Q(stage__campaign=pk), lambda pk: f"status=live&campaign={pk}"),
    "stage": Level(lambda pk: Stage.objects.filter(pk=pk), lambda pk: Q(stage=pk), lambda pk: f"status=live&stage={pk}"),
}


@dataclass(frozen=True)
class Place:
    """One thing that has a limit."""

    level: str
    key: Any
    name: str
    most: int
    most_jobs: int

    def room(self, submissions: int, jobs: int) -> gate.Room:
        """With what is at work in it."""
        return gate.Room(f"{self.level} {self.name}", LEVELS[self.level].look(self.key), submissions, self.most, jobs, self.most_jobs)


class Policy(TypedDict):
    """Those facts of the gate that are said of a login host."""

    host: str
    host_roles: tuple[str, ...]
    host_people: tuple[str, ...]


@dataclass(frozen=True)
class Limits:
    """What holds for a launch: the places that have a limit, and the host, if something is said of it."""

    places: tuple[Place, ...] = ()
    host: LoginHost | None = None


def of(stage: Stage, settings: Settings, login: LoginSetup | None, launcher: str) -> Limits:
    """For this launcher; most often nothing, and then no more is asked."""
    host = _host_of(login, stage, settings, launcher)
    return Limits(_places(stage, settings, host), host)


def _places(stage: Stage, settings: Settings, host: LoginHost | None) -> tuple[Place, ...]:
    """The narrowest first."""
    campaign, experiment = stage.campaign, stage.campaign.experiment
    every = [
        Place("stage", stage.pk, stage.name, settings.limit or 0, settings.job_limit or 0),
        Place("campaign", campaign.pk, campaign.name, campaign.limit, campaign.job_limit),
        Place("experiment", experiment.pk, experiment.pk, experiment.launch_limit, experiment.job_limit),
        *([Place("login host", host.name, host.name, host.limit, host.job_limit)] if host else []),
    ]
    return tuple(place for place in every if place.most or place.most_jobs)


def rooms(found: Sequence[Place]) -> tuple[gate.Room, ...]:
    """How much is at work in each, in one question."""
    if not found:
        return ()
    counts = {f"n{n}": Count("pk", filter=_mine(place)) for n, place in enumerate(found)}
    jobs = {f"jobs{n}": Sum(JOBS, filter=_mine(place), default=0) for n, place in enumerate(found)}
    told = Submission.objects.at_work().filter(_widest(found)).aggregate(**counts, **jobs)
    return tuple(place.room(told[f"n{n}"], told[f"jobs{n}"]) for n, place in enumerate(found))


def _mine(place: Place) -> Q:
    return LEVELS[place.level].mine(place.key)


def _widest(found: Sequence[Place]) -> Q:
    """What has to be looked at: an experiment's counts hold those of its campaigns and stages, a host's those of several experiments."""
    levels = {place.level: _mine(place) for place in found}
    inner = next((levels[level] for level in OVER if level in levels), Q())
    return inner | levels["login host"] if "login host" in levels else inner


def lock(found: Sequence[Place], campaign: int) -> None:
    """The rows whose limits are about to be counted once more, always in the same order; the campaign in any case, so that who stops it
    waits for what is being recorded now, or is seen."""
    keys = {place.level: place.key for place in found}
    for level, rules in LEVELS.items():
        if level in keys:
            rules.rows(keys[level]).select_for_update(no_key=True).values_list("pk").get()
        elif level == "campaign":
            _share(campaign)


def _share(campaign: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM campaigns_campaign WHERE id = %s FOR SHARE", [campaign])


def _host_named(host: str) -> LoginHost | None:
    """What is said of this host, whichever login setup names it."""
    return LoginHost.objects.filter(name=LoginHost.spelled(host)).first() if host else None


def host_for_sure(login: LoginSetup, host: str) -> str:
    """The host of a launch, as limits count it. BadCommand: its name hangs on the dataset, so that nobody could ask before what is said of it."""
    if any(word in login.host for word in ONLY_THEN) and _host_named(host):
        raise BadCommand(f"the login setup {login} names its host by the dataset or the parameter, and it is said who may launch on {host}, "
                         "or how much: name the host itself")
    return LoginHost.spelled(host)


def _host_of(login: LoginSetup | None, stage: Stage, settings: Settings, launcher: str) -> LoginHost | None:
    """Before anything is launched: what only the launch knows is not filled in yet."""
    if login is None or not login.host:
        return None
    campaign = stage.campaign
    known = {"dataset": "", "parameter": "", "version": settings.software_version or "", "experimenter": launcher,
             "experiment": campaign.experiment_id, "group": campaign.experiment.batch_group or campaign.experiment_id}
    try:
        return _host_named(filled(login.host, known))
    except BadCommand:
        return None         # the launch says so


def policy(host: LoginHost | None) -> Policy:
    """Who may launch there, as facts of the gate."""
    if host is None:
        return Policy(host="", host_roles=(), host_people=())
    return Policy(host=host.name, host_roles=host.roles, host_people=tuple(host.people.order_by("username").values_list("username", flat=True)))


def refusals(host: LoginHost | None, *, owner: str, role: str) -> tuple[str, ...]:
    """Sentences that name host and role; none, if they may."""
    return gate.refusals(gate.Facts(owner=owner, role=role, **policy(host))) if host else ()


def require_host(stage: Stage, settings: Settings, *, actor: Actor) -> None:
    """NotAllowed with a sentence that names host and role: what is asked for in person is refused at once."""
    login = LoginSetup.objects.filter(experiment=actor.experiment, name=settings.login_setup or "", retired_at=None).first()
    if why := refusals(_host_of(login, stage, settings, actor.user), owner=actor.user, role=actor.makes.role):
        raise NotAllowed(f"{' '.join(why)} Nothing was launched.")

