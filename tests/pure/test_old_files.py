"""Old files, each exercising another rule of their form: what it means is written out beside it as format 2, in tests/data/old/told."""
from pathlib import Path

import pytest

from campaigns import ini
from campaigns.ini import keys
from campaigns.ini.texts import lost

OLD = Path(__file__).parents[1] / "data" / "old"
FILES = sorted(OLD.glob("*.ini"))
RULES = {       # file -> the rule that it is there for
    "by_itself": "a stage that depends on itself, and dependencies numbered by any words", "keywords_above": "keywords of [campaign] are kept",
    "keywords_twice": "keywords of the defaults win", "no_defaults": "no defaults at all, and dependencies between the stages",
    "nothing_said": "empty values and None take the default", "passed_over": "unknown keys are passed over with a warning",
    "percents": "both spellings of %", "positions": "positions are read, whatever the names", "recoveries": "recoveries and their old name",
    "setup_lines": "a set-up of several lines", "spelling": "keys in any case, both signs, comments, lines that go on",
    "split_and_merge": "patterns and fragments", "splits": "splits and the datasets that they want", "worked_example": "all of it together",
}
NOTED = {       # file -> (what is noted of it besides what no old file can say, how many warnings)
    "by_itself": (["sim depends on itself: that is keep_running = 1 of the stage."], 0),
    "keywords_twice": (["campaign_keywords of [campaign] and of [campaign_defaults] differ: those of the defaults count, as they did."], 0),
    "passed_over": ([
        "experiment = tile of [campaign] has no effect: it goes to the experiment into which it is imported.",
        "poms_role = analysis of [campaign] has no effect: it is made in the role of who imports it.",
        "state = Inactive of [campaign] has no effect: it is active.",
        "campaign_stage_list = nothing,of,this of [campaign] has no effect: the stages are those that have a section."], 7),
    "setup_lines": ([], 0),
}


def look(file):
    return ini.read(file.read_text(), file=file.name)


def test_each_file_has_its_rule():
    assert [file.stem for file in FILES] == sorted(RULES)
    assert len(set(RULES.values())) == len(RULES) >= 10


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_means_what_is_written_beside_it(file):
    told = (OLD / "told" / file.name).read_text()
    book = look(file)
    assert book.old and book.campaign == ini.parse(told)
    assert ini.write(book.campaign) == told
    assert lost(file.read_text(), file=file.name) == ""


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_ends_of_lines_and_a_mark_at_the_beginning_mean_nothing(file):
    text = file.read_text()
    assert ini.read("\ufeff" + text.replace("\n", "\r\n")).campaign == look(file).campaign


def test_what_no_old_file_can_say_is_noted_key_by_key():
    told = " ".join(look(OLD / "setup_lines.ini").notes)
    new = [name for name, key in keys.SETTINGS.items() if key.field in keys.NEW and key.field != "keep_running"]
    for word in [*new, "campaign_type", "campaign_limit", "campaign_job_limit", "note", "was", "style", "input_files_per_job", "output_files_per_job",
                 "batch", "active", "tags", "holds", "schedules", "downtimes", "keep_until", "slices"]:
        assert word in told.replace(";", "").replace(",", "").split(), word
    assert "recover_failed = no" in told


@pytest.mark.parametrize("name", NOTED)
def test_what_one_file_says_in_vain_or_otherwise_is_noted(name):
    notes, warnings = NOTED[name]
    book, usual = look(OLD / f"{name}.ini"), look(OLD / "setup_lines.ini").notes
    assert [note for note in book.notes if note not in usual] == notes
    assert len(book.warnings) == warnings


def test_a_file_of_format_2_has_no_such_notes():
    assert look(OLD / "told" / "by_itself.ini").notes == ()
