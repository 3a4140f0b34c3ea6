"""What FERRY says beside what is kept: who joins, returns, changes role or leaves; or why nothing may change. Pure."""
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from accounts.ferry.answers import Person
from accounts.policy import Role

LISTS = (Role.ANALYSIS, Role.PRODUCTION, Role.SUPERUSER)        # in rising order: who is in several has the last
JOINS, RETURNS, CHANGES, LEAVES = "joins", "returns", "changes role", "leaves"

Said = Sequence[Person] | str           # one of the three lists; or, in words, why there is none


@dataclass(frozen=True)
class Member:
    """A membership as it is kept. Whether somebody is a shifter is said here and not in FERRY: no decision touches it."""

    username: str
    role: str
    active: bool


@dataclass(frozen=True)
class Change:
    """What is different for one person. `before` and `after` are roles, before also that of an inactive member; empty: none."""

    what: str
    person: Person
    before: str
    after: str

    @property
    def words(self) -> tuple[str, str, str, str]:
        """As it is shown, and as a set of changes is known again."""
        return self.person.username, self.what, self.before, self.after


@dataclass(frozen=True)
class Decision:
    """The changes; or why there are none: `trouble` (a call failed), `empty` (nobody is said to belong), `asks` (a person must agree)."""

    changes: tuple[Change, ...] = ()
    trouble: str = ""
    empty: bool = False
    asks: str = ""

    @property
    def mark(self) -> str:
        """Of exactly this set of changes."""
        return sha256(repr(sorted(change.words for change in self.changes)).encode()).hexdigest()[:32] if self.changes else ""


def decide(said: Mapping[Role, Said], members: Iterable[Member], *, apart: Iterable[str] = (), most_percent: int = 20,
           agreed: str = "") -> Decision:
    """`apart`: accounts of services, which are no people and are left alone. `agreed`: the mark of the changes that a person has agreed to."""
    lists, failed = _sorted(said)
    if failed:
        return Decision(trouble=failed)
    if not any(lists.values()):
        return Decision(empty=True)
    left_alone = set(apart)
    wanted = {person.username: (person, role) for role, people in lists.items() for person in people if person.username not in left_alone}
    kept = {member.username: member for member in members if member.username not in left_alone}
    changes = tuple(change for name in sorted({*wanted, *kept}) if (change := change_of(kept.get(name), *wanted.get(name, (Person(name), "")))))
    found = Decision(changes)
    asks = "" if found.mark and found.mark == agreed else _asks(changes, kept.values(), most_percent)
    return Decision(changes, asks=asks)


def _sorted(said: Mapping[Role, Said]) -> tuple[dict[Role, Sequence[Person]], str]:
    """The three lists, or why one is missing: then nothing that the others say can be relied on."""
    lists: dict[Role, Sequence[Person]] = {}
    failed = []
    for role in LISTS:
        told = said.get(role, "")
        if isinstance(told, str):
            failed.append(f"{role}: {told or 'not asked any more'}")
        else:
            lists[role] = told
    return lists, "; ".join(failed)


def change_of(member: Member | None, person: Person, role: str) -> Change | None:
    """One person: as kept, and as FERRY has them; no role: they are in none of its lists."""
    if member is None:
        return Change(JOINS, person, "", role) if role else None
    if not role:
        return Change(LEAVES, person, member.role, "") if member.active else None
    if not member.active:
        return Change(RETURNS, person, member.role, role)
    return Change(CHANGES, person, member.role, role) if role != member.role else None


def _asks(changes: Sequence[Change], members: Iterable[Member], most_percent: int) -> str:
    """Together they may not be too many: who leaves, and who loses a role."""
    active, leaving = sum(member.active for member in members), sum(change.what == LEAVES for change in changes)
    lowered = sum(change.what == CHANGES and LISTS.index(Role(change.after)) < LISTS.index(Role(change.before)) for change in changes)
    if (leaving + lowered) * 100 <= active * most_percent:
        return ""
    losses = [f"{count} {words}" for count, words in ((leaving, "would be deactivated"), (lowered, "would lose a role")) if count]
    return f"of {active} active members {' and '.join(losses)}, which is more than {most_percent} %"
