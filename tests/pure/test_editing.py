"""What the editor makes of a text: each edit changes what it says and nothing else, and every field has its place in a form."""
from dataclasses import fields

import pytest

from campaigns import document, ini
from campaigns.document import FIELDS, Campaign, Dependency, JobType, LoginSetup, Settings, Stage
from campaigns.editing import schema, turn

DOC = Campaign(
    "mc", stages=(Stage("gen", Settings(dataset="raw", job_type="sim")), Stage("reco"), Stage("ana")),
    dependencies=(Dependency("gen", "reco"), Dependency("reco", "ana", "%.root")),
    job_types=(JobType("sim", "run"),), login_setups=(LoginSetup("generic", "", "", ""),))
TEXT = ini.write(DOC)


def after(place, **wish):
    return turn(TEXT, place=place, wish=wish)


def read(told):
    assert told.refused is None
    return ini.parse(told.text)


def names(told):
    return [stage.name for stage in read(told).stages]


def test_nothing_asked_changes_nothing():
    told = turn(TEXT, place=("stage", "reco"))
    assert (told.text, told.wrong, told.form.about) == (TEXT, [], "reco")


def test_a_new_stage_stands_at_the_end_and_is_fed():
    told = after(("stage", "reco"), do="add", after="reco")
    assert (names(told), told.place) == (["gen", "reco", "ana", "stage"], ("stage", "stage"))
    assert Dependency("reco", "stage") in read(told).dependencies
    assert "already" in str(after((), do="add", name="gen").refused)


def test_copies_are_fed_by_what_feeds_the_first():
    told = after(("stage", "reco"), do="copy", name="r*3")
    assert names(told) == ["gen", "reco", "ana", "r_1", "r_2", "r_3"]
    assert {(e.upstream, e.downstream) for e in read(told).dependencies} >= {("gen", "r_1"), ("gen", "r_2"), ("gen", "r_3")}
    assert names(after(("stage", "reco"), do="copy"))[-1] == "reco_2"
    assert "1 to 200" in str(after(("stage", "reco"), do="copy", name="r*999").refused)


def test_a_stage_that_is_saved_remembers_its_name_and_others_do_not():
    known = {"known_stages": {"gen"}}
    told = turn(TEXT, place=("stage", "gen"), wish={"do": "set", "field": "name", "value": "make"}, known=known)
    assert (read(told).stages[0].was, read(told).dependencies[0].upstream) == ("gen", "make")
    back = turn(told.text, place=("stage", "make"), wish={"do": "set", "field": "name", "value": "gen"}, known=known)
    assert back.text == TEXT
    assert read(after(("stage", "gen"), do="set", field="name", value="make")).stages[0].was == ""
    assert "already" in str(after(("stage", "gen"), do="set", field="name", value="ana").refused)


def test_a_stage_goes_with_its_dependencies():
    told = after(("stage", "reco"), do="remove")
    assert (names(told), read(told).dependencies) == (["gen", "ana"], ())
    assert read(after(("dependency", "gen", "reco", "%"), do="remove")).dependencies == (Dependency("reco", "ana", "%.root"),)
    assert after(("defaults",), do="remove").refused


def test_stages_are_connected_once_and_never_to_themselves():
    assert Dependency("gen", "ana") in read(after((), do="connect", **{"from": "gen", "to": "ana"})).dependencies
    for one, other in (("gen", "reco"), ("gen", "gen"), ("gen", "nobody")):
        assert after((), do="connect", **{"from": one, "to": other}).refused


def test_places_are_kept_and_given_up():
    told = after((), do="move", to={"gen": [10.4, 20], "nobody": [1, 1]})
    assert [stage.position for stage in read(told).stages] == [(10, 20), None, None]
    assert turn(told.text, wish={"do": "move"}).text == TEXT
    for bad in ({"gen": "here"}, {"gen": [1, float("inf")]}, 7):
        assert after((), do="move", to=bad).refused


@pytest.mark.parametrize(("place", "field", "value", "line"), [
    (("stage", "reco"), "memory_mb", "3000", "memory_mb = 3000"), (("defaults",), "merge_overrides", "yes", "merge_overrides = yes"),
    (("stage", "reco"), "param_overrides", '[["-a", "1"]]', 'param_overrides = [["-a", "1"]]'), (("campaign",), "note", "a\nb", 'note = "a\\nb"'),
    (("stage", "reco"), "dataset", "", 'dataset_or_split_data = ""'), (("job_type", "sim"), "launch_script", "go", "launch_script = go"),
    (("login_setup", "generic"), "host", "farm1", "host = farm1"), (("dependency", "gen", "reco", "%"), "pattern", "%.x", "file_pattern_1 = %.x"),
    (("stage", "reco"), "position", "3, -4.5", 'nxy0 = ["reco", 3, -4.5]'), (("campaign",), "limit", "3", "campaign_limit = 3"),
])
def test_a_field_is_said_and_unsaid(place, field, value, line):
    told = after(place, do="set", field=field, value=value)
    assert line in told.text.split("\n") and line not in TEXT.split("\n")
    read(told)
    if place[0] != "dependency":
        back = turn(told.text, place=told.place, wish={"do": "set", "field": field, "value": None})
        assert line not in back.text.split("\n")


def test_what_cannot_be_read_is_told_beside_its_field_and_changes_nothing():
    told = after(("stage", "reco"), do="set", field="memory_mb", value="much")
    row = next(row for _, rows in told.form.groups for row in rows if row.asked.field == "memory_mb")
    assert (told.text, row.value, row.faults) == (TEXT, "much", [str(told.refused)])
    assert after(("stage", "reco"), do="set", field="colour", value="red").refused
    assert after(("stage", "reco"), do="fly").refused
    assert after(("stage", "nobody"), do="set", field="note", value="x").refused


def test_what_is_wrong_is_told_with_its_line_its_field_and_on_its_stage():
    told = after(("stage", "reco"), do="set", field="split", value="nfiles(ten")
    [wrong] = told.wrong
    assert told.text.split("\n")[wrong.line - 1] == "cs_split_type = nfiles(ten"
    assert (wrong.place, wrong.field, [stage["wrong"] for stage in told.picture["stages"]]) == (("stage", "reco"), "split", [0, 1, 0])
    assert [row.faults for _, rows in told.form.groups for row in rows if row.asked.field == "split"] == [[wrong.sentence]]


def test_a_text_that_cannot_be_read_is_not_edited_so_that_nothing_of_it_is_lost():
    broken = TEXT + "\n[no such]\n"
    told = turn(broken, wish={"do": "add"})
    assert (told.text, told.picture, told.form) == (broken, None, None)
    assert "mend it first" in str(told.refused) and told.wrong[0].line == broken.count("\n")
    assert turn("").picture is None


def test_a_shared_part_is_changed_for_all_or_copied_for_one():
    told = turn(TEXT, place=("job_type", "sim"))
    assert told.form.users == ["gen"]
    copied = turn(TEXT, place=("job_type", "sim"), wish={"do": "copy", "for": "reco"})
    assert [part.name for part in read(copied).job_types] == ["sim", "sim_reco"]
    assert [stage.settings.job_type for stage in read(copied).stages] == ["sim", "sim_reco", None]
    wish = {"do": "copy", "for": "reco", "field": "launch_script", "value": "walk"}
    changed = turn(TEXT, place=("job_type", "sim"), wish=wish, known={"known_types": {"sim", "sim_reco"}})
    assert [(part.name, part.launch_script) for part in read(changed).job_types] == [("sim", "run"), ("sim_reco_2", "walk")]
    assert (changed.place, read(changed).stages[1].settings.job_type) == (("job_type", "sim_reco_2"), "sim_reco_2")
    assert turn(TEXT, place=("stage", "gen")).form.groups[2][1][0].leads == '["job_type", "sim"]'
    renamed = read(after(("job_type", "sim"), do="set", field="name", value="simulate"))
    assert (renamed.job_types[0].name, renamed.stages[0].settings.job_type) == ("simulate", "simulate")


def test_every_field_of_a_document_has_its_place_in_a_form():
    """What is not a field of a form is drawn, or is a form of its own."""
    others = {"campaign": {"stages", "dependencies", "job_types", "login_setups", "defaults"}, "stage": {"settings"}}
    parts = {"campaign": Campaign, "defaults": Settings, "stage": Stage, "dependency": Dependency, "job_type": JobType, "login_setup": LoginSetup}
    assert set(schema.FORMS) == set(parts)
    for kind, part in parts.items():
        asked = [each.field for group in schema.FORMS[kind] for each in group.asked]
        wanted = {each.name for each in fields(part)} - others.get(kind, set()) | (set(FIELDS) if kind == "stage" else set())
        assert (len(asked), set(asked)) == (len(wanted), wanted), kind


def test_what_is_unsaid_says_what_holds_instead():
    doc = Campaign("mc", defaults=Settings(cpus=4), stages=(Stage("gen"),))
    told = turn(ini.write(doc), place=("stage", "gen"))
    rows = {row.asked.field: row for _, rows in told.form.groups for row in rows}
    assert (rows["cpus"].inherited, rows["cpus"].source, rows["cpus"].is_said) == ("4", "the campaign", False)
    assert rows["memory_mb"].inherited == str(document.HOUSE_DEFAULTS.memory_mb)


def test_of_very_many_stages_the_places_are_said():
    names = [f"s{n}" for n in range(200)]
    edges = tuple(Dependency(names[(n - 1) // 2], names[n]) for n in range(1, 200))

    def spots(stages, dependencies):
        doc = Campaign("mc", stages=tuple(map(Stage, stages)), dependencies=dependencies)
        return [stage["spot"] for stage in turn(ini.write(doc)).picture["stages"]]
    found = spots(names, edges)
    assert (found[0], found[1][1] - found[0][1], len(set(found))) == ((0, 0), 96, 200)
    assert found[1][0] < 0 < found[2][0] and sum(x for x, _ in found) == 0
    assert set(spots(names[:100], edges[:99])) == set(spots(names, (*edges, Dependency("s199", "s0")))) == {None}
