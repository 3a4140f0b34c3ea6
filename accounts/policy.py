"""Who reaches what: one table of role, tie and verbs, no database. Pure."""
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """In rising order; a member holds every role up to the highest that was given."""

    ANALYSIS = "analysis"
    SHIFTER = "production-shifter"
    PRODUCTION = "production"
    SUPERUSER = "superuser"


class Verb(StrEnum):
    """What may be asked; the letters of the matrix."""

    VIEW = "view"
    CREATE = "create"
    EDIT = "edit"
    DO = "do"               # launch, recover, kill, mark
    APPROVE = "approve"
    HOLD = "hold"
    SCHEDULE = "schedule"
    TAG = "tag"
    REPORT = "report"       # what a job says of itself
    ADMIN = "admin"         # members, limits, the experiment's own settings


class Scope(StrEnum):
    """Kinds of deeds that a script's token is good for."""

    READ = "read"
    LAUNCH = "launch"
    EDIT = "edit"
    REPORT = "report"


class Tie(StrEnum):
    """How near a thing is to the person: the nearest that holds counts."""

    MINE = "mine"                # I made it, in the role I act in
    PRODUCTION = "production"    # my experiment's production made it
    OURS = "ours"                # a colleague of my experiment made it
    THEIRS = "theirs"            # another experiment's


V = Verb
WORDS = {V.VIEW: "see", V.CREATE: "make", V.EDIT: "change", V.DO: "launch, recover, kill or mark", V.HOLD: "hold or release",
         V.ADMIN: "administer"}         # in a sentence; the others are their own
_LOOK = frozenset({V.VIEW})
_RUN = _LOOK | {V.DO, V.HOLD}
_KEEP = _RUN | {V.CREATE, V.EDIT, V.APPROVE, V.SCHEDULE, V.TAG}
_ALL = _KEEP | {V.ADMIN}
_NONE: frozenset[Verb] = frozenset()

SCOPES: dict[Scope, frozenset[Verb]] = {      # nobody approves or administers by a script
    Scope.READ: _LOOK,
    Scope.LAUNCH: _RUN,
    Scope.EDIT: _LOOK | {V.CREATE, V.EDIT, V.SCHEDULE, V.TAG},
    Scope.REPORT: frozenset({V.REPORT}),
}
REACH: dict[Role, dict[Tie, frozenset[Verb]]] = {
    Role.ANALYSIS:   {Tie.MINE: _KEEP, Tie.PRODUCTION: _LOOK, Tie.OURS: _LOOK, Tie.THEIRS: _NONE},
    Role.SHIFTER:    {Tie.MINE: _RUN,  Tie.PRODUCTION: _RUN,  Tie.OURS: _LOOK, Tie.THEIRS: _NONE},
    Role.PRODUCTION: {Tie.MINE: _KEEP, Tie.PRODUCTION: _KEEP, Tie.OURS: _LOOK, Tie.THEIRS: _NONE},
    Role.SUPERUSER:  {Tie.MINE: _ALL,  Tie.PRODUCTION: _ALL,  Tie.OURS: _ALL,  Tie.THEIRS: _NONE},
}


@dataclass(frozen=True)
class By:
    """Who did it, in which role, through which door, with which token. A room has no role."""

    user: str
    role: str = ""
    door: str = "task"
    token: str = ""

    @property
    def person(self) -> bool:
        """A person, and not a room of the house."""
        return bool(self.role)


@dataclass(frozen=True)
class Actor:
    """A signed-in user in the role they act in, and the door through which they came. Root is a flag: every experiment's superuser."""

    user: str
    user_id: int
    experiment: str
    role: Role
    root: bool = False
    only: frozenset[Verb] | None = None         # what a script's token is good for; None: it is the person
    door: str = "page"
    token: str = ""                             # with which they came, as the history names it

    def by(self) -> By:
        """The same person, as the history names them."""
        return By(self.user, self.role, self.door, self.token)

    @property
    def makes(self) -> "Owner":
        """Whose a thing is that this actor makes: analysts make their own, all others make the production's."""
        return Owner(self.user_id, self.experiment, Role.ANALYSIS if self.role == Role.ANALYSIS else Role.PRODUCTION)


@dataclass(frozen=True)
class Owner:
    """Who made a thing, in which role."""

    user_id: int
    experiment: str
    role: Role

    @classmethod
    def of_experiment(cls, name: str) -> "Owner":
        """Whose the experiment's own things are, as members and limits: its production's, and nobody's in person."""
        return cls(0, name, Role.PRODUCTION)


def tie(actor: Actor, owner: Owner) -> Tie:
    """How near the thing is."""
    if actor.experiment != owner.experiment:
        return Tie.THEIRS
    if (actor.user_id, actor.role) == (owner.user_id, owner.role):
        return Tie.MINE
    return Tie.OURS if owner.role == Role.ANALYSIS else Tie.PRODUCTION


def may(actor: Actor, verb: Verb, owner: Owner) -> bool:
    """One question, one table; a script may no more than its person, and of that what its token is good for."""
    if actor.only is not None and verb not in actor.only:
        return False
    return actor.root or verb in REACH[actor.role][tie(actor, owner)]


def good_for(scopes: Iterable[str]) -> frozenset[Verb]:
    """What a token with these scopes may at the most."""
    return frozenset().union(*(SCOPES[Scope(scope)] for scope in scopes))


def whom_to_ask(verb: Verb, owner: Owner) -> str:
    """Who may, of those who did not make it: the lowest of the roles; "" if nobody."""
    near = Tie.OURS if owner.role == Role.ANALYSIS else Tie.PRODUCTION
    role = next((role for role in Role if verb in REACH[role][near]), None)
    return f"somebody who acts as {role}" if role else ""


def held(highest: Role, *, shifter: bool = False) -> tuple[Role, ...]:
    """The roles that a member may act in: all up to the highest; a shifter's also where analysis is the highest."""
    ranks = list(Role)
    below = ranks[:ranks.index(highest) + 1]
    return tuple(role for role in ranks if role in below or shifter and role == Role.SHIFTER)
