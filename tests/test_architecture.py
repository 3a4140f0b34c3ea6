"""The rules of the house that an import contract cannot say."""
import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
APPS = ["pomssite", "accounts", "datasets", "campaigns", "submissions"]
FILES = sorted(path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts)
CODE = [*FILES, *sorted((ROOT / "scripts").rglob("*.py")), *sorted((ROOT / "demo").rglob("*.py"))]
SCRIPTS = sorted(path for path in (ROOT / "static").rglob("*.js"))
DOORS = {"views", "api", "admin", "tasks", "management", "checks"}
BY_NAME = {"at", "now", "actor", "by", "owner"}
SIGNALS = {"post_save", "pre_save", "post_delete", "pre_delete", "m2m_changed", "receiver"}
DRAWS = "pomssite/templatetags/signs.py"      # icons: our own constants, no text of anybody
LONGEST_FUNCTION, LONGEST_FILE, DEEPEST = 40, 300, 4
ALONE = {"submissions/in_job/poms_wrap.py": 600}      # it goes to jobs as one file, so one file it is
BLOCKS = (ast.If, ast.For, ast.While, ast.With, ast.Try, ast.Match)


def place(path):
    """App and room of a file, whether the room is a file or a folder: submissions/views/lists.py is submissions, views."""
    app, room, *_ = (*path.relative_to(ROOT).with_suffix("").parts, "")
    return app, room


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def tree_of(path):
    return ast.parse(path.read_text())


def functions(tree):
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def names(tree):
    return {getattr(node, "id", getattr(node, "attr", "")) for node in ast.walk(tree)}


def depth(node, level=0):
    """How deep blocks lie in blocks; an elif is no deeper than its if."""
    def deeper(child):
        is_elif = isinstance(child, ast.If) and isinstance(node, ast.If) and node.orelse == [child]
        return isinstance(child, BLOCKS) and not is_elif

    inner = [depth(child, level + deeper(child)) for child in ast.iter_child_nodes(node)
             if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)]
    return max(inner, default=level)


def is_broad(handler):
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(one is None or getattr(one, "id", "") in {"Exception", "BaseException"} for one in caught)


def writes_status(node):
    """An assignment to .status, or a create or update that is told one."""
    match node:
        case ast.Assign(targets=[ast.Attribute(attr="status")]):
            return True
        case ast.Call(func=ast.Attribute(attr="update" | "create" | "bulk_update" | "bulk_create")):
            return any(word.arg == "status" for word in node.keywords)
    return False


def asks_the_time(tree):
    return any(isinstance(node, ast.Attribute) and node.attr in {"now", "today", "utcnow"}
               and getattr(node.value, "id", "") in {"datetime", "timezone", "date"} for node in ast.walk(tree))


def test_imports_keep_their_direction():
    """In a process of its own: it sets the logging of its whole process."""
    done = subprocess.run([Path(sys.executable).parent / "lint-imports", "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", CODE, ids=name_of)
def test_every_file_is_small_and_plain(path):
    text, tree = path.read_text(), tree_of(path)
    assert len(text.splitlines()) <= ALONE.get(name_of(path), LONGEST_FILE)
    assert not [f.name for f in functions(tree) if f.end_lineno - f.lineno >= LONGEST_FUNCTION]
    assert not [f.name for f in functions(tree) if depth(f) >= DEEPEST]
    assert len(text.splitlines()) <= 15 or ast.get_docstring(tree), "its first line says what it is for"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_nothing_happens_behind_your_back(path):
    tree = tree_of(path)
    assert not names(tree) & SIGNALS
    assert "mark_safe" not in names(tree) or name_of(path) == DRAWS, "use format_html"
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Global)]
    assert not [f.name for f in functions(tree) if f.name in {"save", "delete"} and place(path)[1] == "models"]


def test_only_loops_catch_everything():
    broad = [name_of(path) for path in CODE for node in ast.walk(tree_of(path)) if isinstance(node, ast.ExceptHandler) and is_broad(node)]
    assert broad == ["pomssite/kit/loops.py"]


def test_only_the_clock_asks_the_time():
    assert [name_of(path) for path in FILES if asks_the_time(tree_of(path))] == ["pomssite/kit/clock.py"]


def test_only_doors_read_the_clock():
    assert {place(path)[1] for path in FILES if "clock.now" in path.read_text()} <= DOORS


def test_only_lifecycle_writes_a_submissions_status():
    of_rows = [path for path in FILES if place(path)[0] == "submissions" and place(path)[1] != "batch"]
    writers = {name_of(path) for path in of_rows if any(map(writes_status, ast.walk(tree_of(path))))}
    assert writers == {"submissions/services/lifecycle.py"}


def test_services_take_who_and_when_by_name():
    found = [(path, function) for path in FILES if place(path)[1] == "services" for function in functions(tree_of(path))]
    assert not [f"{name_of(path)} {function.name}" for path, function in found
                if {word.arg for word in function.args.args} & BY_NAME and not function.name.startswith("_")]


def test_commands_are_lists_of_words():
    def uses_a_shell(node):
        return isinstance(node, ast.Call) and (
            any(word.arg == "shell" for word in node.keywords) or ast.unparse(node.func) in {"os.system", "os.popen"})

    assert not [name_of(path) for path in CODE if any(map(uses_a_shell, ast.walk(tree_of(path))))]


def test_pages_hold_no_script_and_no_style():
    inline = re.compile(r"<script(?![^>]*\b(src|nonce)=)|<style\b|\sstyle=|\son[a-z]+=|\|safe\b|javascript:", re.IGNORECASE)
    assert not [(name_of(page), found[0]) for page in (ROOT / "templates").rglob("*.html") if (found := inline.search(page.read_text()))]


def test_scripts_of_the_pages_evaluate_nothing():
    forbidden = re.compile(r"\beval\(|new Function|innerHTML\s*=|outerHTML\s*=|document\.write|\.setAttribute\(.style")
    assert not [(name_of(script), found[0]) for script in SCRIPTS if (found := forbidden.search(script.read_text()))]


def test_lists_of_packages_name_every_hash_and_no_host():
    for path in ROOT.glob("**/*requirements.txt"):
        if {"node_modules", ".venv", "var"} & set(path.relative_to(ROOT).parts):
            continue
        text = path.read_text()
        pinned = re.findall(r"^\S+==\S+ \\\n {4}--hash=", text, re.MULTILINE)
        assert len(pinned) == len(re.findall(r"^[a-z]", text, re.MULTILINE)), path
        assert not re.search(r"://|--index|--find-links|--trusted", text), path
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text()


def test_every_dependency_is_explained():
    told = (ROOT / "docs" / "dependencies.md").read_text().lower()
    wanted = {match[1].lower() for path in [ROOT / "requirements.in", *ROOT.glob("*/*.in"), *ROOT.glob("*/requirements.in")]
              for match in re.finditer(r"^([A-Za-z][\w.-]*)", path.read_text(), re.MULTILINE)}
    assert not {name for name in wanted if name not in told}
