"""Each change is an event that says who, in which role, through which door, with which token; and nobody changes what was written."""
import ast
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction

from accounts import actors, events, tokens
from accounts.models import Event
from accounts.policy import By
from campaigns.services import holds
from tests.makers import NOON, make_actor, make_campaign, make_experiment, make_user

ROOT = Path(__file__).parents[2]
ROOMS = sorted(path for app in ("accounts", "datasets", "campaigns", "submissions") for path in (*(ROOT / app).glob("services/**/*.py"),
                                                                                                 *(ROOT / app).glob("tokens.py")))
# They take who and when, and change nothing that is anybody's; or what they change says so by itself
LOOKS = {
    "submissions.services.launch.previewing.of_stage": "shows what would be launched",
    "submissions.services.launch.previewing.of_another": "shows what would be launched",
    **{f"campaigns.services.plans.{name}": "a plan is a proposal: applied, it is an event" for name in ("keep", "again", "merge")},
    "campaigns.services.documents.keep_version": "a version goes with the event of whoever makes it",
    "submissions.services.bulk.choosing.choose": "what is chosen is done nothing to before it is begun",
}


@pytest.fixture
def written(db):
    event = events.event("made", make_campaign(), by=make_actor().by(), at=NOON, why="as agreed")
    events.record([event])
    return Event.objects.get(what="made")


@pytest.mark.parametrize("changed", [{"why": "otherwise"}, {"by": "eve"}, {"at": NOON}, {"door": "admin"}, {"token": "x"}, {"before": "x"},
                                     {"stage": 7}, {"role": ""}, {"experiment": None}])
def test_the_database_refuses_to_change_an_event(written, changed):
    Event.objects.filter(pk=written.pk).update(number=7)
    for number in ({}, {"number": 8}):
        with pytest.raises(IntegrityError, match="is as it was written"), transaction.atomic():
            Event.objects.filter(pk=written.pk).update(**changed | number)


def test_an_event_that_has_no_number_yet_is_given_one_and_no_other_word(written):
    with pytest.raises(IntegrityError, match="is as it was written"), transaction.atomic():
        Event.objects.filter(pk=written.pk).update(number=7, why="otherwise")
    events.number_them()
    assert Event.objects.get(pk=written.pk).number
    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.filter(pk=written.pk).update(number=99)


def test_the_database_refuses_to_delete_one(written):
    with pytest.raises(IntegrityError, match="is as it was written"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_event WHERE id = %s", [written.pk])


def test_the_actor_brings_role_door_and_token(db, rf):
    row, text = tokens.make("nightly", ["launch"], 1, actor=make_actor(), at=NOON)
    request = rf.post("/api/v1/dune/stages/1/launch")
    request.user, request.token = row.user, tokens.find(text, at=NOON)
    actor = actors.actor_of(request, "dune")
    assert actor.by() == By("ann", "production", "api", f"{row.begins}… nightly")
    campaign = make_campaign()
    holds.hold(campaign, actor=actor, at=NOON, why="a script")
    said = Event.objects.get(what="launches held")
    assert (said.by, said.role, said.door, said.token) == ("ann", "production", "api", str(row))


def test_on_the_command_line_and_on_a_page_the_door_is_another(db, rf):
    user = make_user("ann")
    request = rf.get("/dune/campaigns/")
    request.user, request.session = user, {}
    assert actors.actor_of(request, "dune").by().door == "page"
    assert actors.member("ann", "dune", "production").by().door == "command"


def test_what_happens_to_an_experiment_is_in_its_history(db):
    row = make_experiment()
    assert events.event("changed", row, by=By("root"), at=NOON).experiment_id == "dune"


def _named(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _imported(tree):
    """What each name of a module stands for elsewhere."""
    return {found.asname or found.name: f"{node.module}.{found.name}" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
            for found in node.names}


def _reaches(node, module, known):
    """The full names of what a function calls or hands on."""
    for one in ast.walk(node):
        if isinstance(one, ast.Name):
            yield known.get(one.id, f"{module}.{one.id}")
        elif isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name):
            yield f"{known.get(one.value.id, one.value.id)}.{one.attr}"


def _functions():
    """Each function of a room by its full name, with what it reaches; what a package hands on goes by the package's name too."""
    found, names = {}, {}
    for path in ROOMS:
        tree, module = ast.parse(path.read_text()), _named(path)
        known = _imported(tree)
        if path.name == "__init__.py":
            names |= {f"{module}.{name}": whole for name, whole in known.items()}
        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                found[f"{module}.{node.name}"] = node, set(_reaches(node, module, known))
    return {name: (node, {names.get(one, one) for one in reached}) for name, (node, reached) in found.items()}


def _writers(functions):
    """Those that record an event, by themselves or by those that they call."""
    telling = {"accounts.events.record"}
    while more := {name for name, (_, reached) in functions.items() if reached & telling} - telling:
        telling |= more
    return telling


def test_each_service_that_a_person_asks_writes_an_event():
    """Who takes `actor` or `by`, and `at`, changes something in somebody's name."""
    functions = _functions()
    telling = _writers(functions)
    asked = {name: {word.arg for word in node.args.kwonlyargs} for name, (node, _) in functions.items() if not node.name.startswith("_")}
    deeds = {name for name, words in asked.items() if "at" in words and words & {"actor", "by"}}
    assert len(deeds) > 40
    assert deeds - telling == set(LOOKS)
