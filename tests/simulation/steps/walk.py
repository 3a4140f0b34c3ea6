"""A random walk over the whole platform: many short steps, each one deed, after each of which every rule must hold."""
from collections import Counter
from collections.abc import Callable

from django.db.models import QuerySet

from accounts.models import Membership
from campaigns.models import Campaign, Hold, Schedule, Stage
from campaigns.services import documents, holds, schedules
from pomssite.kit.errors import NoAnswer, PomsError
from submissions.models import LaunchIntent, StatusChange, Submission
from submissions.services import intents, leases
from tests.simulation.house import House
from tests.simulation.killer import Killer
from tests.simulation.moods import Mood
from tests.simulation.plan import declare_raw, define_raw
from tests.simulation.steps import always, edits
from tests.simulation.steps.deeds import DEEDS

MOOD = Mood(overtaken=0.004, stopped=0.02, shaky=0.02)
DEATH, LATE = 0.3, 1 / 12          # how often a step is cut short, and after how many boundaries
CALM_ROUNDS, MOST_ROUNDS = 40, 1000     # in which nothing moves; in all
OFTEN = ("listen", "wrap", "join", "launch")
SELDOM = ("orders", "sweep", *OFTEN, "resume", "number", "fold")
Ask = Callable[["Walk"], list[tuple[str, str]]]


class Walk(House):
    """One life. `wrong` is all that was ever broken: the rule, and seed, step and what broke it."""

    def __init__(self, seed: int, killer: Killer) -> None:
        super().__init__(seed, killer)
        self.build(MOOD)
        self.steps, self.files = 0, self.rng.randint(3, 5)
        self.told, self.fates, self.edited = Counter(), Counter(), set()
        self.wrong: list[tuple[str, str]] = []

    def go(self, steps: int, ask: Ask) -> None:
        """So many steps, unless a rule is broken; then all comes to rest."""
        with self.open():
            self._begin()
            self.killer.meanwhile = self.meanwhile
            while self.steps < steps and not self.wrong:
                self._step()
            self.killer.meanwhile = None
            if not self.wrong:
                self._calm()
            if not self.wrong:
                self.wrong += ask(self)

    def stages(self) -> list[Stage]:
        return list(Stage.objects.filter(campaign=self.campaign, retired_at=None).select_related("campaign").order_by("pk"))

    def some(self, rows: QuerySet[Submission]) -> Submission | None:
        found = list(rows.order_by("pk"))
        return self.rng.choice(found) if found else None

    def _begin(self) -> None:
        declare_raw(tuple(f"r{n % 3}.{n}" for n in range(self.files)), self.clock.now())
        define_raw()
        self.campaign = documents.store(edits.first(self.rng), actor=self.ann, at=self.clock.now())
        self.workers = [self.worker() for _ in range(self.rng.randint(1, 3))]

    def _step(self) -> None:
        name = self.rng.choices(list(DEEDS), [deed.often for deed in DEEDS.values()])[0]
        began = self.clock.at
        self.steps += 1
        ended = self._done(name)
        self.told[name] += 1
        self.told[f"{name} {ended}"] += 1
        self._look(began, name)

    def _done(self, name: str) -> str:
        """How it ended."""
        deed = DEEDS[name]
        dies_at = int(self.rng.expovariate(LATE)) + 1 if deed.dies and self.rng.random() < DEATH else None
        try:
            lived = self._pulse(name, dies_at) if deed.pulse else self.killer.run(name if deed.dies else "", lambda: deed.do(self), dies_at=dies_at)
        except NoAnswer:
            return "unanswered"
        except PomsError:
            return "refused"
        return "lived" if lived else "died"

    def _pulse(self, name: str, dies_at: int | None) -> bool:
        index = self.rng.randrange(len(self.workers))
        leases.beat(self.workers[index])
        lived = self.run(name, self.workers[index], dies_at=dies_at)
        if not lived:
            self.workers[index] = self.worker()
        return lived

    def _look(self, began, name: str) -> None:
        self.wrong += [(rule, f"seed {self.seed}, step {self.steps} ({name}): {rule}: {what}") for rule, what in always.broken(began)]

    def _calm(self) -> None:
        """Whatever holds it is taken away; the world answers; nobody dies."""
        self.be_calm()
        Membership.objects.filter(user=self.ann.user_id).update(active=True)
        Campaign.objects.filter(pk=self.campaign.pk).update(active=True)
        for row in Schedule.objects.filter(retired_at=None):
            schedules.retire(row, actor=self.ann, at=self.clock.now(), why="all comes to rest")
        for held in Hold.objects.filter(lifted_at=None):
            holds.release(held.stage or held.campaign, actor=self.ann, at=self.clock.now())
        intents.recheck([stage.pk for stage in self.stages()])
        moved, moves = 0, -1        # in which round anything moved last: under a small limit one comes after the other
        while self.rounds - moved < CALM_ROUNDS and self.rounds < MOST_ROUNDS:
            self.rounds += 1
            if moves != (moves := StatusChange.objects.count()):
                moved = self.rounds
            began, worker = self.clock.at, self.worker()
            for name in SELDOM if self.rounds % 3 == 1 else OFTEN:
                self.run(name, worker)
            self._works()
            self._look(began, "calm")
            if self.wrong or self.is_quiet():
                return

    def _works(self) -> None:
        """The grid, for half an hour."""
        for _ in range(3):
            self.batch.tick()
        self.clock.turn(1800)

    def is_quiet(self) -> bool:
        """What is retired is launched no more; its intents say so."""
        retired = LaunchIntent.objects.waiting().exclude(stage__retired_at=None)
        waiting = LaunchIntent.objects.waiting().exclude(pk__in=retired.filter(gate__contains="retired").values("pk"))
        return not waiting.exists() and self.is_at_rest()
