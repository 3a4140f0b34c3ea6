"""How the platform begins, also after a beginning that was killed."""
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.staticfiles.management.commands.collectstatic import Command
from django.contrib.staticfiles.storage import staticfiles_storage

from scripts import serve
from tests.crashes import Crash

ROOT = Path(__file__).parents[2]


@pytest.fixture
def static(tmp_path, settings):
    settings.VAR, settings.STATIC_ROOT = tmp_path, tmp_path / "static"
    settings.STATICFILES_DIRS = [ROOT / "static"]
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    return tmp_path / "static"


def test_a_file_of_the_pages_that_a_kill_left_half_written_is_written_anew(static, monkeypatch):
    def half(self, path, prefixed, storage):
        Path(staticfiles_storage.path(prefixed)).parent.mkdir(parents=True)
        Path(staticfiles_storage.path(prefixed)).write_text("half")
        raise Crash

    with monkeypatch.context() as deadly:
        deadly.setattr(Command, "copy_file", half)
        with pytest.raises(Crash):
            serve.collect()
    left = next(path for path in static.rglob("*") if path.is_file())
    assert left.read_text() == "half"
    serve.collect()
    assert left.read_text() != "half"


def test_the_web_servers_process_is_known_before_the_site_is_there():
    bare = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run([sys.executable, "-c", "from pomssite.web import Worker"], cwd=ROOT, env=bare, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
