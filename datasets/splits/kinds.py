"""The splits there are: one function and one row in SPLITS each."""
from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile
from math import ceil, prod

from datasets.query import quoted
from datasets.splits import lists, values, windows
from datasets.splits.parts import Ask, At, BadSplit, Cut, Given, Listed, Nothing, Split, names
from datasets.splits.words import NOTHING, dimensions, is_query, narrowed

LEFT = "the dataset has nothing left to cut"
NAMES_NONE = Nothing("the dataset names no files", final=False)
LOOK = 1_000        # files looked at first where it is not known how many a slice will take


def whole(at: At) -> Cut | Nothing:
    words = dimensions(at.dataset)
    count = at.ask.count(words) if words else 0
    return Cut(words, at.state, count) if count or not words else Nothing("no file is in the dataset now")


def first_files(at: At) -> Cut | Nothing:
    if not dimensions(at.dataset):
        return NAMES_NONE
    words = narrowed(at.dataset, f"with limit {at.given['n']}")
    count = at.ask.count(words)
    return Cut(words, at.state, count) if count else Nothing("no file is in the dataset now")


def element(at: At) -> Cut | Nothing:
    """The next of the list that has files; those that have none are passed over once another has."""
    elements, begin = lists.elements(at.dataset), at.state or 0
    for index, name in enumerate(elements[begin:], begin):
        if count := at.ask.count(dimensions(name)):
            return Cut(dimensions(name), index + 1, count)
    return Nothing(f"{', '.join(elements[begin:])}: no file is in the rest of the list" if elements[begin:] else LEFT, not elements[begin:])


def combination(at: At) -> Cut | Nothing:
    found, index = lists.options(at.dataset), at.state or 0
    if index >= prod(map(len, found)):
        return Nothing(LEFT)
    return Cut("", index + 1, parameter=lists.combined(found, index))


def next_files(at: At) -> Cut | Nothing:
    words = dimensions(at.dataset)
    return _slice(at, words, at.ask.fresh(words, at.given["n"])) if words else NAMES_NONE


def staged_files(at: At) -> Cut | Nothing:
    words = f"project_name {_project(at.dataset)} and consumed_status co%"
    return _slice(at, words, at.ask.fresh(words, at.given["n"]))


def every(at: At) -> Cut | Nothing:
    """Every m-th file of all: of those that slice after slice has left, every m-th, then every (m-1)-th, and at last all."""
    words, begun, m = dimensions(at.dataset), at.state or 0, at.given["m"]
    if begun >= m:
        return Nothing(LEFT)
    return _slice(at, words, at.ask.fresh(words, None)[::m - begun]) if words else NAMES_NONE


def run(at: At) -> Cut | Nothing:
    """The next run that has files which are in no slice."""
    low, high = max(at.given["low"], at.state or 0), at.given["high"]
    if not dimensions(at.dataset):
        return NAMES_NONE
    while low <= high and (found := at.ask.lowest(narrowed(at.dataset, f"and run_number {low}-{high}"), "run_number", low)) is not None:
        words = narrowed(at.dataset, f"and run_number {found}")
        if files := at.ask.fresh(words, None):
            return Cut(words, found + 1, len(files), files=names(files))
        low = found + 1
    return Nothing(f"no file is of a run from {low} to {high}" if low <= high else LEFT, low > high)


def existing_run(at: At) -> Cut | Nothing:
    """All files of the run of the first one that is in no slice."""
    if not dimensions(at.dataset):
        return NAMES_NONE
    having = at.ask.fresh(narrowed(at.dataset, "and run_number >= 0"), 1)
    if having:
        words = narrowed(at.dataset, f"and run_number {having[0].run}")
        return _slice(at, words, at.ask.fresh(words, None))
    without = at.ask.fresh(dimensions(at.dataset), 1)
    return Nothing(f"only files without a run are left, as {without[0].name}: declare their run_number, or use another split" if without else LEFT)


def so_many_events(at: At) -> Cut | Nothing:
    """Files as they come, as long as their events fit; a file that fits in no slice is one by itself."""
    words, most, look = dimensions(at.dataset), at.given["n"], LOOK
    while words:
        listed = at.ask.fresh(words, look)
        fitting = _fitting(listed, most)
        if len(fitting) < len(listed) or len(listed) < look:
            return _slice(at, words, fitting or listed[:1])
        look *= 2
    return NAMES_NONE


def _fitting(listed: Sequence[Listed], most: int) -> list[Listed]:
    total = 0

    def fits(file: Listed) -> bool:
        nonlocal total
        if file.events is None:
            raise BadSplit(f"split nevents: file {file.name} says no events; declare how many events it has, or use nfiles(n)")
        total += file.events
        return total <= most
    return list(takewhile(fits, listed))


def _slice(at: At, words: str, files: Sequence[Listed]) -> Cut | Nothing:
    return Cut(words, (at.state or 0) + 1, len(files), files=names(files)) if files else Nothing(LEFT)


def _project(dataset: str) -> str:
    name = dataset.strip()
    if is_query(name) or name.lower() in NOTHING:
        raise BadSplit(f"split stagedfiles: dataset is {dataset!r}; it must be the name of one project, as lab1-41")
    return quoted(name)


def _portions(_dataset: str, given: Given, count: int | None) -> int | None:
    return None if count is None else ceil(count / given["n"])


def _staged_portions(dataset: str, given: Given, count: int | None) -> int | None:
    return _portions(_project(dataset), given, count)


def _span(given: Given) -> str:
    return "" if given["low"] <= given["high"] else f"low {given['low']} is above high {given['high']}"


N = Ask("n", "so many files a slice", values.WHOLE, values.from_one)
M = Ask("m", "so many slices in all", values.WHOLE, values.from_one)
EVENTS = Ask("n", "so many events a slice, at most", values.WHOLE, values.from_one)
RUN = "a run number: a whole number of at least 0"
RUNS = (Ask("low", "the first run", RUN, values.whole, "1"), Ask("high", "the last run, which is done too", RUN, values.whole, "999999"))
BY_FILES = Split(next_files, "the next n files that are in no slice yet", _portions, (N,), lasting="files", apart=True, counts=True)

SPLITS: dict[str, Split] = {        # docs/datasets.md tells what each of them does
    "none": Split(whole, "the whole dataset, once a run", lambda *_: 1, grows=True),
    "list": Split(element, "one dataset of a comma list", lambda dataset, *_: len(lists.elements(dataset)),
                  begun=lambda dataset, k: lists.elements(dataset)[:k], place="elements, from 0", rows=lists.ELEMENTS, names=lists.elements),
    "multiparam": Split(combination, "one element of each list, as a text for the jobs", lambda dataset, *_: prod(map(len, lists.options(dataset))),
                        begun=lists.combinations, place="combinations, from 0", files=False,
                        rows=lists.OPTIONS, names=lambda _dataset: []),
    "nfiles": BY_FILES,
    "drainingn": replace(BY_FILES, grows=True),
    "nevents": Split(so_many_events, "the next files that are in no slice yet, up to n events", asks=(EVENTS,), lasting="files", apart=True),
    "mod": Split(every, "every m-th file", lambda _dataset, given, _count: given["m"], (M,), place="slices, from 0", apart=True),
    "byrun": Split(run, "the files of one run, from low to high", lambda _dataset, given, _count: given["high"] - given["low"] + 1, RUNS,
                   _span, place="runs: the next one", lasting="runs", apart=True),
    "byexistingruns": Split(existing_run, "the files of one run, in the order in which runs came", lasting="files", apart=True, grows=True),
    "new": Split(windows.cut, "the files whose data ended in one window of time", windows.length, windows.ASKS, windows.check,
                 place="time: where the next window begins, in seconds since 1970", lasting="times", apart=True),
    "stagedfiles": Split(staged_files, "the next n files that were consumed in a project", _staged_portions, (N,), lasting="files",
                         apart=True, grows=True, names=lambda _dataset: []),
    "draining": Split(whole, "the whole dataset, each time", grows=True, ends=False),
    "limitn": Split(first_files, "the first n files, each time the same", asks=(N,), grows=True, ends=False),
}
