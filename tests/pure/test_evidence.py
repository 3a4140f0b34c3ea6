"""The runner of the evidence: a table, a summary and an honest end."""
import importlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import evidence
from tests.evidence.document import editor

ROOT = Path(__file__).parents[2]
MODULE = '''"""Shows something."""
from scripts.evidence import Line


def lines(size):
    yield Line("two and two", "4", str(2 + 2), True)
    yield Line("size", "small", size, size == "small")
'''


@pytest.fixture
def shown(tmp_path, monkeypatch, capsys):
    (tmp_path / "sums.py").write_text(MODULE)
    monkeypatch.setattr(evidence, "FOLDER", tmp_path)
    monkeypatch.setattr(evidence, "PACKAGE", tmp_path.name)
    monkeypatch.syspath_prepend(tmp_path.parent)

    def show(*words):
        return evidence.main(words), capsys.readouterr().out.splitlines()

    return show


def test_when_all_is_held_it_ends_well(shown):
    code, out = shown("sums", "small")
    assert code == 0
    assert out[0].split() == ["what", "aim", "measured", "held"]
    assert out[-1] == "evidence sums: 2 of 2 lines held"


def test_one_line_that_is_not_held_is_shown_and_fails(shown):
    code, out = shown("sums", "full")
    assert code == 1
    assert out[-2].endswith("NO")
    assert out[-1] == "evidence sums: 1 of 2 lines held"


def test_without_a_name_it_lists_what_there_is(shown):
    assert shown() == (0, ["  make evidence-sums         Shows something."])


def test_a_name_that_is_none_is_told():
    argv = [sys.executable, "-m", "scripts.evidence", "nothing-such"]
    done = subprocess.run(argv, cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "there is no evidence 'nothing-such'" in done.stderr


def test_every_part_of_the_evidence_can_be_begun():
    parts = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in (ROOT / "tests" / "evidence").rglob("[a-z]*.py")]
    assert [name for name in parts if not callable(getattr(importlib.import_module(name), "lines", None))] == []


def test_every_browser_test_of_the_editor_has_one_line_of_its_own():
    words = [*editor.SHOWN, "500_stages"]
    names = [name for path in editor.TESTS for name in re.findall(r"^def (test_\w+)", (ROOT / path).read_text(), re.MULTILINE)]
    assert {*editor.TESTS} == {f"tests/browser/{path.name}" for path in (ROOT / "tests" / "browser").glob("test_editor*.py")}
    assert [name for name in names if sum(word in name for word in words) != 1] == []
    assert [word for word in words if not any(word in name for name in names)] == []
