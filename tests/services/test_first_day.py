"""An experiment comes in from nothing, and its first campaign launches, by what docs/operate.md says: word for word, in a shell, with a platform that
serves."""
import os
import re
import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest

from pomssite.kit import supervisor
from scripts import postgres
from tests.laboratory import free_port
from tests.waiting import until

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "operate.md").read_text()
BLOCKS = re.findall(r"```sh first-day\n(.*?)```", TEXT, re.DOTALL)
FILES = re.findall(r"```ini (\S+)\n(.*?)```", TEXT, re.DOTALL)
BAR = ("DATABASE_URL", "DJANGO_SETTINGS_MODULE", "RESULT")


@pytest.fixture
def fresh(tmp_path):
    """A folder as after `make setup`, and a platform of its own that runs."""
    for name, to in {".venv": sys.prefix, "manage.py": ROOT / "manage.py"}.items():
        (tmp_path / name).symlink_to(to)
    said = {name: value for name, value in os.environ.items() if name not in BAR}
    said |= {"POMS_VAR": str(tmp_path / "var"), "POMS_URL": f"http://127.0.0.1:{free_port()}", "POMS_SLOTS": "1"}
    with (tmp_path / "serve.log").open("w") as log:
        serving = subprocess.Popen([sys.executable, "-m", "scripts.serve"], cwd=ROOT, env=said, stdout=log, stderr=log)
    until(lambda: supervisor.holder(tmp_path / "var" / "run"), 120, 0.2)
    yield tmp_path, said
    serving.terminate()
    serving.wait(60)
    postgres.Server(postgres.folder_of(tmp_path / "var")).stop()


def test_from_nothing_to_the_first_launch(fresh):
    folder, said = fresh
    for name, text in FILES:
        (folder / name).write_text(text)
    for block in BLOCKS:
        done = subprocess.run(["bash", "-e"], input=block, cwd=folder, env=said, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{block}\n{done.stdout}{done.stderr}"
    until(lambda: states(folder) == ["Located"], 120, 0.2)
    out, = (folder / "var" / "grid").rglob("stdout")
    assert out.read_text() == "hello from POMS\n"


def states(folder):
    with psycopg2.connect(postgres.url(folder / "var")) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT status FROM submissions_submission WHERE experiment_id = 'nova'")
        return [status for status, in cursor.fetchall()]
