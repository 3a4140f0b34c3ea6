"""How soon another takes over what a launcher was about when it was killed."""
import os
import signal
import subprocess
import sys
import threading
import time
from random import Random
from typing import Any

from django.conf import settings
from django.db.models import Q

from pomssite.kit import clock
from pomssite.pulses import PULSES
from scripts import postgres
from submissions import tasks
from submissions.models import LaunchIntent, Submission, Worker
from submissions.services import leases
from submissions.services.launch import launch_ready, resume
from tests.fakes import MemoryBatch
from tests.makers import make_campaign, make_intent

PATIENCE_S = 60.0
LOOK_EVERY_S = 0.01


class Hanging(MemoryBatch):
    """Takes no job and says nothing."""

    def submit(self, spec):
        threading.Event().wait()


def hangs(_: int) -> dict[str, Any]:
    """A launcher whose heart beats, and which comes to no end with what it launches."""
    settings.BATCH_SYSTEMS = {"default": {"BACKEND": "tests.sizes.dying.Hanging"}}
    while launch_ready(worker=tasks.me(), now=clock.now) == 0:
        time.sleep(LOOK_EVERY_S)
    return {}


def overtaken(times: int) -> dict[str, Any]:
    """Seconds from the death of a launcher, at any moment between two beats of its heart, until another asks about what it sent,
    and until that is sent again."""
    settings.BATCH_SYSTEMS = {"default": {"BACKEND": "tests.fakes.MemoryBatch"}}
    campaign, luck, asked, again = make_campaign(), Random(4), [], []
    for number in range(times):
        dying = subprocess.Popen([sys.executable, "-m", "tests.sizes", "hangs", "1"], cwd=postgres.ROOT, stdin=subprocess.DEVNULL)
        intent = make_intent(campaign, "gen", key=f"overtaken:{number}", at=clock.now())
        while not intent.submissions.exclude(sent_at=None).exists():
            time.sleep(LOOK_EVERY_S)
        time.sleep(luck.uniform(0, leases.HEARTBEAT_S))
        dying.send_signal(signal.SIGKILL)
        began = time.monotonic()
        dying.wait()
        first, last = _taken_over(intent, began)
        asked.append(first)
        again.append(last)
    return {"asked": asked, "again": again, "load": os.getloadavg()[0]}


def _taken_over(intent: LaunchIntent, began: float) -> tuple[float, float]:
    """By a worker that lives, woken by the ticker alone."""
    worker, lost, asked = leases.enlist("heir"), intent.submissions.get(), 0.0
    while time.monotonic() < began + PATIENCE_S:
        turn = time.monotonic()
        leases.beat(worker)
        resume(worker=worker, now=clock.now)
        launch_ready(worker=worker, now=clock.now)
        if not asked and _is_another_s(lost, worker):
            asked = time.monotonic() - began
        if intent.submissions.exclude(pk=lost.pk).exclude(sent_at=None).exists():
            return asked, time.monotonic() - began
        time.sleep(max(0.0, turn + PULSES["resume"] - time.monotonic()))
    raise TimeoutError(f"nobody took over {lost} in {PATIENCE_S:.0f} s")


def _is_another_s(lost: Submission, worker: Worker) -> bool:
    """Claimed, or let go again by who had claimed it."""
    return Submission.objects.filter(Q(holder=worker) | Q(holder=None), pk=lost.pk).exists()
