"""One seeded life of a campaign: chaos, then calm, then the questions that must all be answered yes."""
from campaigns.models import Hold, Stage
from campaigns.services import documents, holds
from pomssite.kit.errors import Conflict
from submissions.models import Run, Submission, Worker
from submissions.services import intents, leases, steering
from submissions.states import LIVE, Status
from tests.simulation.house import IN_ORDER, House
from tests.simulation.killer import Killer
from tests.simulation.moods import USUAL, wanted
from tests.simulation.plan import declare_raw, define_raw, draw

CALM_ROUNDS, DEADLY_ROUNDS = 80, 20


class Story(House):
    """`aims`: death seeks the boundaries at which it has not been often enough, also in the calm, in a mood of the world that helps it."""

    def __init__(self, seed: int, killer: Killer, *, aims: bool = False) -> None:
        super().__init__(seed, killer)
        self.aims, mood = aims, wanted(killer, self.rng) if aims else USUAL
        self.plan = draw(self.rng, runs=mood.runs)
        self.build(mood)

    def tell(self) -> None:
        """Live it; the world is as it was left, for the questions."""
        with self.open():
            self._begin()
            self.killer.meanwhile = self.meanwhile
            for _ in range(self.mood.steps):
                self._chaos()
            self.killer.meanwhile = None
            self.rounds = self._calm()

    def _begin(self) -> None:
        declare_raw(self.plan.files, self.clock.now())
        define_raw()
        self.campaign = documents.store(self.plan.document, actor=self.ann, at=self.clock.now())
        self.workers = [self.worker() for _ in range(self.rng.randint(1, 3))]
        self._launch()

    def _launch(self) -> None:
        begun = Run.objects.count()
        if begun < self.plan.runs:
            steering.launch(self.campaign.stages.get(name="gen"), actor=self.ann, at=self.clock.now(), key=str(begun))

    def _chaos(self) -> None:
        index = self.rng.randrange(len(self.workers))
        worker = self.workers[index]
        leases.beat(worker)
        if not self._pulse(self.rng.choice(self.mood.often), worker):
            self.workers[index] = self.worker()
        self._elsewhere()

    def _pulse(self, name: str, worker: Worker, *, calm: bool = False) -> bool:
        dies, targets = self._fate(name, calm=calm)
        return self.run(name, worker, dies_at=dies, targets=targets)

    def _fate(self, name: str, *, calm: bool) -> tuple[int | None, frozenset[str] | None]:
        """At the so-manieth boundary, of these. Often it lives: what comes later is also to be reached."""
        needy = self.killer.needy(name) if self.aims else frozenset()
        if needy and (name in self.mood.focus or self.rng.random() < 0.3):
            one = frozenset(self.rng.sample(sorted(needy), 1))
            return self.rng.choice([None, 1, 1, 1, 2, 4]), self.rng.choice([needy, self.killer.rarest(name), one, one])
        often, mean = self.mood.breaks
        return int(self.rng.expovariate(1 / mean)) + 1 if not calm and self.rng.random() < often else None, None

    def _elsewhere(self) -> None:
        self.batch.tick()
        self.clock.turn(self.rng.choice(self.mood.pauses))
        dice = self.rng.random()
        if dice < self.mood.forgets:
            self.batch.forget()
        elif dice < self.mood.forgets + self.mood.person:
            self._person()

    def _person(self) -> None:
        """Somebody looks at the pages, and acts."""
        try:
            getattr(self, f"_{self.rng.choice(self.mood.deeds)}")()
        except Conflict:
            return

    def _hold(self) -> None:
        stage = self.rng.choice(list(Stage.objects.order_by("pk")))
        at = self.clock.now()
        if not holds.hold(stage, actor=self.ann, at=at, why="to look at it"):
            holds.release(stage, actor=self.ann, at=at)
            intents.recheck([stage.pk])

    def _locate(self) -> None:
        if failed := self._some(Status.FAILED):
            steering.mark(failed, Status.LOCATED, actor=self.ann, at=self.clock.now(), why="seen by eye")

    def _cancel(self) -> None:
        """With an order to remove the jobs; or they are forgotten, and seen again."""
        found = self._some(Status.NEW, *LIVE)
        if found and self.rng.random() < 0.4:
            steering.mark(found, Status.CANCELLED, actor=self.ann, at=self.clock.now(), why="not wanted")
            if self.rng.random() < 0.5:
                steering.order(found, "remove", actor=self.ann, at=self.clock.now(), why="not wanted")

    def _order(self) -> None:
        if found := self._some(*LIVE):
            steering.order(found, self.rng.choice(["hold", "release", "remove"]), actor=self.ann, at=self.clock.now(), why="to see")

    def _some(self, *statuses: Status) -> Submission | None:
        return Submission.objects.filter(status__in=statuses, abandoned_at=None).order_by("pk").first()

    def _calm(self) -> int:
        self.be_calm()
        while Run.objects.count() < self.plan.runs:
            self._launch()
        for hold in Hold.objects.filter(lifted_at=None):
            holds.release(hold.stage, actor=self.ann, at=self.clock.now())
            intents.recheck([hold.stage_id])
        for rounds in range(CALM_ROUNDS):
            worker = self.worker()
            for name in IN_ORDER:
                self._pulse(name, worker, calm=True)
            self.aims = self.aims and rounds < DEADLY_ROUNDS
            self.batch.tick()
            self.clock.turn(1800)
            if self.is_quiet():
                return rounds
        return CALM_ROUNDS
