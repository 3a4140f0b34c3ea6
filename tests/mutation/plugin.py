"""For pytest: runs the tests on a module that is changed in one place, named by MUTATION (`module:number`), and tells what came of it.

    MUTATION=submissions.states:17 python -m pytest -p tests.mutation.plugin -x tests/pure/test_states.py
"""
import ast
import importlib.abc
import importlib.util
import os
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from itertools import islice
from types import CodeType

import hypothesis
import pytest

from tests.mutation.changes import variants
from tests.mutation.tables import all_of

SOURCES: dict[str, str] = {}        # as they were when the changes were counted: somebody may be at work on them
OUTCOME: dict[str, str] = {}        # of this process: "noticed" or "broken", and by which test


class Changed(SourceFileLoader):
    """The module's own text, changed; never kept as bytecode."""

    def get_code(self, fullname: str) -> CodeType:
        tree = ast.parse(SOURCES.get(fullname) or self.get_data(self.path))
        number = int(os.environ["MUTATION"].partition(":")[2])
        next(islice(variants(tree, **all_of(fullname)), number, None))
        return compile(ast.fix_missing_locations(tree), self.path, "exec")


class Finder(importlib.abc.MetaPathFinder):
    """Knows the changed module only."""

    def find_spec(self, fullname: str, path: Sequence[str] | None = None, target: object = None) -> ModuleSpec | None:
        if fullname != os.environ["MUTATION"].partition(":")[0]:
            return None
        spec = PathFinder.find_spec(fullname, path)
        assert spec and spec.origin
        return importlib.util.spec_from_file_location(fullname, spec.origin, loader=Changed(fullname, spec.origin),
                                                      submodule_search_locations=spec.submodule_search_locations)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those of a single example come first: most changes are noticed by one of them."""
    items.sort(key=lambda item: getattr(getattr(item, "obj", None), "is_hypothesis_test", False))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.failed:
        OUTCOME.setdefault("noticed", report.nodeid)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    if report.failed:
        OUTCOME.setdefault("broken", str(report.longrepr).strip().splitlines()[-1][:150])


hypothesis.settings.register_profile("mutation", max_examples=50, derandomize=True, database=None, deadline=None,
                                     suppress_health_check=list(hypothesis.HealthCheck),
                                     phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate])
hypothesis.settings.load_profile("mutation")
if os.environ.get("MUTATION"):
    sys.meta_path.insert(0, Finder())
