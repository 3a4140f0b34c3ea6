"""A campaign brought through a storm: launched, watched, its platform killed and started again, what it made read at the end."""
import gzip
import hashlib
import json
import random
import time
from pathlib import Path

from django.db import DatabaseError, connection

from datasets.models import File
from scripts.demo import choices, claims, platform, story
from scripts.demo.choices import Place
from scripts.demo.ground import Ground
from scripts.demo.storm import Plan, Told

LOOK_EVERY_S = 0.1


def through(place: Place, plan: Plan) -> Told:
    """From the launch to the end, or to the end of patience."""
    ground, told = Ground(place), Told()
    platform.people(place)
    name = platform.campaign_name(new=True)
    platform.import_campaign(name, choices.size())
    ground.start()
    _await_pages(place)
    platform.launch(name)
    _watch(name, Storm(ground, plan), told, most_s=plan.most_s)
    return _judged(name, told)


def _await_pages(place: Place) -> None:
    deadline = time.monotonic() + platform.START_S
    while not platform.answers(place.url) and time.monotonic() < deadline:
        time.sleep(LOOK_EVERY_S)


class Storm:
    """Strikes when a moment has come: so much is made, and then so many seconds have passed."""

    def __init__(self, ground: Ground, plan: Plan) -> None:
        self.ground, self.jobs = ground, plan.jobs
        self.luck = random.Random(plan.seed)
        self.moments = list(plan.moments)
        self.due: float | None = None

    def strike(self, told: Told) -> None:
        """If it is time, kill everything and start again."""
        if self.due is None and self.moments and told.made >= self.moments[0][0]:
            self.due = told.seconds + self.moments.pop(0)[1]
        if self.due is None or told.seconds < self.due:
            return
        self.due = None
        box = len(self.ground.box()) if self.jobs else 0
        processes = self.ground.kill(self.luck, jobs=self.jobs)
        told.kills.append({"at_s": told.seconds, "made": told.made, "processes": processes, "of_the_grid": box})
        self.ground.start()


def _watch(name: str, storm: Storm, told: Told, *, most_s: float) -> None:
    began = time.monotonic()
    while not told.complete and told.seconds < most_s:
        time.sleep(LOOK_EVERY_S)
        told.seconds = round(time.monotonic() - began, 2)
        _look(name, told)
        if not told.complete:
            storm.strike(told)


def _look(name: str, told: Told) -> None:
    """How much is made: settled submissions and files, of which no repetition makes more. While the database is away, nothing new."""
    try:
        bars = story.bars(story.run_of(name))
        made = sum(bar.settled for bar in bars) + File.objects.filter(experiment=platform.EXPERIMENT).count()
    except DatabaseError:
        connection.close()
        return
    told.complete = bool(bars) and all(bar.is_complete for bar in bars)
    if made != told.made:
        told.progress.append((told.seconds, made))


def _judged(name: str, told: Told) -> Told:
    run = story.run_of(name)
    if not told.complete:
        told.failed = ["it is not complete", *story.stuck(run), *story.troubles(run)]
        return told
    found = claims.found(name, choices.size())
    pairs = _pairs(story.files(run, "merged")[0])
    told.pairs, told.kept = hashlib.sha256(repr(pairs).encode()).hexdigest()[:16], len(set(pairs))
    told.lost, told.doubled = found.lost, found.doubled
    told.failed = [f"{claim.what}: {claim.seen}" for claim in found.claims if not claim.holds]
    return told


def _pairs(merged: Path) -> list[tuple[int, int]]:
    """Every (seed, event) of the merged file, in order, as often as it is there."""
    with gzip.open(merged, "rt") as lines:
        return sorted((seed, number) for seed, number, *_ in map(json.loads, lines))
