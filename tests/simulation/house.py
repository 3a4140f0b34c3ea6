"""The platform in a box: its pulses and workers, a world that lies, and death, which may come at any boundary."""
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from unittest import mock

from accounts import events
from accounts.policy import Role
from pomssite.kit import registry
from pomssite.kit.errors import NoAnswer
from submissions.models import LaunchIntent, Order, Run, StatusChange, Submission, Worker
from submissions.services import census, intake, joins, launch, leases, orders, standing, tally, timetable, wrapup
from submissions.states import JOB_LIVE
from tests.makers import make_actor
from tests.simulation.clock import Clock, empty
from tests.simulation.killer import Deadly, Killer
from tests.simulation.moods import Mood
from tests.simulation.payload import Payload
from tests.simulation.world import ShakyBatch, ShakyCatalogue

HOT = ("call submit", "local._named", "local._chosen")      # where to be stopped is dangerous
IN_ORDER = ("orders", "sweep", "listen", "wrap", "join", "resume", "launch", "number", "fold")
MEANWHILE = ("launch", "resume", "listen", "wrap", "join", "sweep", "grid")


class House:
    """What every life has; `rng` decides all of it."""

    def __init__(self, seed: int, killer: Killer) -> None:
        self.seed, self.killer = seed, killer
        self.rng, self.clock = random.Random(seed), Clock()
        self.inside, self.zombies, self.rounds = False, 0, 0

    def build(self, mood: Mood) -> None:
        self.mood = mood
        self.payload = Payload(self.rng, self.clock, self.killer)
        self.batch, self.catalogue = ShakyBatch(self.rng, self.clock, self.payload, mood), ShakyCatalogue(self.rng, mood)

    @contextmanager
    def open(self) -> Iterator[None]:
        """Empty at first; the world stands behind the ports."""
        empty()
        worlds = {"BATCH_SYSTEMS": self.batch, "DATA_HANDLERS": self.catalogue}
        made = {name: registry.Outside(Deadly(world, self.killer)) for name, world in worlds.items()}
        with mock.patch.object(registry, "_made", lambda setting, alias: made[setting]):
            self.ann = make_actor("ann", role=Role.PRODUCTION)
            yield

    def worker(self) -> Worker:
        """Its first beat is by the turned clock."""
        made: list[Worker] = []
        self.killer.run("", lambda: made.append(leases.enlist("w")))
        self.killer.run("", lambda: leases.beat(made[0]))
        return made[0]

    def pulses(self, worker: Worker) -> dict[str, Callable[[], object]]:
        now = self.clock.now
        return {
            "launch": lambda: launch.launch_ready(worker=worker, now=now), "resume": lambda: launch.resume(worker=worker, now=now),
            "listen": lambda: intake.listen(now=now), "sweep": lambda: intake.sweep(now=now),
            "wrap": lambda: wrapup.wrap_up(now=now), "join": lambda: joins.join_up(now=now),
            "orders": lambda: orders.carry_out(now=now), "number": events.number_them,
            "fold": lambda: tally.fold() + census.fold() + standing.refresh(), "ring": lambda: timetable.ring(now=now),
        }

    def run(self, name: str, worker: Worker, *, dies_at: int | None = None, targets: frozenset[str] | None = None) -> bool:
        """One pulse; False if it died."""
        return self.killer.run(name, lambda: self._alone(self.pulses(worker)[name]), dies_at=dies_at, targets=targets)

    @staticmethod
    def _alone(deed: Callable[[], object]) -> None:
        """A task that fails is tried again."""
        try:
            deed()
        except NoAnswer:
            return

    def meanwhile(self, where: str) -> bool:
        """At this moment the one at work is stopped for a while, and another acts."""
        long = any(place in where for place in HOT) and self.rng.random() < self.mood.stopped
        if self.inside or not long and self.rng.random() > self.mood.overtaken:
            return False
        self.inside = True
        self.zombies += 1
        self.clock.turn(90 if long else self.rng.choice([1, 15, 90]))
        other = self.worker()
        for name in ["resume"] if long else self.rng.sample(MEANWHILE, 2):
            deed = self.batch.tick if name == "grid" else self.pulses(other)[name]
            self.killer.run(f"{name} meanwhile", lambda deed=deed: self._alone(deed))
        self.inside = False
        return True

    def be_calm(self) -> None:
        """The world lies no more."""
        self.batch.calm = self.catalogue.calm = self.payload.calm = True

    def is_quiet(self) -> bool:
        return not LaunchIntent.objects.waiting().exists() and self.is_at_rest()

    def is_at_rest(self) -> bool:
        """Nothing is under way, though something may wait to be launched."""
        return not any(self.under_way())

    def under_way(self) -> Iterator[str]:
        """Each thing that is."""
        late = self.clock.at + timedelta(hours=1)
        yield from (f"job {tag} lives: {job}" for tag, job in self.batch.jobs.items() if job.state in JOB_LIVE)
        yield from (f"{row} is {row.status}: {row.trouble} {row.counters()}" for row in Submission.objects.at_work())
        yield from (f"{row} is to be wrapped up: {row.trouble}, after {_history(row)}" for row in Submission.objects.to_wrap(late))
        yield from (f"{row} is to be forced: {row.status} {row.trouble}" for row in Submission.objects.to_force(late))
        yield from (f"run {run.pk} has changed" for run in Run.objects.filter(changed=True))
        yield from (f"order {order}: {order.trouble}" for order in Order.objects.filter(done_at=None))
        yield from (f"event {event} has no number" for event in events.Event.objects.filter(number=None))


def _history(row: Submission) -> str:
    return ", ".join(f"{each.status} by {each.by}" for each in StatusChange.objects.filter(submission=row).order_by("pk"))
