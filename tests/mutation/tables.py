"""Which modules hold rules, and which tests are asked about each. New modules among the pure ones are found by themselves."""
import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SPELLING = ("campaigns.ini", "campaigns.editing")      # how rules are written in a file and shown in a form, and no rules
# of these the tables; texts without end, and hosts, test the rest
TEXTS = ("campaigns.document", "datasets.query", "submissions.batch.login.script")
BESIDE_MODELS = "submissions.batch.login"              # rules in a package that names models
QUERIES = ("services/test_lookup.py", "rules/test_query_spec.py", "services/test_lookup_sets.py")
ROWS = "services/test_tables.py"
QUEUE = ("adapters/test_local_queue.py", "adapters/test_local_batch.py")
ROOMS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {           # tables elsewhere: their names, and the tests that are asked
    "submissions.services.steering": (("MARKS",), (ROWS, "http/test_acts.py", "services/test_circle.py", "rules/test_lifecycle_spec.py")),
    "submissions.services.joins": (("JOINED",), (ROWS, "services/test_joins.py")),
    "submissions.services.wrapup": (("WHY_LOCATED",), (ROWS, "services/test_completion.py", "rules/test_wrapup_spec.py")),
    "submissions.services.families": (("HANDS_ON",), ("rules/test_dependency_spec.py",)),
    "submissions.services.followers": (("CAUSES",), (ROWS, "http/test_recover.py", "rules/test_dependency_spec.py")),
    "submissions.services.intents": (("AGAIN",), (ROWS, "services/test_launch.py")),
    "submissions.services.limits": (("LEVELS", "JOBS", "OVER", "ONLY_THEN"), ("services/test_limits.py", "services/test_login_hosts.py",
                                                                           "http/test_limits.py")),
    "submissions.services.timetable": (("DUE",), ("services/test_timetable.py",)),
    "submissions.services.reasons": (("JOINS", "WRONG"), (ROWS, "services/test_reasons.py")),
    "datasets.query.explaining": (("WANTED", "PLACES", "KIN", "SAYS"), (      # pure; some of its words are asked in a catalogue
        "pure/test_explaining.py", "services/test_why.py")),
    "datasets.lookup": (("WHERE", "PROJECTS"), QUERIES),
    "datasets.conditions": (("AVAILABLE", "TERMS"), QUERIES),
    "datasets.handlers.local": (("FRESH", "OPEN", "AFTER", "LOWEST"), (ROWS, "adapters/test_data_handler.py", "rules/test_splits_spec.py")),
    "datasets.services.incoming": (("FIELDS", "FACTS"), (ROWS, "services/test_declare.py", "http/test_job_api.py")),
    "submissions.batch.local.work": (("BY_ORDER",), QUEUE),
    "submissions.batch.local.queue": (("DEEDS",), QUEUE),
    "accounts.actors": (("USUAL",), (ROWS, "http/test_site.py")),
}


def pure() -> list[str]:
    """The modules that the contract of law 3 names, with what is inside them."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    named = next(contract["source_modules"] for contract in contracts if contract["name"].startswith("law 3"))
    return [module for name in named if name not in SPELLING for module in _modules(name)]


def _modules(name: str) -> Iterator[str]:
    path = ROOT.joinpath(*name.split("."))
    if path.is_dir():
        yield name
        yield from (f"{name}.{file.stem}" for file in sorted(path.glob("*.py")) if file.stem != "__init__")
    elif path.with_suffix(".py").exists():
        yield name


def file_of(module: str) -> Path:
    path = ROOT.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def all_of(module: str) -> dict[str, Any]:
    """What is changed in a module: of rooms the tables that are named, of rules all, of texts their tables."""
    only = ROOMS[module][0] if module in ROOMS else ()
    return {"functions": not only and not module.startswith(TEXTS), "only": only}


@cache
def tests_of(module: str) -> tuple[str, ...]:
    """Pure tests that import the module, or the package that it is in; those of its own name first, then the smallest."""
    if module in ROOMS:
        return tuple(f"tests/{test}" for test in ROOMS[module][1])
    family = ".".join(module.split(".")[:2])
    found = [path for path, names in _pure_tests().items() if any(name.startswith(family) for name in names)]
    own = family.rpartition(".")[2]
    return tuple(str(path.relative_to(ROOT)) for path in sorted(found, key=lambda path: (own not in path.stem, path.stat().st_size, path)))


def needs_models(tests: tuple[str, ...]) -> bool:
    """Whether one of them imports rules that lie beside models."""
    return any(name.startswith(BESIDE_MODELS) for test in tests for name in _pure_tests().get(ROOT / test, ()))


@cache
def _pure_tests() -> dict[Path, tuple[str, ...]]:
    return {path: tuple(_imports(path)) for path in ROOT.glob("tests/pure/test_*.py")}


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
