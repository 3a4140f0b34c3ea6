"""How hypothesis makes many: campaign documents that are sound, with every oddity that people and keyboards find.

    LAWS        so many documents for each test of a law
    LAWS_SEED   the same ones each time
"""
import os
from datetime import UTC, datetime, timedelta
from string import ascii_lowercase

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st

from campaigns import document as d
from campaigns.document.fields import LARGEST, RECOVERY_KINDS, REQUESTS, STYLES
from campaigns.document.state import Cut, Down, Held, State, Timed

ODD = ['"', '""', "[", "]", "{{seed}}", "{{{x}}}", "%", "%5D", "# x", "; x", "=", ":", "a: b", "\n", "\r", "\t", "\u2028", "\u00a0", "\x85",
       "\\n", "None", "é", "🙂", "[state]", "key = value", "\ufeff", "\\u007b", ",", "'"]
TEXT = st.lists(st.one_of(st.sampled_from(ODD), st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)),
                max_size=4).map("".join)
NAMES = TEXT.map(str.strip).filter(lambda name: 0 < len(name) <= 60)
SAFE = TEXT.map(lambda text: text.replace("%", "%%"))       # sound in a command or a set-up
COUNT = st.integers(0, LARGEST)
SOME = st.integers(1, LARGEST)


def many(usual):
    """How often a law is tried: so often, or as LAWS says."""
    chosen = settings(max_examples=int(os.environ.get("LAWS", usual)), deadline=None, phases=[Phase.explicit, Phase.generate, Phase.shrink],
                      suppress_health_check=[*HealthCheck])
    number = os.environ.get("LAWS_SEED")
    return lambda test: seed(int(number))(chosen(test)) if number else chosen(test)


def pairs(keys, values=TEXT):
    return st.lists(st.tuples(keys, values), max_size=3).map(tuple)


OVERRIDES = st.lists(st.one_of(st.tuples(SAFE.filter(lambda key: not key.startswith("@")), SAFE),
                               st.tuples(st.just("--in "), st.sampled_from(["%(dataset)s", "%(parameter)s", "%(version)s"])),
                               st.tuples(st.sampled_from(REQUESTS), SOME.map(str))), max_size=3).map(tuple)
NO_WORDS, PLAIN = TEXT.map(lambda text: text.replace("(", "")), TEXT.map(lambda text: text.replace("%", ""))
COMMANDS = SAFE.map(lambda text: text.translate(dict.fromkeys(map(ord, "'\"\\"))))      # no quotation is left open
KINDS = {"text": TEXT, "dataset": NO_WORDS, "version": PLAIN, "name": NAMES, "bool": st.booleans(), "int": COUNT, "pairs": OVERRIDES,
         "jobs": st.one_of(SOME, st.just("per_file")), "number": st.one_of(st.integers(1, 100), st.floats(0, 100, exclude_min=True)),
         "split": st.sampled_from(["none", "list", "nfiles(10)", "drainingn( n = 3 )"])}


def _values(field):
    if field.kind == "choice":
        return st.sampled_from(field.allowed)
    if field.kind == "int" and field.most:
        return st.integers(field.least or 0, field.most)
    return SOME if field.least == 1 and field.kind == "int" else KINDS[field.words or field.kind]


_SAID = st.fixed_dictionaries({}, optional={name: _values(field) for name, field in d.FIELDS.items()})
SETTINGS = _SAID.map(lambda said: d.Settings(**said))
POSITIONS = st.none() | st.tuples(*[st.one_of(st.integers(-9999, 9999), st.floats(-1e6, 1e6))] * 2)
STAGES = st.builds(d.Stage, NAMES, SETTINGS, note=TEXT, position=POSITIONS)
PATTERNS = st.one_of(TEXT.filter(lambda text: not any(d.values.patterns("pattern", text))),
                     st.sampled_from(["%.root, %.hist", "data_tier raw,%_sim"]))
RECOVERIES = st.lists(st.builds(d.Recovery, st.sampled_from(RECOVERY_KINDS), OVERRIDES), max_size=3).map(tuple)
SHORT = TEXT.map(lambda text: text[:30])
LOGINS = st.builds(d.LoginSetup, NAMES, SHORT.map(lambda s: s.replace("%", "")), SHORT.map(lambda s: s.replace("%", "")), SAFE,
                   batch=NAMES.map(lambda name: name[:32].strip()).filter(bool), note=TEXT, active=st.booleans())
TYPES = st.builds(d.JobType, NAMES, COMMANDS.filter(bool), OVERRIDES, PATTERNS, RECOVERIES, st.sampled_from(STYLES), SOME, COUNT, TEXT, st.booleans())
TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2199, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is put to it
WORDS = st.text(ascii_lowercase + "_", min_size=1, max_size=8)


def named(parts, **sizes):
    return st.lists(parts, unique_by=lambda part: part.name, **sizes).map(tuple)


@st.composite
def campaigns(draw):
    """Any campaign that can be stored: stages that feed only later ones."""
    stages = draw(named(STAGES, min_size=1, max_size=5))
    ways = [(up.name, down.name) for n, down in enumerate(stages) for up in stages[:n]]
    edges = st.builds(lambda way, pattern: d.Dependency(*way, pattern), st.sampled_from(ways or [("", "")]), PATTERNS.filter(bool))
    return d.Campaign(
        name=draw(NAMES), experiment=draw(WORDS), kind=draw(st.sampled_from(["regular", "test"])), note=draw(TEXT),
        limit=draw(COUNT), job_limit=draw(COUNT),
        keywords=draw(st.lists(st.tuples(WORDS, TEXT), unique_by=lambda pair: pair[0], max_size=3).map(tuple)),
        defaults=draw(SETTINGS), stages=stages, dependencies=draw(st.lists(edges, unique=True, max_size=4 if ways else 0).map(tuple)),
        login_setups=draw(named(LOGINS, max_size=2)), job_types=draw(named(TYPES, max_size=2)),
        parameters=draw(st.lists(st.tuples(WORDS, TEXT), unique_by=lambda pair: pair[0], max_size=2).map(tuple)))


@st.composite
def states(draw, stages):
    """What a campaign of these stages may be doing."""
    names = st.sampled_from(stages)
    return State(
        active=draw(st.booleans()),
        holds=tuple(draw(st.lists(st.builds(Held, st.one_of(names, st.just("")), TEXT), unique_by=lambda held: held.stage, max_size=2))),
        schedules=tuple(draw(st.lists(st.builds(Timed, names, st.sampled_from(["0 3 * * *", "*/5 1,2 * * 1"]),
                                                st.sampled_from(["UTC", "America/Chicago"]), st.just(True), paused_why=TEXT)
                                      | st.builds(Timed, names, st.just("0 4 * * *"), overlap=st.booleans()), max_size=2))),
        cuts=tuple(draw(st.lists(st.builds(Cut, names, COUNT, st.booleans()), max_size=2))),
        tags=tuple(draw(st.lists(NAMES.map(lambda name: name.replace(",", " ").strip()).filter(bool), max_size=2))),
        keep_until=draw(st.none() | TIMES),
        downtimes=tuple(draw(st.lists(st.builds(lambda stage, at, why: Down(stage, at, at + timedelta(hours=1), why), st.one_of(names, st.just("")),
                                                TIMES, TEXT.filter(str.strip)), max_size=2))))
