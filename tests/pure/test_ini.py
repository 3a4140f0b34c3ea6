"""Campaign files of format 2: what is written is read back, whatever stands in it, and every fault has its line."""
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns import document as d
from campaigns import ini
from campaigns.document.state import Cut, Held, State, Timed
from campaigns.ini import keys, lines
from campaigns.ini import state as state_text
from tests.strategies import NAMES, TEXT

ROOT = Path(__file__).parents[2]
SMALL = "[campaign]\nformat = 2\nname = small\n[campaign_stage one]\n"


def faults(text, **given_):
    with pytest.raises(ini.Broken) as broken:
        ini.read(text, file="c.ini", **given_)
    return [str(fault) for fault in broken.value.faults]


@given(TEXT)
def test_any_text_survives_as_a_value(text):
    campaign = d.Campaign("c", note=text, stages=(d.Stage("s", d.Settings(dataset=text)),), parameters=(("seed", "1"),))
    assert ini.parse(ini.write(campaign)) == campaign


@given(NAMES)
def test_any_name_survives_as_a_title(name):
    assert keys.untitled(keys.title("campaign_stage", name)) == ("campaign_stage", name)


@given(st.text(max_size=200))
def test_no_text_makes_the_reader_fall_over(text):
    for head in ("", "[campaign]\nformat = 2\n", "[campaign]\n"):
        try:
            ini.read(head + text)
        except ini.Broken as broken:
            assert all(fault.line >= 1 and fault.sentence for fault in broken.faults)


def test_numbers_without_a_fraction_are_written_without_one():
    campaign = d.Campaign("c", stages=(d.Stage("a", d.Settings(completion_pct=95.0), position=(0.0, 1.5)),
                                       d.Stage("b", d.Settings(completion_pct=97.5))))
    text = ini.write(campaign)
    assert "completion_pct = 95\n" in text
    assert "completion_pct = 97.5\n" in text
    assert 'nxy0 = ["a", 0, 1.5]\n' in text


@pytest.mark.parametrize(("text", "spelled"), [
    ("plain text: as = it is", "plain text: as = it is"), ("", '""'), (" x", '" x"'), ("x ", '"x "'), ("# x", '"# x"'), ("; x", '"; x"'),
    ("a\nb", '"a\\nb"'), ('"a"', '"\\"a\\""'), ("a#b;c", "a#b;c"), ("{{seed}}", '"\\u007b\\u007bseed}}"')])
def test_a_text_is_quoted_only_where_it_must_be(text, spelled):
    assert f"note = {spelled}\n" in ini.write(d.Campaign("c", note=text)) or not text
    assert ini.parse(f"{SMALL}dataset = {spelled}").stages[0].settings.dataset == text


def test_signs_of_titles_are_written_as_codes():
    text = ini.write(d.Campaign("c", stages=(d.Stage("a]b%c\nd"),)))
    assert "[campaign_stage a%5Db%25c%0Ad]\n" in text


def test_unsaid_and_empty_are_not_the_same():
    stage = ini.parse(f'{SMALL}dataset_or_split_data = ""\nparam_overrides = []').stages[0].settings
    assert (stage.dataset, stage.param_overrides, stage.software_version) == ("", (), None)


def test_our_own_words_are_read_and_the_table_is_written():
    campaign = ini.parse(f"{SMALL}split = list\ndataset = a,b\ntest_split = none\nclear_schedule = no")
    assert ini.write(campaign).endswith(
        "dataset_or_split_data = a,b\ncs_split_type = list\ntest_split_type = none\ndefault_clear_cronjob = no\n")


def test_a_value_goes_on_in_lines_that_are_indented_more():
    text = f'{SMALL}param_overrides = [\n  ["--a ", "1"],\n# a comment\n\n  ["--b ", "2"]]\njobs=2'
    stage = ini.parse(text).stages[0].settings
    assert (stage.param_overrides, stage.jobs) == ((("--a ", "1"), ("--b ", "2")), 2)


def test_keys_are_read_in_any_case_and_with_either_sign():
    stage = ini.parse("[campaign]\nFORMAT: 2\nName : x\n[campaign_stage s]\n  Jobs=per_file\n  LIMIT: 3").stages[0].settings
    assert (stage.jobs, stage.limit) == ("per_file", 3)


def test_numbers_in_pairs_are_texts():
    stage = ini.parse(f'{SMALL}param_overrides = [["-N ", 20], ["--x=", 1.0]]').stages[0].settings
    assert stage.param_overrides == (("-N ", "20"), ("--x=", "1"))


def test_was_is_read_and_never_written():
    campaign = ini.parse(f"{SMALL}was = first")
    assert campaign.stages[0].was == "first"
    assert "was" not in ini.write(campaign)


def test_a_dependency_on_itself_is_written_as_keep_running():
    campaign = ini.read(f"{SMALL}[dependencies one]\ncampaign_stage_1 = one\nfile_pattern_1 = %").campaign
    assert ini.write(campaign).endswith("[campaign_stage one]\nkeep_running = 1\n")


PARAMETERS = "[parameters]\nn = 3\nword = say \"hi\" \\ bye\n"


def test_parameters_are_put_in_everywhere():
    text = f'{SMALL}jobs = {{{{n}}}}\nnote = {{{{ N }}}} of {{{{n}}}}\nparam_overrides = [["--w=", "{{{{word}}}}"]]\n{PARAMETERS}'
    campaign = ini.parse(text, values={"n": "5"})
    assert (campaign.stages[0].settings.jobs, campaign.stages[0].note) == (5, "5 of 5")
    assert campaign.stages[0].settings.param_overrides == (("--w=", 'say "hi" \\ bye'),)
    assert campaign.parameters == (("n", "5"), ("word", 'say "hi" \\ bye'))
    assert ini.parse(ini.write(campaign)) == campaign


def test_an_unknown_parameter_is_a_fault_in_the_file_and_on_the_command_line():
    assert faults(f"{SMALL}note = {{{{m}}}}\n{PARAMETERS}") == [
        "c.ini:5: [campaign_stage one] note = {{m}}: {{m}} is not in [parameters]; known are n, word"]
    assert faults(f"{SMALL}{PARAMETERS}", values={"m": "1"}) == [
        "c.ini:5: [parameters] --set m = 1: there is no such parameter; [parameters] has n, word"]


def test_a_text_that_was_put_in_is_not_read_again():
    text = f"{SMALL}note = {{{{quoted}}}}\n[parameters]\nquoted = \"\\\"x\\\" {{{{n}}}}\""
    assert ini.parse(text).stages[0].note == '"x" {{n}}'


def test_all_faults_of_a_file_are_told_in_the_order_of_its_lines():
    text = ("[campaign]\nformat = 2\nname = c\nodd\n[campaign_stage a]\njobs = 0\ncompletion_pct = ten\nnoot = x\n"
            "[campaign_stage a]\n[dependencies b]\ncampaign_stage_1 = a\n")
    assert faults(text) == [
        "c.ini:4: [campaign] odd: this line is no [section], no key = value, no comment and continues nothing",
        "c.ini:6: [campaign_stage a] jobs = 0: it must be per_file or a whole number from 1 to 2147483647",
        "c.ini:7: [campaign_stage a] completion_pct = ten: it must be a number, as 95 or 97.5",
        f"c.ini:8: [campaign_stage a] noot = x: there is no such key here; did you mean note? known are {', '.join(keys.STAGE)}",
        "c.ini:9: [campaign_stage a]: this section was begun already in line 5",
        "c.ini:11: [dependencies b] campaign_stage_1 = a: its partner file_pattern_1 is missing"]


def test_a_fault_of_the_defaults_is_shown_where_it_is_said():
    text = '[campaign]\nformat = 2\nname = c\n[campaign_defaults]\nsplit = multiparam\ndataset = a,b\n[campaign_stage one]\njobs = 2'
    assert [line.split(":")[1] for line in faults(text)] == ["6"]


def test_a_key_twice_is_a_fault_that_names_the_first_line():
    assert faults(f"{SMALL}jobs = 1\nJOBS = 2\n") == ["c.ini:6: [campaign_stage one] jobs = 2: it was said already in line 5"]


def test_two_spellings_of_one_name_are_one_section():
    found = faults("[campaign]\nformat = 2\nname = c\n[campaign_stage a]\n[campaign_stage  %61]\n")
    assert found == ["c.ini:5: [campaign_stage  %61]: this is the same section as that of line 4"]


def test_a_file_of_another_format_is_refused():
    assert "the format must be 2" in faults("[campaign]\nformat = 3\nname = c\n[campaign_stage s]")[0]


def test_bytes_that_are_no_text_are_refused_with_their_line():
    with pytest.raises(ini.Broken, match="c.ini:2: .*UTF-8"):
        ini.text_of(b"[campaign]\nname = caf\xe9\n", file="c.ini")


def test_a_file_that_is_too_large_is_not_even_read():
    with pytest.raises(ini.Broken, match="c.ini:1: .*a campaign file has at most 5 bytes"):
        ini.text_of(b"\xff" * 6, file="c.ini", most=5)
    assert ini.text_of(b"12345", file="c.ini", most=5) == "12345"


def test_of_very_many_faults_the_first_are_told():
    found = faults(SMALL + "nonsense\n" * 150)
    assert len(found) == 101 and found[99].startswith("c.ini:104: ")
    assert found[100] == "c.ini:105: [campaign_stage one]: 50 more things are wrong from here on: mend these first"


def test_of_very_many_names_the_first_are_told():
    stages = "".join(f"[campaign_stage s{n:03}]\n" for n in range(60))
    told = faults(f"[campaign]\nformat = 2\nname = c\n{stages}[dependencies s001]\ncampaign_stage_1 = gone\nfile_pattern_1 = %\n")[0]
    assert told.endswith(", s038, s039 and 20 more") and "s040" not in told


@pytest.mark.timeout(60)
@pytest.mark.parametrize("text", [
    "a" + " " * 900_000 + "b", "=" * 900_000, "k = " + "[" * 900_000, "[" * 900_000, "[campaign_stage x]\nk = " + "[" * 900_000,
    "".join(f"[campaign_stage s{n}]\n" for n in range(10_000)), "".join(f"[dependencies s{n}]\ncampaign_stage_1 = x\n" for n in range(15_000)),
    "[dependencies small]\n" + "".join(f"campaign_stage_{n} = x\nfile_pattern_{n} = %\n" for n in range(15_000)),
    "param_overrides = " + "{" * 900_000])
def test_no_text_keeps_the_reader_long(text):
    for head in (SMALL, "[campaign]\nname = old\n"):
        book = ini.look(head + text)
        try:
            book.check(known_logins=(), known_types=())
        except ini.Broken as broken:
            assert sum(len(str(fault)) for fault in broken.faults) < 200_000


def test_the_reader_keeps_the_lines_of_sections_and_entries():
    sections, wrong = lines.split("# first\n[a b]\n\nk = v\n  w\n[c]\n", "f")
    assert not wrong
    assert [(s.title, s.line, [(e.key, e.value, e.line) for e in s.entries.values()]) for s in sections] == [
        ("a b", 2, [("k", "v\nw", 4)]), ("c", 6, [])]


def test_a_state_is_read_with_its_section():
    book = ini.read(f'{SMALL}[state]\nactive = no\nhold1 = ["", "disk full"]\nhold2 = ["one", "wait"]\n'
                    'schedule1 = ["one", "0 3 * * *", "America/Chicago", "paused"]\nslices1 = ["one", 4, "launches"]\n'
                    'slices2 = ["one", 4102444800, "tests"]\n')
    assert book.state == State(False, (Held("", "disk full"), Held("one", "wait")), (Timed("one", "0 3 * * *", "America/Chicago", True),),
                               (Cut("one", 4), Cut("one", 4102444800, True)))      # the year 2100


@pytest.mark.parametrize(("line", "words"), [
    ('hold1 = ["gone", "x"]', "there is no stage gone"), ('schedule1 = ["one", "0 3 * *", "UTC", "on"]', "cron line '0 3 * *' has 4 fields"),
    ('schedule1 = ["one", "0 3 * * *", "Mars/Base", "on"]', "time zone"), ('slices1 = ["one", -1, "launches"]', "slices<n>"),
    ('slices1 = ["one", 1000000000000000, "launches"]', "slices<n>"),
    ('schedule1 = ["one", "", "UTC", "on"]', "either a cron line or new_files"),
    ('schedule1 = ["one", "0 3 * * *", "UTC", "on", "often=yes"]', "often"),
    ('schedule1 = ["one", "0 3 * * *", "UTC", "on", "catch_up=twice"]', "catch_up is twice; it must be once, all or skip"),
    ('schedule1 = ["one", "", "UTC", "on", "new_files=-1"]', "new_files is -1"), ('schedule1 = ["one", "0 3 * * *", "UTC", "on", 7]', "schedule<n>"),
    ('schedule1 = ["one", "0 3 * * *", "UTC", "on", "", "why"]', "schedule<n>"),
    ('schedule1 = ["one", "0 3 * * *", "UTC", "on", "", "", ""]', "schedule"),
    ('tag1 = ["a,b"]', "without a comma"), ('tag1 = [""]', "a word or some"), ('tag1 = [5]', "tag<n>"), ('hold1 = ["one", "a\\u0000b"]', "NUL"),
    ('hold1 = ["\\ud800", "x"]', "half of a pair"), (f'hold1 = ["one", "{"x" * 201}"]', "200 characters"),
    ("keep_until = tomorrow", "a time is written with its zone"),
    ("keep_until = 2026-12-01T08:00", "with its zone"), ("keep_until = 9999-12-31T23:00-09:00", "from 2000 to 2199"),
    ('downtime1 = ["", "2026-12-02T00:00Z", "2026-12-01T00:00Z", "x"]', "ends after it begins"),
    ('downtime1 = ["", "2026-12-01T00:00Z", "2026-12-02T00:00Z", " "]', "says why"),
    ('downtime1 = ["gone", "2026-12-01T00:00Z", "2026-12-02T00:00Z", "x"]', "no stage gone"),
    ("paused = yes", "no such key"), ("active = perhaps", "yes or no"), ('schedule1 = ["", "0 3 * * *", "UTC", "on"]', "no stage")])
def test_a_state_that_cannot_be_is_a_fault(line, words):
    found = faults(f"{SMALL}[state]\n{line}")
    assert len(found) == 1
    assert found[0].startswith("c.ini:6: [state] ")
    assert words in found[0]


def test_all_that_may_be_said_of_a_schedule_is_written_and_read():
    whole = Timed("one", "", "Europe/Zurich", True, 10, 6, "all", False, "skip", True, 0)
    said = State(schedules=(whole, Timed("one", "0 3 * * *")))
    assert ini.read(SMALL + "[state]\n" + "".join(f"{key} = {text}\n" for key, text in state_text.write(said))).state == said


def test_the_page_about_the_file_has_exactly_the_keys_of_the_table():
    page = (ROOT / "docs" / "campaign-file.md").read_text()
    rows = [[cell.strip() for cell in row.split(" | ")] for row in re.findall(r"^\| (`.*?) \|$", page, re.MULTILINE)]
    told = {(row[0].strip("`"), section) for row in rows if len(row) > 4 for section in row[1].split(", ")}
    table = {(key, "settings") for key in keys.SETTINGS} | {(key, "campaign") for key in keys.CAMPAIGN}
    table |= {("was", "campaign_stage"), ("note", "campaign_stage")}
    table |= {(key, "login_setup") for key in keys.LOGIN_SETUP} | {(key, "job_type") for key in keys.JOB_TYPE}
    numbered = {("campaign_stage_<n>", "dependencies"), ("file_pattern_<n>", "dependencies"), ("nxy<n>", "node_positions")}
    doing = {("active", "state"), ("keep_until", "state"), *((f"{kind}<n>", "state") for kind in ("tag", "hold", "schedule", "downtime", "slices"))}
    assert told == table | numbered | doing


def test_the_page_about_the_file_says_what_the_house_says():
    page = (ROOT / "docs" / "campaign-file.md").read_text()
    house = ini.parse(ini.write(d.Campaign("c", stages=(d.Stage("s", replace(d.HOUSE_DEFAULTS)),))))
    for line in ini.write(house).split("[campaign_stage s]\n")[1].splitlines():
        key, value = line.split(" = ")
        row = next(row for row in page.splitlines() if row.startswith(f"| `{key}` "))
        assert row.endswith(f"| `{value}` |"), row


def test_the_example_of_the_page_can_be_read():
    page = (ROOT / "docs" / "campaign-file.md").read_text()
    example = re.findall(r"```ini\n(.*?)```", page, re.DOTALL)[-1]
    campaign = ini.read(example, values={"files": "7"}).campaign
    assert campaign.stages[0].settings.split == "nfiles(7)"
