"""One seeded life of a campaign: chaos, then calm, then the questions that must all be answered yes."""
import random
from collections.abc import Callable
from datetime import timedelta
from unittest import mock

from accounts import events
from accounts.policy import Role
from campaigns.models import Hold, Stage
from campaigns.services import documents, holds
from pomssite.kit import registry
from pomssite.kit.errors import Conflict, NoAnswer
from submissions.models import LaunchIntent, Order, Run, Submission, Worker
from submissions.services import intake, intents, joins, launch, leases, orders, steering, tally, wrapup
from submissions.states import LIVE, JobState, Status
from tests.makers import make_actor
from tests.simulation.clock import Clock, empty
from tests.simulation.killer import Deadly, Killer
from tests.simulation.moods import USUAL, wanted
from tests.simulation.payload import Payload
from tests.simulation.plan import declare_raw, define_raw, draw
from tests.simulation.world import ShakyBatch, ShakyCatalogue

HOT = ("call submit", "local._named", "local._chosen")      # where to be stopped is dangerous
CALM_ROUNDS, DEADLY_ROUNDS = 80, 20


class Story:
    """`aims`: death seeks the boundaries at which it has not been often enough, also in the calm, in a mood of the world that helps it."""

    def __init__(self, seed: int, killer: Killer, *, aims: bool = False) -> None:
        self.seed, self.killer, self.aims = seed, killer, aims
        self.rng, self.clock = random.Random(seed), Clock()
        self.mood = wanted(killer, self.rng) if aims else USUAL
        self.plan = draw(self.rng, runs=self.mood.runs)
        self.payload = Payload(self.rng, self.clock, killer)
        self.batch, self.catalogue = ShakyBatch(self.rng, self.clock, self.payload, self.mood), ShakyCatalogue(self.rng, self.mood)
        self.inside, self.zombies, self.rounds = False, 0, 0

    def tell(self) -> None:
        """Live it; the world is as it was left, for the questions."""
        empty()
        worlds = {"BATCH_SYSTEMS": self.batch, "DATA_HANDLERS": self.catalogue}
        made = {name: registry.Outside(Deadly(world, self.killer)) for name, world in worlds.items()}
        with mock.patch.object(registry, "_made", lambda setting, alias: made[setting]):
            self._begin()
            self.killer.meanwhile = self._meanwhile
            for _ in range(self.mood.steps):
                self._chaos()
            self.killer.meanwhile = None
            self.rounds = self._calm()

    def _begin(self) -> None:
        self.ann = make_actor("ann", role=Role.PRODUCTION)
        declare_raw(self.plan.files, self.clock.now())
        define_raw()
        self.campaign = documents.store(self.plan.document, actor=self.ann, at=self.clock.now())
        self.workers = [self._worker() for _ in range(self.rng.randint(1, 3))]
        self._launch()

    def _launch(self) -> None:
        begun = Run.objects.count()
        if begun < self.plan.runs:
            steering.launch(self.campaign.stages.get(name="gen"), actor=self.ann, at=self.clock.now(), key=str(begun))

    def _worker(self) -> Worker:
        """Its first beat is by the turned clock."""
        made: list[Worker] = []
        self.killer.run("", lambda: made.append(leases.enlist("w")))
        self.killer.run("", lambda: leases.beat(made[0]))
        return made[0]

    def deeds(self, worker: Worker) -> dict[str, Callable[[], object]]:
        now = self.clock.now
        return {
            "launch": lambda: launch.launch_ready(worker=worker, now=now), "resume": lambda: launch.resume(worker=worker, now=now),
            "listen": lambda: intake.listen(now=now), "sweep": lambda: intake.sweep(now=now),
            "wrap": lambda: wrapup.wrap_up(now=now), "join": lambda: joins.join_up(now=now),
            "orders": lambda: orders.carry_out(now=now), "number": events.number_them, "fold": tally.fold,
        }

    def _chaos(self) -> None:
        index = self.rng.randrange(len(self.workers))
        worker = self.workers[index]
        leases.beat(worker)
        if not self._run(self.rng.choice(self.mood.often), worker):
            self.workers[index] = self._worker()
        self._elsewhere()

    def _run(self, name: str, worker: Worker, *, calm: bool = False) -> bool:
        dies, targets = self._fate(name, calm=calm)
        return self.killer.run(name, lambda: self._alone(self.deeds(worker)[name]), dies_at=dies, targets=targets)

    def _fate(self, name: str, *, calm: bool) -> tuple[int | None, frozenset[str] | None]:
        """At the so-manieth boundary, of these. Often it lives: what comes later is also to be reached."""
        needy = self.killer.needy(name) if self.aims else frozenset()
        if needy and (name in self.mood.focus or self.rng.random() < 0.3):
            one = frozenset(self.rng.sample(sorted(needy), 1))
            return self.rng.choice([None, 1, 1, 1, 2, 4]), self.rng.choice([needy, self.killer.rarest(name), one, one])
        often, mean = self.mood.breaks
        return int(self.rng.expovariate(1 / mean)) + 1 if not calm and self.rng.random() < often else None, None

    @staticmethod
    def _alone(deed: Callable[[], object]) -> None:
        """A task that fails is tried again."""
        try:
            deed()
        except NoAnswer:
            return

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

    def _meanwhile(self, where: str) -> bool:
        """At this moment the one at work is stopped for a while, and another acts."""
        long = any(place in where for place in HOT) and self.rng.random() < self.mood.stopped
        if self.inside or not long and self.rng.random() > self.mood.overtaken:
            return False
        self.inside = True
        self.zombies += 1
        self.clock.turn(90 if long else self.rng.choice([1, 15, 90]))
        other = self._worker()
        for name in ["resume"] if long else self.rng.sample(["launch", "resume", "listen", "wrap", "join", "sweep", "grid"], 2):
            deed = self.batch.tick if name == "grid" else self.deeds(other)[name]
            self.killer.run(f"{name} meanwhile", lambda deed=deed: self._alone(deed))
        self.inside = False
        return True

    def _calm(self) -> int:
        self.batch.calm = self.catalogue.calm = self.payload.calm = True
        while Run.objects.count() < self.plan.runs:
            self._launch()
        for hold in Hold.objects.filter(lifted_at=None):
            holds.release(hold.stage, actor=self.ann, at=self.clock.now())
            intents.recheck([hold.stage_id])
        for rounds in range(CALM_ROUNDS):
            worker = self._worker()
            for name in ["orders", "sweep", "listen", "wrap", "join", "resume", "launch", "number", "fold"]:
                self._run(name, worker, calm=True)
            self.aims = self.aims and rounds < DEADLY_ROUNDS
            self.batch.tick()
            self.clock.turn(1800)
            if self._quiet():
                return rounds
        return CALM_ROUNDS

    def _quiet(self) -> bool:
        live = any(job.state in (JobState.IDLE, JobState.RUNNING, JobState.HELD) for job in self.batch.jobs.values())
        late = self.clock.at + timedelta(hours=1)
        return not (live or LaunchIntent.objects.waiting().exists() or Submission.objects.at_work().exists()
                    or Submission.objects.to_wrap(late).exists() or Run.objects.filter(changed=True).exists()
                    or Order.objects.filter(done_at=None).exists() or _unnumbered())


def _unnumbered() -> bool:
    return events.Event.objects.filter(number=None).exists()
