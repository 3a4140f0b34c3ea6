"""Everything in one file and back: byte for byte the same rows, whole or not at all; a copy takes nobody's jobs for its own."""
import os
import stat
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.db.models.functions import Now
from django_q.models import OrmQ

from accounts.models import SiteHold
from pomssite.kit.errors import NoAnswer
from pomssite.kit.registry import backend
from submissions.models import Instance, LaunchIntent, Order, Submission, Worker
from submissions.services import intents, leases, succession
from tests.makers import NOON, make_campaign, make_document, make_intent, make_user
from tests.scenes import play
from tests.services.deeds import LATER, go

ROOT = Path(__file__).parents[2]


def manage(*words, database):
    return subprocess.run([sys.executable, ROOT / "manage.py", *map(str, words)], env=os.environ | {"DATABASE_URL": database}, cwd=ROOT,
                          capture_output=True, text=True, check=False)


def url_of(name):
    said = connection.settings_dict
    return f"postgresql://{said['USER']}@/{name}?host={quote(said['OPTIONS']['host'])}"


@pytest.fixture
def named(db):
    """What the migrations wrote is swept between tests of whole transactions."""
    Instance.objects.get_or_create(name="abc123")


@pytest.fixture
def scene(named, settings, tmp_path):
    settings.POMS_STORAGE = tmp_path
    return play(storage=tmp_path)


@pytest.fixture
def two(transactional_db):
    """This database, and an empty one beside it."""
    Instance.objects.all().delete()
    Instance.objects.create(name="abc123")
    name = f"{connection.settings_dict['NAME']}_again"
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}"')
    yield url_of(connection.settings_dict["NAME"]), url_of(name)
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def test_what_was_saved_is_there_again_and_only_into_an_empty_database(two, tmp_path):
    here, there = two
    make_user("ann")
    file = tmp_path / "poms.dump"
    assert manage("backup", file, database=here).returncode == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and [path.name for path in tmp_path.iterdir()] == ["poms.dump"]
    again = manage("backup", file, database=here)
    assert again.returncode and "is there already" in again.stderr
    refused = manage("restore", file, "--successor", database=here)
    assert refused.returncode and "is not empty" in refused.stderr
    restored = manage("restore", file, "--successor", database=there)
    assert restored.returncode == 0, restored.stderr
    assert Instance.objects.latest("pk").name in restored.stdout
    assert "dune" in manage("experiment", "list", database=there).stdout


def test_half_a_restore_works_nowhere_and_is_begun_anew(two, tmp_path):
    here, there = two
    root = make_user("root")
    root.is_superuser = True
    root.save()
    file = tmp_path / "poms.dump"
    manage("backup", file, database=here)
    whole = file.read_bytes()
    file.write_bytes(whole[:-2000])
    broken = manage("restore", file, "--copy", database=there)
    assert broken.returncode and "pg_restore came to no end" in broken.stderr and "Nothing works here" in broken.stderr
    manage("migrate", database=there)
    assert "was not wholly restored" in manage("tick", database=there).stderr
    file.write_bytes(whole)
    restored = manage("restore", file, "--copy", database=there)
    assert restored.returncode == 0 and "a copy of abc123" in restored.stdout, "nothing of the first was left"


def test_a_copy_without_anybody_who_could_release_it_is_refused(two, tmp_path):
    here, there = two
    file = tmp_path / "poms.dump"
    manage("backup", file, database=here)
    assert "knows no administrator of the site" in manage("restore", file, "--copy", database=there).stderr
    assert manage("restore", file, "--successor", database=there).returncode == 0


def test_one_must_say_which_it_is(db, tmp_path):
    with pytest.raises(CommandError, match="--successor --copy"):
        call_command("restore", str(tmp_path / "poms.dump"))


def test_a_copy_has_another_name_and_launches_nothing(scene):
    root = make_user("root")
    root.is_superuser = True
    root.save()
    before = Instance.objects.latest("pk").name
    OrmQ.objects.create(key="poms", payload="a task of the other")
    said = succession.begin(copy=True, at=NOON)
    now = Instance.objects.latest("pk").name
    assert now != before and f"restored as {now}, a copy of {before}. " in said
    assert f"The last submission that it knows is {Submission.objects.latest('pk').tag}:" in said
    assert SiteHold.objects.standing().get().by == root and not OrmQ.objects.exists()


def test_a_successor_goes_on_under_the_same_name_and_no_worker_of_the_other_lives(scene):
    before = Instance.objects.latest("pk").name
    leases.enlist("w9")
    assert succession.begin(copy=False, at=NOON).startswith(f"restored as {before}")
    assert not SiteHold.objects.exists() and not Worker.objects.filter(beat_at__gt=Now() - leases.ALIVE).exists()


def test_what_the_other_was_about_to_send_waits_here_under_another_name(named, monkeypatch):
    """And what was asked of jobs there is not done from here."""
    def silent(*said):
        raise NoAnswer("the catalogue says nothing")
    monkeypatch.setattr(backend("DATA_HANDLERS").inside, "define", silent)
    root = make_user("root")
    root.is_superuser = True
    root.save()
    make_intent(make_campaign(make_document("plain", dependencies=())))
    go(leases.enlist("w1"))
    row = Submission.objects.get()
    Order.objects.create(submission=row, deed="hold", by="ann", why="looking", asked_at=NOON)
    succession.begin(copy=True, at=NOON)
    row.refresh_from_db()
    intent = LaunchIntent.objects.get()
    assert row.abandoned_at and intent.taken_at is None
    assert Order.objects.get().trouble == succession.NOT_HERE and Order.objects.get().done_at
    monkeypatch.undo()
    intents.recheck([row.stage_id])
    go(leases.enlist("w2"), LATER + timedelta(hours=1))
    assert Submission.objects.count() == 1 and "held by root" in LaunchIntent.objects.get().gate
