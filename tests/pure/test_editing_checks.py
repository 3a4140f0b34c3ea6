"""What the editor says of a campaign before it is saved: in the list, beside the field, and on the stages that it concerns."""
import pytest

from campaigns import ini
from campaigns.document import Campaign, Dependency, JobType, LoginSetup, Problem, Recovery, Settings, Stage, matching
from campaigns.editing import turn

KNOWN = {"known_logins": {"farm"}, "known_types": {"run"}, "known_stages": {"gen", "reco"}}
BASE = Campaign("mc", defaults=Settings(dataset="raw", login_setup="farm", job_type="run"), stages=(Stage("gen"), Stage("reco")),
                dependencies=(Dependency("gen", "reco", "%.x"),), keywords=(("run", "7"),))
GEN, RECO, EDGE = ("stage", "gen"), ("stage", "reco"), ("dependency", "gen", "reco", "%.x")


def campaign(**said):
    return Campaign(**{**vars(BASE), **said})


def gen(**said):
    return campaign(stages=(Stage("gen", Settings(**said)), Stage("reco")))


def seen(doc, place, more=None):
    told = turn(ini.write(doc), place=place, known=KNOWN, **({"more": more} if more else {}))
    rows = {row.asked.field: row for _, rows in told.form.groups for row in rows}
    return told, rows, {stage["name"]: (stage["wrong"], stage["doubts"]) for stage in told.picture["stages"]}


@pytest.mark.parametrize(("doc", "place", "field", "words", "marked"), [
    (gen(dataset="%(year)s"), GEN, "dataset", "keyword %(year)s is not one of the campaign's", {"gen"}),
    (gen(software_version="v%(year)s"), GEN, "software_version", "keyword %(year)s", {"gen"}),
    (gen(param_overrides=(("-a", "%(year)s"),)), GEN, "param_overrides", "the keyword %(year)s is not known", {"gen"}),
    (gen(test_param_overrides=(("-a", "%"),)), GEN, "test_param_overrides", "a single % means nothing", {"gen"}),
    (gen(completion_pct=150), GEN, "completion_pct", "at most 100", {"gen"}),
    (campaign(defaults=Settings(dataset="raw", login_setup="farm", job_type="run", completion_pct=0)), ("defaults",), "completion_pct",
     "above 0", {"gen", "reco"}),
    (gen(split="nfiles(0)"), GEN, "split", "a whole number of at least 1", {"gen"}),
    (gen(test_split="none(1)"), GEN, "test_split", "takes no parameters", {"gen"}),
    (gen(split="multiparam"), GEN, "dataset", "a JSON list of lists", {"gen"}),
    (gen(job_type="nobody"), GEN, "job_type", "there is no such job type", {"gen"}),
    (gen(login_setup="nowhere"), GEN, "login_setup", "there is no such login setup", {"gen"}),
    (gen(vo_role=""), GEN, "vo_role", "", set()),
    (campaign(name=" mc"), ("campaign",), "name", "cannot begin or end with a blank", set()),
    (campaign(parameters=(("a b", "1"),)), ("campaign",), "parameters", "letters, digits and _", set()),
    (campaign(keywords=(("run", "1"), ("run", "2"))), ("campaign",), "keywords", "more than once", set()),
    (campaign(stages=(Stage("gen"), Stage(" reco")), dependencies=()), ("stage", " reco"), "name", "cannot begin or end with a blank", {" reco"}),
    (campaign(job_types=(JobType("run", "go %(year)s"),)), ("job_type", "run"), "launch_script", "%(year)s is not known",
     {"gen", "reco"}),
    (campaign(job_types=(JobType("run", "go", recoveries=(Recovery("magic"),)),)), ("job_type", "run"), "recoveries", "must be one of",
     {"gen", "reco"}),
    (campaign(login_setups=(LoginSetup("farm", "", "", "cd %x"),)), ("login_setup", "farm"), "setup", "a single %", {"gen", "reco"}),
    (campaign(dependencies=(Dependency("gen", "reco", "run_number <"),)), ("dependency", "gen", "reco", "run_number <"), "pattern",
     "a fragment of a query", {"reco"}),
    (campaign(dependencies=(Dependency("gen", "reco", ""),)), ("dependency", "gen", "reco", ""), "pattern", "needs a file pattern", {"reco"}),
    (campaign(stages=(Stage("gen"), Stage("reco", Settings(join="drained"))), defaults=Settings(
        dataset="raw", login_setup="farm", job_type="run", split="draining")), RECO, "join", "never ends", {"reco"}),
])
def test_what_cannot_work_is_told_beside_its_field_and_on_its_stages(doc, place, field, words, marked):
    told, rows, stages = seen(doc, place)
    assert {name for name, (wrong, _) in stages.items() if wrong} == marked
    assert any(words in sentence for sentence in rows[field].faults) or not words
    assert any(words in each.sentence and each.field == field and not each.warns for each in told.wrong) or not words


def test_a_circle_is_wrong_where_it_closes_and_what_it_shuts_out_is_doubtful():
    stages = tuple(map(Stage, ("first", "gen", "reco", "ana", "free")))
    circle = (Dependency("first", "gen"), Dependency("gen", "reco"), Dependency("reco", "gen"), Dependency("reco", "ana"))
    told, _, marks = seen(campaign(stages=stages, dependencies=circle), ("campaign",))
    [wrong] = [each for each in told.wrong if not each.warns]
    assert "wait for one another" in wrong.sentence and wrong.place in {("dependency", "reco", "gen", "%"), ("dependency", "gen", "reco", "%")}
    assert [(edge["from"], edge["to"]) for edge in told.picture["edges"] if edge["wrong"]] == [wrong.place[1:3]]
    assert {name for name, (_, doubts) in marks.items() if doubts} == set()       # one leads in: only what nothing leads into is shut out
    shut = seen(campaign(stages=stages[1:], dependencies=circle[1:]), ("stage", "ana"))
    assert {name for name, (_, doubts) in shut[2].items() if doubts} == {"gen", "reco", "ana"}
    assert "nothing comes here" in shut[1]["name"].doubts[0] and not shut[1]["name"].faults


def test_a_stage_that_waits_for_itself_is_no_circle():
    told, _, marks = seen(campaign(dependencies=(Dependency("gen", "gen"), Dependency("gen", "reco"))), GEN)
    assert (told.wrong, set(marks.values())) == ([], {(0, 0)})


def test_patterns_and_datasets_without_files_are_doubtful_and_refuse_nothing():
    doc = campaign(dependencies=(Dependency("gen", "reco", "%.x, %.y"), Dependency("gen", "reco", "%")))
    assert [each.dimensions for each in matching.spoken(doc)] == ["file_name like %.x", "file_name like %.y", "defname: raw"]

    def more(campaign):
        return (), matching.doubts(campaign, {"file_name like %.y": "no such file", "defname: raw": "unknown", "else": "no"})
    told, rows, marks = seen(doc, ("dependency", "gen", "reco", "%.x, %.y"), more)
    assert (rows["pattern"].doubts, rows["pattern"].faults) == (["%.y: no such file"], [])
    assert (marks, told.errors, [each["doubts"] for each in told.picture["edges"]]) == ({"gen": (0, 1), "reco": (0, 1)}, 0, [False, True])
    lines = told.text.split("\n")
    assert [(lines[each.line - 1], each.place) for each in told.wrong] == [
        ("file_pattern_2 = %.x, %.y", ("dependency", "gen", "reco", "%.x, %.y")), ("dataset_or_split_data = raw", GEN)]


@pytest.mark.parametrize(("stage", "asked"), [
    (Settings(dataset="a b", split="nfiles(2)"), ["a b"]), (Settings(dataset="one, two", split="list"), ["defname: one", "defname: two"]),
    (Settings(dataset='[["a"]]', split="multiparam"), []), (Settings(dataset="lab1-4", split="stagedfiles(2)"), []),
    (Settings(dataset="none"), []), (Settings(dataset="raw%(run)s"), ["defname: raw7"]), (Settings(dataset="raw", split="odd"), []),
    (Settings(dataset="raw", stage_type="approval"), []),
])
def test_only_what_a_split_takes_files_from_is_asked_for(stage, asked):
    doc = campaign(stages=(Stage("gen", stage),), dependencies=())
    assert [each.dimensions for each in matching.spoken(doc)] == asked


def test_what_its_caller_knows_is_told_once():
    doc = campaign(job_types=(JobType("run", ""),))
    known = Problem(("job_type", "run"), "launch_script", "", "does not fit")
    other = Problem(("job_type", "run"), "note", "x", "is odd")
    told, rows, _ = seen(doc, ("job_type", "run"), lambda campaign: ([known, other], ()))
    assert (len(rows["launch_script"].faults), rows["note"].faults) == (1, ["is odd"])
