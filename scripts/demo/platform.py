"""A platform for the demo: set up, peopled, started in the background, and given its campaign."""
import os
import secrets
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from django.conf import settings
from django.urls import reverse

from accounts.models import Experiment, Membership, User
from campaigns.models import Campaign
from pomssite.kit import supervisor
from scripts import postgres, serve
from scripts.demo import grid
from scripts.demo.choices import Place, Size
from scripts.demo.trouble import Trouble

EXPERIMENT, USER = "demo", "demo"
TEMPLATE = postgres.ROOT / "demo" / "zmumu.ini"
PAYLOAD = postgres.ROOT / "demo" / "payload"
START_S = 90


def people(place: Place) -> str:
    """The experiment, and somebody in it who may launch; their password. May be repeated."""
    experiment, _ = Experiment.objects.get_or_create(name=EXPERIMENT, defaults={"title": "Demonstration"})
    user, _ = User.objects.get_or_create(username=USER, defaults={"first_name": "Demo"})
    Membership.objects.get_or_create(user=user, experiment=experiment, defaults={"role": "production"})
    file = place.var / "demo" / "password"
    password = _kept(file)
    if not user.check_password(password):
        user.set_password(password)
        user.save(update_fields=["password"])
    return password


def _kept(file: Path) -> str:
    """Made once, readable by nobody else."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new:
            new.write(secrets.token_urlsafe(12))
    return file.read_text().strip()


def campaign_name(*, new: bool) -> str:
    """The newest demo campaign, or the next name if a new one is wanted or there is none."""
    known = {name for name in Campaign.objects.filter(experiment=EXPERIMENT).values_list("name", flat=True) if _number(name)}
    last = max(map(_number, known), default=0)
    return _name(last + 1 if new or not last else last)


def _name(number: int) -> str:
    return "zmumu" if number == 1 else f"zmumu-{number}"


def _number(name: str) -> int:
    """Which demo campaign it is; 0: none of them."""
    head, _, tail = name.partition("-")
    return 0 if head != "zmumu" or (tail and not tail.isdecimal()) else int(tail or 1)


def import_campaign(name: str, size: Size, template: Path = TEMPLATE) -> None:
    """The template, filled in. A campaign that is there stays as it is."""
    if Campaign.objects.filter(experiment=EXPERIMENT, name=name, retired_at=None).exists():
        return
    given = {"name": name, "seeds": ", ".join(map(str, size.seed_list)), "events_per_seed": size.events, "luck": size.luck,
             "python": _word(sys.executable), "payload": _word(PAYLOAD), "batch": grid.chosen().batch, "note": grid.chosen().note,
             "hungry_s": grid.chosen().hungry_s}
    said = [word for key, value in given.items() for word in ("--set", f"{key}={value}")]
    manage("campaign", "import", str(template), "--experiment", EXPERIMENT, "--user", USER, "--update-shared", *said)


def _word(path: object) -> str:
    """A path as it stands between the quotes of a launch command, where % means something."""
    if "'" in str(path):
        raise Trouble(f"{path} holds a ' and cannot be written in a command: put the project into a folder without one")
    return str(path).replace("%", "%%")


def start(place: Place) -> None:
    """The platform in the background, unless it runs already; back when its pages answer."""
    if supervisor.holder(place.var / "run") is None:
        log = place.var / "log" / "supervisor.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a") as out:
            subprocess.Popen([*serve.MANAGE, "supervise"], stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True)
    deadline = time.monotonic() + START_S
    while not answers(place.url):
        if time.monotonic() > deadline:
            raise Trouble(f"the pages at {place.url} do not answer after {START_S} s; see {place.var / 'log'}")
        time.sleep(0.2)


def answers(url: str) -> bool:
    """Whether the pages are served."""
    try:
        urllib.request.urlopen(f"{url}/healthz", timeout=5).close()
    except urllib.error.HTTPError as said:
        return said.code < 500
    except OSError:
        return False
    return True


def page_of(name: str) -> str:
    """Where the campaign can be watched."""
    row = Campaign.objects.get(experiment=EXPERIMENT, name=name, retired_at=None)
    return f"{settings.ADDRESS.origin}{reverse('campaigns:campaign', args=[EXPERIMENT, row.pk])}"


def launch(name: str) -> None:
    """Begin the campaign's run, once however often it is asked for."""
    manage("launch", name, "--experiment", EXPERIMENT, "--user", USER, "--key", "demo", "--why", "make demo")


def manage(*words: str) -> None:
    """A management command; Trouble with what it said if it fails."""
    done = subprocess.run([*serve.MANAGE, *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Trouble(f"manage.py {' '.join(words[:2])} failed:\n{(done.stderr or done.stdout).strip()}")
