"""Random moves of many submissions at once, while the counts of them are folded and counted anew: is anything lost, or counted twice?"""
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from random import Random
from typing import Any

from django.db import connection

from campaigns.models import Campaign
from pomssite.kit import clock
from submissions.models import Submission, TallyLine
from submissions.services import lifecycle, tally
from submissions.states import LIVE, Status
from tests.makers import TEST, make_actor, make_campaign, make_document, make_intent

CAMPAIGNS = 8
AT_ONCE = 40                    # submissions that one report is about
ENDS = (Status.COMPLETED, Status.FAILED, Status.REMOVED, Status.CANCELLED, Status.LOCATED, Status.LAUNCH_FAILED)
MOVERS = 3
EVERY_NEW = 8                   # rounds; so many others only move
REBUILD_S = 1.0


def recorded(campaign: Campaign, stage: str, number: int, **more: Any) -> Submission:
    """A new submission of that number, as the launcher records it."""
    intent = make_intent(campaign, stage, key=f"moving:{number}")
    return lifecycle.record(
        pk=number, tag=f"moving-{number}", intent=intent, run=intent.run, stage=intent.stage, version_id=campaign.version_id, lineage_id=number,
        experiment_id=intent.experiment_id, creator_id=intent.creator_id, creator_role=intent.creator_role, by=TEST, at=clock.now(), why="moving",
        **more)


class Moving:
    """So many moves, by several movers; `wrong` is what counting anew found different, while they were at it and afterwards."""

    def __init__(self, moves: int, *, seed: int = 4) -> None:
        self.wanted, self.moved, self.made, self.given_up, self.rebuilt = moves, 0, 0, 0, 0
        self.wrong: list[str] = []
        self._seed, self._names, self._door = seed, count(1), threading.Lock()
        actor = make_actor()
        self._campaigns = [make_campaign(make_document(f"mc{place}"), actor=actor, files=()) for place in range(CAMPAIGNS)]

    def run(self) -> float:
        """Seconds that the moves took."""
        luck = Random(self._seed)
        for _ in range(2 * AT_ONCE):
            self._make(luck)
        began = time.monotonic()
        with ThreadPoolExecutor(MOVERS + 2) as pool:
            at_work = [pool.submit(_closing, work) for work in (*(self._mover(number) for number in range(MOVERS)), self._fold, self._count_anew)]
            for each in at_work:
                each.result()
        took = time.monotonic() - began
        self.wrong += tally.rebuild()
        while tally.fold():
            pass
        self.wrong += tally.rebuild()
        return took

    def _mover(self, number: int) -> Callable[[], None]:
        def move() -> None:
            luck, rounds = Random(self._seed * 100 + number), count(1)
            while self.moved < self.wanted:
                if next(rounds) % EVERY_NEW == 0:
                    self._make(luck)
                    self._give_up(luck)
                self._move_some(luck)
        return move

    def _move_some(self, luck: Random) -> None:
        living = list(Submission.objects.filter(status__in=[*LIVE, Status.NEW], abandoned_at=None).values_list("pk", flat=True))
        heard = luck.choice(ENDS) if luck.random() < 0.02 else luck.choice(sorted(LIVE))
        moved = lifecycle.move_many(luck.sample(living, min(AT_ONCE // (4 if heard in ENDS else 1), len(living))), heard, by=TEST, at=clock.now())
        with self._door:
            self.moved += len(moved)

    def _make(self, luck: Random) -> None:
        campaign = luck.choice(self._campaigns)
        with self._door:
            number = next(self._names)
        recorded(campaign, luck.choice(["gen", "reco"]), number)
        with self._door:
            self.made += 1

    def _give_up(self, luck: Random) -> None:
        """Of what never arrived one is given up, and of what is new one is abandoned: both count no more."""
        lost = Submission.objects.filter(status=Status.LAUNCH_FAILED, abandoned_at=None).first()
        fresh = Submission.objects.filter(status=Status.NEW, abandoned_at=None).first()
        if lost:
            lifecycle.give_up(lost, at=clock.now())
        if fresh and luck.random() < 0.1:
            lifecycle.abandon(fresh, by=TEST, at=clock.now(), why="moving")
        with self._door:
            self.given_up += bool(lost)

    def _fold(self) -> None:
        while self.moved < self.wanted:
            if not tally.fold():
                time.sleep(0.02)

    def _count_anew(self) -> None:
        """In the middle of it: what is noted and not yet folded must not be counted twice."""
        while self.moved < self.wanted:
            self.wrong += tally.rebuild()
            self.rebuilt += 1
            time.sleep(REBUILD_S)


def _closing(work: Callable[[], None]) -> None:
    try:
        work()
    finally:
        connection.close()


def told(moves: int) -> dict[str, object]:
    """What was done, and what differed."""
    moving = Moving(moves)
    took = moving.run()
    return {"moves": moving.moved, "seconds": took, "made": moving.made, "given_up": moving.given_up, "rebuilt": moving.rebuilt,
            "wrong": moving.wrong, "left": TallyLine.objects.count()}
