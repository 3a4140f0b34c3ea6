"""The document: what lies over what, what is refused, and what one document changes in another."""
from dataclasses import fields, replace

import pytest
from hypothesis import given, settings

from campaigns import document as d
from campaigns.document.changes import changes
from datasets import splits
from tests.strategies import campaigns

S = d.Settings
GEN, SIM = d.Stage("gen"), d.Stage("sim")
TWO = d.Campaign("two", stages=(GEN, SIM), dependencies=(d.Dependency("gen", "sim"),))


def one(**said):
    return d.Campaign("one", stages=(d.Stage("gen", S(**said)),))


def test_empty_is_said_and_none_is_not():
    assert S(param_overrides=(), dataset="").over(S(param_overrides=(("a", "b"),), dataset="raw")) == S(param_overrides=(), dataset="")
    assert S().over(S(dataset="raw")).dataset == "raw"


def test_a_stage_lies_over_its_campaign_and_that_over_the_house():
    campaign = d.Campaign("c", defaults=S(completion_pct=80, dataset="raw"), stages=(d.Stage("s", S(dataset="")),))
    settled = campaign.settled(campaign.stages[0])
    assert (settled.dataset, settled.completion_pct, settled.keep_stop) == ("", 80, 3)


def test_the_house_says_everything_and_the_table_knows_every_setting():
    assert all(getattr(d.HOUSE_DEFAULTS, field.name) is not None for field in fields(S))
    assert list(d.FIELDS) == [field.name for field in fields(S)]


@settings(max_examples=30)
@given(campaigns())
def test_a_sound_campaign_is_let_pass(campaign):
    d.check(campaign, known_logins={campaign.settled(s).login_setup for s in campaign.stages},
            known_types={campaign.settled(s).job_type for s in campaign.stages})


def test_dependencies_are_a_set_in_the_order_of_the_stages():
    edges = (d.Dependency("b", "c"), d.Dependency("a", "b"), d.Dependency("a", "c"))
    stages = tuple(map(d.Stage, "abc"))
    both = [d.Campaign("c", stages=stages, dependencies=way) for way in (edges, edges[::-1])]
    assert both[0] == both[1]
    assert [edge.downstream for edge in both[0].dependencies] == ["b", "c", "c"]


REFUSED = {
    "the same name twice": (replace(TWO, stages=(GEN, GEN, SIM)), ("stage", "gen"), "name", "2 times"),
    "no name": (replace(TWO, name=""), ("campaign",), "name", "cannot be empty"),
    "a name that is too long": (replace(TWO, name="x" * 201), ("campaign",), "name", "200 characters"),
    "a blank before a name": (d.Campaign("c", stages=(d.Stage(" x"),)), ("stage", " x"), "name", "blank"),
    "no stage": (d.Campaign("c"), ("campaign",), "name", "at least one stage"),
    "an unknown kind": (replace(TWO, kind="odd"), ("campaign",), "kind", "regular, test"),
    "an unknown upstream": (replace(TWO, dependencies=(d.Dependency("gone", "sim"),)), ("dependency", "sim"), "upstream", "gen, sim"),
    "an unknown downstream": (replace(TWO, dependencies=(d.Dependency("gen", "gone"),)), ("dependency", "gone"), "downstream", "no such"),
    "no pattern": (replace(TWO, dependencies=(d.Dependency("gen", "sim", ""),)), ("dependency", "sim"), "pattern", "% means every file"),
    "a dependency twice": (replace(TWO, dependencies=(d.Dependency("gen", "sim"),) * 2), ("dependency", "sim"), "upstream", "2 times"),
    "a circle": (replace(TWO, dependencies=(d.Dependency("gen", "sim"), d.Dependency("sim", "gen"))), ("dependency", "gen"), "upstream",
                 "gen > sim > gen"),
    "a percentage of 0": (one(completion_pct=0), ("stage", "gen"), "completion_pct", "above 0 and at most 100"),
    "a percentage of 101": (one(completion_pct=101), ("stage", "gen"), "completion_pct", "above 0 and at most 100"),
    "a percentage that is no number": (one(completion_pct=float("nan")), ("stage", "gen"), "completion_pct", "above 0"),
    "an unknown join": (one(join="some"), ("stage", "gen"), "join", "each, all, drained"),
    "an unknown completion": (one(completion_type="done"), ("stage", "gen"), "completion_type", "located, complete"),
    "an unknown stage type": (one(stage_type="odd"), ("stage", "gen"), "stage_type", "regular, generator"),
    "an unknown split": (one(split="halves(2)"), ("stage", "gen"), "split", "nfiles"),
    "a split without its number": (one(split="nfiles"), ("stage", "gen"), "split", "n"),
    "a test split that is none": (one(test_split="halves"), ("stage", "gen"), "test_split", "nfiles"),
    "a dataset that the split cannot read": (one(split="multiparam", dataset="a,b"), ("stage", "gen"), "dataset", "JSON list of lists"),
    "a negative number": (one(recovery_limit=-1), ("stage", "gen"), "recovery_limit", "from 0"),
    "a number that does not fit": (one(memory_mb=2**31), ("stage", "gen"), "memory_mb", "from 1"),
    "no jobs": (one(jobs=0), ("stage", "gen"), "jobs", "per_file or a whole number from 1"),
    "a text where yes or no belongs": (one(recover_failed="no"), ("stage", "gen"), "recover_failed", "yes or no"),
    "an unknown keyword": (one(param_overrides=(("--in ", "%(datset)s"),)), ("stage", "gen"), "param_overrides", "%(datset)s"),
    "a keyword that is not finished": (one(param_overrides=(("--in ", "%(dataset)"),)), ("stage", "gen"), "param_overrides", "%(dataset)s"),
    "a percent sign alone": (one(test_param_overrides=(("--part ", "5%"),)), ("stage", "gen"), "test_param_overrides", "%%"),
    "a command with an open quotation": (replace(TWO, job_types=(d.JobType("j", "run 'it"),)), ("job_type", "j"), "launch_script", "quotation"),
    "an unknown keyword in a script": (replace(TWO, job_types=(d.JobType("j", "run %(tune)s"),)), ("job_type", "j"), "launch_script", "%(tune)s"),
    "an unknown keyword in parameters": (
        replace(TWO, job_types=(d.JobType("j", "run", (("--tune ", "%(tune)s"),)),)), ("job_type", "j"), "parameters", "%(tune)s"),
    "an unknown keyword of a recovery": (
        replace(TWO, job_types=(d.JobType("j", "run", recoveries=(d.Recovery("pending_files", (("-x", "%(tune)s"),)),)),)),
        ("job_type", "j"), "recoveries", "%(tune)s"),
    "a percent sign alone in a login setup": (
        replace(TWO, login_setups=(d.LoginSetup("l", "h", "a", "echo 5%"),)), ("login_setup", "l"), "setup", "%%"),
    "an unknown keyword in the defaults": (
        replace(TWO, defaults=S(param_overrides=(("-x", "%(tune)s"),))), ("defaults",), "param_overrides", "%(tune)s"),
    "an unknown keyword in a dataset": (one(dataset="raw_%(tune)s"), ("stage", "gen"), "dataset", "%(tune)s is not one of the campaign's"),
    "a built-in keyword in a dataset": (one(dataset="raw_%(dataset)s"), ("stage", "gen"), "dataset", "known to commands alone"),
    "a built-in keyword of the campaign in a dataset": (
        replace(one(dataset="raw_%(group)s"), keywords=(("group", "g"),)), ("stage", "gen"), "dataset", "known to commands alone"),
    "a keyword in a dataset that is not finished": (
        replace(one(dataset="raw_%(tune)"), keywords=(("tune", "1"),)), ("stage", "gen"), "dataset", "write %(tune)s"),
    "an unknown keyword in a version": (one(software_version="v%(tune)s"), ("stage", "gen"), "software_version", "%(tune)s"),
    "a percent sign alone in a version": (one(software_version="v1%"), ("stage", "gen"), "software_version", "single %"),
    "a dataset that its keyword spoils": (
        replace(one(split="multiparam", dataset="[[%(list)s]]"), keywords=(("list", "a"),)), ("stage", "gen"), "dataset", "JSON list of lists"),
    "an unknown request": (one(param_overrides=(("@memory", "1"),)), ("stage", "gen"), "param_overrides", "@memory_mb"),
    "a request that is no number": (one(param_overrides=(("@cpus", "two"),)), ("stage", "gen"), "param_overrides", "whole number from 1"),
    "a NUL": (one(dataset="a\0b"), ("stage", "gen"), "dataset", "cannot be stored"),
    "a limit below 0": (replace(TWO, limit=-1), ("campaign",), "limit", "a whole number from 0"),
    "a limit of jobs that is no number": (replace(TWO, job_limit="many"), ("campaign",), "job_limit", "a whole number from 0"),
    "a keyword twice": (replace(TWO, keywords=(("tune", "1"), ("tune", "2"))), ("campaign",), "keywords", "more than once"),
    "a keyword that is no word": (replace(TWO, keywords=(("two words", "1"),)), ("campaign",), "keywords", "letters, digits"),
    "a position of one number": (d.Campaign("c", stages=(d.Stage("x", position=(1,)),)), ("stage", "x"), "position", "two numbers"),
    "a name that a stage still has": (replace(TWO, stages=(GEN, replace(SIM, was="gen"))), ("stage", "sim"), "was", "still"),
    "a login setup with a keyword of the campaign": (
        replace(TWO, keywords=(("tune", "1"),), login_setups=(d.LoginSetup("l", "h", "a", "setup %(tune)s"),)),
        ("login_setup", "l"), "setup", "%(tune)s is not known"),
    "a job type without a command": (replace(TWO, job_types=(d.JobType("j", ""),)), ("job_type", "j"), "launch_script", "needs a command"),
    "a recovery that does not exist": (
        replace(TWO, job_types=(d.JobType("j", "run", recoveries=(d.Recovery("proj_status"),)),)), ("job_type", "j"), "recoveries",
        "process_status"),
    "a job that makes less than no file": (
        replace(TWO, job_types=(d.JobType("j", "run", output_files_per_job=-1),)), ("job_type", "j"), "output_files_per_job", "from 0"),
    "a job that takes no file": (
        replace(TWO, job_types=(d.JobType("j", "run", input_files_per_job=0),)), ("job_type", "j"), "input_files_per_job", "from 1"),
    "a style that does not exist": (replace(TWO, job_types=(d.JobType("j", "run", style="odd"),)), ("job_type", "j"), "style", "submitter"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_it_is_refused_with_place_field_and_sentence(what):
    campaign, place, field, words = REFUSED[what]
    with pytest.raises(d.Unsound) as refused:
        d.check(campaign)
    assert [(p.place, p.field) for p in refused.value.problems] == [(place, field)]
    assert words in str(refused.value)
    assert field in str(refused.value)


def test_keywords_of_the_campaign_are_put_into_dataset_and_version_and_nothing_else_is():
    said = S(dataset="like 'x%%%(tune)s%' %(tune)s %(dataset)s", software_version="v%(tune)s", param_overrides=(("-t", "%(tune)s"),))
    campaign = d.Campaign("c", keywords=(("tune", "%(tune)s2"), ("dataset", "no")), stages=(d.Stage("s", said),))
    settled = campaign.settled(campaign.stages[0])
    assert (settled.dataset, settled.software_version) == ("like 'x%%%(tune)s2%' %(tune)s2 %(dataset)s", "v%(tune)s2")
    assert settled.param_overrides == said.param_overrides
    d.check(d.Campaign("c", keywords=(("tune", "2"),), stages=(d.Stage("s", S(dataset="file_name like 'x%' and tune %(tune)s")),)))


def test_a_keyword_that_has_no_effect_is_said_and_not_refused():
    campaign = replace(TWO, keywords=(("group", "g"), ("tune", "1")))
    d.check(campaign)
    assert [(p.place, p.field, p.value) for p in d.notices(campaign)] == [(("campaign",), "keywords", "group")]


def test_all_that_is_wrong_is_told_at_once():
    campaign = d.Campaign("c", defaults=S(jobs=0), stages=(d.Stage("x", S(completion_pct=140)), d.Stage("y", S(join="odd"))))
    assert [p.field for p in d.problems(campaign)] == ["jobs", "completion_pct", "join"]


def test_a_stage_may_depend_on_itself_and_is_then_kept_running():
    loop = replace(TWO, dependencies=(*TWO.dependencies, d.Dependency("gen", "gen")))
    d.check(loop)
    kept = d.without_loops(loop)
    assert kept.dependencies == TWO.dependencies
    assert [stage.settings.keep_running for stage in kept.stages] == [1, None]


def test_a_stage_that_keeps_three_running_is_not_cut_down_to_one():
    loop = d.Campaign("c", defaults=S(keep_running=3), stages=(GEN,), dependencies=(d.Dependency("gen", "gen"),))
    assert d.without_loops(loop).settled(GEN).keep_running == 3


@pytest.fixture
def _forever(monkeypatch):
    monkeypatch.setitem(splits.SPLITS, "forever", replace(splits.SPLITS["none"], ends=False))


@pytest.mark.usefixtures("_forever")
def test_nothing_waits_for_the_end_of_a_split_that_has_none():
    endless = d.Stage("gen", S(split="forever"))
    far = d.Campaign("c", stages=(endless, SIM, d.Stage("ana", S(join="drained"))),
                     dependencies=(d.Dependency("gen", "sim"), d.Dependency("sim", "ana")))
    assert [(p.place, p.field) for p in d.problems(far)] == [(("stage", "ana"), "join")]
    kept = d.Campaign("c", stages=(replace(endless, settings=S(split="forever", keep_running=2)),))
    assert [(p.place, p.field) for p in d.problems(kept)] == [(("stage", "gen"), "keep_running")]
    loop = d.Campaign("c", stages=(endless,), dependencies=(d.Dependency("gen", "gen"),))
    assert [p.field for p in d.problems(loop)] == ["keep_running"]


def test_names_of_shared_parts_are_looked_up_only_when_the_caller_knows_them():
    d.check(TWO)
    found = d.problems(TWO, known_logins={"generic"}, known_types=())
    assert [(p.place, p.field) for p in found] == [(("stage", "gen"), "job_type"), (("stage", "sim"), "job_type")]
    brought = replace(TWO, job_types=(d.JobType("generic", "run"),))
    d.check(brought, known_logins={"generic"}, known_types=())


def test_an_approval_needs_no_job_type():
    d.check(one(stage_type="approval"), known_logins=(), known_types=())


def test_a_rename_needs_a_stage_that_had_the_name():
    renamed = replace(TWO, stages=(GEN, d.Stage("reco", was="sim")), dependencies=())
    d.check(renamed, known_stages={"gen", "sim"})
    d.check(renamed, known_stages={"gen", "reco"})      # the same file again
    d.check(renamed)                                    # a campaign that does not exist yet
    assert [p.field for p in d.problems(renamed, known_stages={"gen"})] == ["was"]


def test_a_plan_says_what_changes_and_what_stays():
    after = d.Campaign("two", note="new", stages=(d.Stage("reco", S(jobs=2), was="sim"), d.Stage("ana")),
                       dependencies=(d.Dependency("reco", "ana"),))
    assert [str(line) for line in changes(TWO, after)] == [
        "update campaign two: note '' → new", "rename stage sim: to reco", "update stage reco: jobs unsaid → 2", "create stage ana",
        "retire stage gen", "create dependency reco → ana (%)", "retire dependency gen → reco (%)"]
    assert {line.verb for line in changes(TWO, TWO)} == {"keep"}
    assert [str(line) for line in changes(None, TWO)] == [
        "create campaign two", "create stage gen", "create stage sim", "create dependency gen → sim (%)"]


@pytest.mark.parametrize(("changed", "says"), [
    ({"kind": "test"}, "update campaign two: kind regular → test"), ({"note": "x"}, "update campaign two: note '' → x"),
    ({"keywords": (("k", "v"),)}, "update campaign two: keywords () → (('k', 'v'),)"),
    ({"limit": 3}, "update campaign two: limit 0 → 3"), ({"job_limit": 3}, "update campaign two: job_limit 0 → 3"),
    ({"parameters": (("p", "v"),)}, "update campaign two: parameters () → (('p', 'v'),)"),
    ({"stages": (replace(GEN, note="x"), SIM)}, "update stage gen: note '' → x"),
    ({"stages": (replace(GEN, position=(1, 2)), SIM)}, "update stage gen: position unsaid → (1, 2)"),
])
def test_a_change_of_any_one_field_is_told(changed, says):
    assert [str(line) for line in changes(TWO, replace(TWO, **changed)) if line.verb != "keep"] == [says]


def test_a_rename_keeps_the_dependencies_of_the_stage():
    after = d.Campaign("two", stages=(GEN, d.Stage("reco", was="sim")), dependencies=(d.Dependency("gen", "reco"),))
    told = [str(line) for line in changes(TWO, after)]
    assert "rename stage sim: to reco" in told
    assert not [line for line in told if line.startswith(("retire", "create"))]


def test_another_order_of_the_stages_is_a_change():
    assert changes(TWO, replace(TWO, stages=(SIM, GEN)))[0].verb == "update"


@pytest.mark.parametrize(("pattern", "part"), [
    ("%.root,data_tier (raw", "data_tier (raw"), ("data_tier = ", "data_tier ="), ("%.root, run_number and", "run_number and"),
])
def test_a_pattern_that_no_catalogue_can_read_is_refused_when_it_is_saved(pattern, part):
    edge, made = (d.Dependency("gen", "sim", pattern),), d.JobType("t", "run", output_file_patterns=pattern)
    for campaign, field in ((replace(TWO, dependencies=edge), "pattern"), (replace(TWO, job_types=(made,)), "output_file_patterns")):
        found = [problem for problem in d.problems(campaign) if problem.field == field]
        assert [problem.value for problem in found] == [part] and "cannot be read" in found[0].sentence


@pytest.mark.parametrize("pattern", ["%", "a%,b%", "data_tier raw", "%.root, data_tier raw", "(data_tier raw,sim)", "isparentof:( data_tier raw )"])
def test_file_patterns_and_fragments_of_queries_are_let_pass(pattern):
    assert not d.problems(replace(TWO, dependencies=(d.Dependency("gen", "sim", pattern),)))
