"""One deed for very many submissions, through the pages, with a worker that is killed in the middle of it."""
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client

from accounts.models import Event
from pomssite.kit import clock
from submissions.models import BulkAct, LaunchIntent, Order, Submission
from submissions.services import lifecycle, tally
from submissions.states import Status
from tests.makers import TEST, make_campaign, make_intent, make_user

ENDED, ENDING = 20, 10          # one in so many has ended already, and so many end after they were looked at
BREAKS = """
    CREATE FUNCTION no_more_orders() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NEW.submission_id = {pk} THEN RAISE EXCEPTION 'this row is broken'; END IF; RETURN NEW; END $$;
    CREATE TRIGGER no_more_orders BEFORE INSERT ON submissions_order FOR EACH ROW EXECUTE FUNCTION no_more_orders()"""
WORK = "import django; django.setup(); from submissions.services import bulk; from pomssite.kit import clock; bulk.carry_on(now=clock.now)"


def told(number: int) -> dict[str, Any]:
    """What was seen of each part."""
    rows = _submissions(number)
    client = Client()
    client.force_login(make_user("ann"))
    settings.ALLOWED_HOSTS = ["*"]
    preview, page = _timed(lambda: client.post("/dune/bulk/", {"kind": "submission", "deed": "hold", "all": "1", "of": ""}).headers["Location"])
    shown, _ = _timed(lambda: client.get(page))
    act = BulkAct.objects.get()
    said = Counter(act.items.values_list("state", flat=True))
    living = [row.pk for row in rows if row.status == Status.RUNNING]
    lifecycle.move_many(living[:ENDING], Status.COMPLETED, by=TEST, at=clock.now())
    broken = living[len(living) // 2]
    with connection.cursor() as cursor:
        cursor.execute(BREAKS.format(pk=broken))
    client.post(page, {"why": "power cut tonight"})
    began = time.monotonic()
    killed_at = _killed(act, number // 4)
    while BulkAct.objects.filter(done_at=None).exists():
        _worker().wait()
    took = time.monotonic() - began
    results = Counter(act.items.values_list("state", flat=True))
    ordered = Counter(Order.objects.values_list("submission", flat=True))
    done = {int(key) for key in act.items.filter(state="done").values_list("thing", flat=True)}
    return {
        "chosen": sum(said.values()), "would": said["chosen"], "would_not": said["refused"], "preview_s": preview, "page_ms": shown * 1000,
        "seconds": took, "killed_at": killed_at, "done": results["done"], "refused": results["refused"], "left": results["chosen"],
        "once": set(ordered) == done and set(ordered.values()) == {1}, "broken": act.items.get(thing=str(broken)).said,
        "events": Event.objects.filter(what="hold ordered", door=f"bulk:{act.pk}").count(), "expected": len(living) - ENDING - 1}


def _submissions(number: int) -> list[Submission]:
    """Running, and some that have ended; as many rows as the launcher would leave, without the launching."""
    campaign, at = make_campaign(files=()), clock.now()
    first = make_intent(campaign, "gen", key="together", at=at)
    owned = {"experiment_id": first.experiment_id, "creator_id": first.creator_id, "creator_role": first.creator_role}
    LaunchIntent.objects.bulk_create((LaunchIntent(
        key=f"together:{n}", cause="manual", run=first.run, stage=first.stage, recorded_at=at, not_before=at, taken_at=at, **owned)
        for n in range(number)), batch_size=2000)
    intents = LaunchIntent.objects.filter(key__startswith="together:").order_by("pk").values_list("pk", flat=True)
    rows = [Submission(pk=n, tag=f"together-{n}", intent_id=intent, run=first.run, lineage_id=n, stage=first.stage, version_id=campaign.version_id,
                       status=Status.RUNNING if n % ENDED else Status.FAILED, created_at=at - timedelta(hours=1), running=40, expected=40,
                       wrapped="" if n % ENDED else Status.FAILED, **owned) for n, intent in enumerate(intents, start=1)]
    Submission.objects.bulk_create(rows, batch_size=2000)
    tally.rebuild()
    return rows


def _timed(work: Any) -> tuple[float, Any]:
    began = time.perf_counter()
    found = work()
    return time.perf_counter() - began, found


def _worker() -> "subprocess.Popen[bytes]":
    environment = {**os.environ, "POMS_WAKE_UPS": "no", "DJANGO_SETTINGS_MODULE": "pomssite.settings"}
    return subprocess.Popen([sys.executable, "-c", WORK], env=environment, stderr=subprocess.DEVNULL)


def _killed(act: BulkAct, after: int) -> int:
    """A worker is killed when it has done so many; how many there were then."""
    worker = _worker()
    while worker.poll() is None and act.items.filter(state="done").count() < after:
        time.sleep(0.005)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    return act.items.filter(state="done").count()
