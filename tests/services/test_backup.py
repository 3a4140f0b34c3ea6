"""Everything in one file and back: byte for byte the same rows, whole or not at all; a copy takes nobody's jobs for its own."""
import os
import stat
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.db.models.functions import Now
from django_q.models import OrmQ

from accounts.models import SiteHold
from submissions.models import Instance, Submission, Worker
from submissions.services import leases, succession
from tests.makers import make_user
from tests.scenes import play

ROOT = Path(__file__).parents[2]


def manage(*words, database):
    return subprocess.run([sys.executable, ROOT / "manage.py", *map(str, words)], env=os.environ | {"DATABASE_URL": database}, cwd=ROOT,
                          capture_output=True, text=True, check=False)


def url_of(name):
    said = connection.settings_dict
    return f"postgresql://{said['USER']}@/{name}?host={quote(said['OPTIONS']['host'])}"


@pytest.fixture
def scene(db, settings, tmp_path):
    settings.POMS_STORAGE = tmp_path
    return play(storage=tmp_path)


@pytest.fixture
def two(transactional_db):
    """This database, and an empty one beside it."""
    Instance.objects.get_or_create(name="abc123")       # what the migrations wrote is swept between such tests
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


def test_half_a_file_restores_nothing(two, tmp_path):
    here, there = two
    file = tmp_path / "poms.dump"
    manage("backup", file, database=here)
    file.write_bytes(file.read_bytes()[:-2000])
    broken = manage("restore", file, "--copy", database=there)
    assert broken.returncode and "pg_restore came to no end" in broken.stderr
    file.unlink()
    manage("backup", file, database=here)
    assert manage("restore", file, "--copy", database=there).returncode == 0, "nothing of the first was left"


def test_one_must_say_which_it_is(db, tmp_path):
    with pytest.raises(CommandError, match="--successor --copy"):
        call_command("restore", str(tmp_path / "poms.dump"))


def test_a_copy_has_another_name_and_launches_nothing(scene):
    root = make_user("root")
    root.is_superuser = True
    root.save()
    before = Instance.objects.latest("pk").name
    OrmQ.objects.create(key="poms", payload="a task of the other")
    said = succession.begin(copy=True)
    now = Instance.objects.latest("pk").name
    assert now != before and f"restored as {now}, a copy of {before}. " in said
    assert f"The last submission that it knows is {Submission.objects.latest('pk').tag}:" in said
    assert SiteHold.objects.standing().get().by == root and not OrmQ.objects.exists()


def test_a_successor_goes_on_under_the_same_name_and_no_worker_of_the_other_lives(scene):
    before = Instance.objects.latest("pk").name
    leases.enlist("w9")
    assert succession.begin(copy=False).startswith(f"restored as {before}")
    assert not SiteHold.objects.exists() and not Worker.objects.filter(beat_at__gt=Now() - leases.ALIVE).exists()
