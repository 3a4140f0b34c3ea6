"""What the documents name is there: make targets, management commands with their options, files, modules, libraries."""
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
TEXT = {page.name: page.read_text() for page in PAGES}
FILES = [path for folder in ("accounts", "campaigns", "datasets", "demo", "pomssite", "scripts", "submissions", "tests")
         for path in map(str, (ROOT / folder).rglob("*.py"))]
TARGETS = set(re.findall(r"^([a-z%-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
COMMANDS = sorted({tuple(words.split()[:2]) for text in TEXT.values() for words in re.findall(r"manage\.py ([a-z_]+ ?[a-z]*)", text)})


DEEDS = ("import", "export", "diff", "plan", "apply", "roundtrip", "add", "check", "list")       # each has options of its own


@pytest.mark.parametrize("page", TEXT)
def test_every_make_target_that_a_page_names_can_be_made(page):
    named = set(re.findall(r"`make ([a-z-]+)|^make ([a-z-]+)$", TEXT[page], re.MULTILINE))
    for target in {one or other for one, other in named}:
        assert target in TARGETS or target.startswith("evidence-"), target


@pytest.mark.parametrize("page", TEXT)
def test_every_link_to_a_file_leads_somewhere(page):
    folder = next(p for p in PAGES if p.name == page).parent
    for link in re.findall(r"\]\(([^)#:]+)\)", TEXT[page]):
        assert (folder / link).exists(), link


@pytest.mark.parametrize("page", TEXT)
def test_every_module_that_a_page_names_is_there(page):
    """By the end of its path, as the pages write it; `project.py` is a command of the field."""
    for name in set(re.findall(r"`([a-z_/]+\.py)`", TEXT[page])) - {"project.py"}:
        assert any(f"/{file}".endswith(f"/{name}") for file in FILES), name


def test_each_library_has_its_line_with_the_reason():
    lists = [path.read_text() for path in (ROOT / "requirements.in", *ROOT.glob("[dst]*/*requirements.in"))]
    assert len(lists) == 4
    wanted = {re.split("[=~]", line)[0] for text in lists for line in text.splitlines() if re.match("[a-z]", line)}
    node = json.loads((ROOT / "package.json").read_text())
    rows = "\n".join(line.split("|")[1].lower() for line in TEXT["dependencies.md"].splitlines() if line.startswith("|"))
    for name in {*wanted, *node["dependencies"], *node["devDependencies"]}:
        assert re.search(rf"(?<![a-z-]){re.escape(name)}(?![a-z-])", rows), name


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_management_command_that_a_page_names_answers(words):
    """With `--help`, so that nothing is done; options that the pages name must be among its words."""
    known = [w for w in words if w in DEEDS or w == words[0]]
    told = subprocess.run([sys.executable, ROOT / "manage.py", *known, "--help"], capture_output=True, text=True, check=False, cwd=ROOT)
    assert told.returncode == 0, told.stderr
    for text in TEXT.values():
        for line in re.findall(rf"manage\.py {' '.join(known)}\b([^`\n]*)", text):
            assert set(re.findall(r"--[a-z-]+", line)) <= set(re.findall(r"--[a-z-]+", told.stdout)), line
