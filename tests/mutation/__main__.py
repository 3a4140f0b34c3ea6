"""Tries changes of rules: prints one JSON line for each, with what came of it.

    python -m tests.mutation [--sample N] [--at-once N] [WORD ...]      only modules or tables whose name has one of the words

First the tests run without a change: a test that fails anyway notices nothing.
"""
import argparse
import ast
import json
import os
import resource
import signal
import sys
from collections.abc import Iterator
from multiprocessing import get_context

import django
import pytest

from tests.mutation import plugin
from tests.mutation.changes import variants
from tests.mutation.tables import ROOMS, ROOT, all_of, file_of, needs_models, pure, tests_of

NOTHING = -1
LONGEST_S, LONGEST_CPU_S = 600, 40
MEMORY = 3 * 2**30
QUIET = ["-x", "-q", "--no-header", "-p", "tests.mutation.plugin"]
ROOM = [*QUIET, "--reuse-db"]            # one database after the other trial of this process
PURE = [*QUIET, "-p", "no:cacheprovider", "--noconftest", "-c", os.devnull, "--rootdir", str(ROOT)]

Task = tuple[str, int, str, str]        # module, number of the change in it, where, what


def unchanged(chosen: list[Task]) -> list[Task]:
    """For each selection of tests one task that changes nothing."""
    modules = {tests_of(module): module for module, *_ in chosen}
    return [(module, NOTHING, "", "nothing is changed") for module in modules.values()]


def tasks(words: list[str]) -> Iterator[Task]:
    for module in dict.fromkeys([*pure(), *ROOMS]):
        plugin.SOURCES[module] = file_of(module).read_text()
        for number, (where, what) in enumerate(variants(ast.parse(plugin.SOURCES[module]), **all_of(module))):
            if not words or any(word in f"{module}.{where}" for word in words):
                yield module, number, where, what


def tried(task: Task) -> dict[str, str]:
    """In a process of its own, which has imported nothing of the project yet."""
    module, number, where, what = task
    tests = tests_of(module)
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        _try(module, number, tests, told=writing)
    os.close(writing)
    with os.fdopen(reading) as told:
        said = told.read()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    outcome = json.loads(said) if said else {"ended": f"by time or memory ({status})"}
    return {"module": module, "where": where, "what": what, **outcome}


def _try(module: str, number: int, tests: tuple[str, ...], *, told: int) -> None:
    signal.alarm(LONGEST_S)
    pure = module not in ROOMS
    if pure:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (LONGEST_CPU_S, LONGEST_CPU_S))
    name = f"{module}:{number}" if number != NOTHING else ":"
    os.environ |= {"MUTATION": name, "TESTS_OF": str(os.getppid())} | ({"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"} if pure else {})
    sys.meta_path.insert(0, plugin.Finder())
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    if pure and needs_models(tests):
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pomssite.settings")
        django.setup()
    code = pytest.main([*(PURE if pure else ROOM), *tests])
    outcome = plugin.OUTCOME or ({"survived": ""} if code == 0 else {"broken": f"pytest ended with {code}"})
    os.write(told, json.dumps(outcome).encode())
    os._exit(0)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("words", nargs="*")
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--at-once", type=int, default=1)
    asked = parser.parse_args()
    chosen = list(tasks(asked.words))
    if asked.sample:
        chosen = chosen[::max(1, len(chosen) // asked.sample)]
    with get_context("fork").Pool(asked.at_once) as pool:
        for outcome in pool.imap(tried, [*unchanged(chosen), *chosen]):
            print(json.dumps(outcome), flush=True)


if __name__ == "__main__":
    main()
