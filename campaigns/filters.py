"""By what a list of campaigns may be narrowed: words of the address, each with what it means. The same words stand in the box as tokens."""
from collections.abc import Callable

from django.db.models import Q, QuerySet
from django.http import QueryDict

from accounts.policy import Actor, Role
from accounts.typed import Word
from campaigns.models import Campaign, CampaignTag, OldName, Watch
from pomssite.kit.numbers import number

NOTHING = Q(pk__in=())
BAD = ("LaunchFailed", "Failed", "Held")        # the same as in the lists of stages and of submissions
AT_WORK = 40        # from this rank on nobody is needed: all that is worse is bad, awaits approval, or is stuck
STATES = {
    "bad": Q(summary__state__in=BAD), "attention": Q(summary__rank__lt=AT_WORK),
    "open": Q(summary__isnull=False) & ~Q(summary__state=""), "finished": Q(summary__state=""), "never": Q(summary=None),
}
SWITCHES: dict[str, dict[str, Callable[[Actor], Q]]] = {
    "on": {"1": lambda actor: Q(active=True), "0": lambda actor: Q(active=False), "all": lambda actor: Q()},
    "own": {"mine": lambda actor: Q(creator=actor.user_id), "others": lambda actor: ~Q(creator=actor.user_id)},
    "kind": {"production": lambda actor: ~Q(creator_role=Role.ANALYSIS), "analysis": lambda actor: Q(creator_role=Role.ANALYSIS)},
    "watch": {"1": lambda actor: Q(pk__in=Watch.objects.filter(user=actor.user_id).values("campaign"))},
}


def named(value: str) -> Q:
    """Part of the name that it has or had, or its number."""
    pk = number(value)
    words = Q(name__icontains=value) | Q(pk__in=OldName.objects.filter(name__icontains=value).values("campaign"))
    return words if pk is None else words | Q(pk=pk)


TOKENS: dict[str, Callable[[str], Q]] = {
    "tag": lambda value: Q(pk__in=CampaignTag.objects.filter(tag__name__iexact=value).values("campaign")),
    "state": lambda value: STATES.get(value.lower(), Q(summary__state__iexact=value)),
    "creator": lambda value: Q(creator__username__iexact=value),
    "q": named,
}
USUAL = {"on": "1"}
LONGEST = 100


class CampaignFilter:
    """What an address asks for. A word that means nothing lets nothing through: better than more than was asked for."""

    def __init__(self, data: QueryDict, actor: Actor) -> None:
        self.actor = actor
        known = [(name, value) for name in (*SWITCHES, *TOKENS) for value in data.getlist(name) if value]
        said = {name for name, _ in known}
        self.words: list[Word] = [*known, *((name, value) for name, value in USUAL.items() if name not in said)]

    @property
    def tokens(self) -> list[Word]:
        """Those that stand in the box."""
        return [word for word in self.words if word[0] in TOKENS]

    @property
    def of_active(self) -> bool:
        return ("on", "1") in self.words

    @property
    def is_narrow(self) -> bool:
        """It asks for more than what everybody sees first."""
        return any(USUAL.get(name) != value for name, value in self.words)

    def of(self, rows: QuerySet[Campaign]) -> QuerySet[Campaign]:
        """The rows that fit."""
        return rows.filter(self.means())

    def means(self, *, without: Word | str = "") -> Q:
        """All of it; without one word, or without a switch."""
        found = Q()
        for name, value in self.words:
            if without not in (name, (name, value)):
                found &= meaning(name, value, self.actor)
        return found


def meaning(name: str, value: str, actor: Actor) -> Q:
    if "\0" in value or len(value) > LONGEST:
        return NOTHING
    if name in SWITCHES:
        found = SWITCHES[name].get(value)
        return found(actor) if found else NOTHING
    return TOKENS[name](value)
