"""A campaign file as a template: what it says of itself, and what is to be filled in."""
import pytest

from campaigns import ini, library
from campaigns.document import Campaign, JobType, LoginSetup, Settings, Stage
from campaigns.document.mapping import Instead, mapped, used
from campaigns.ini.blanks import Blank, blanks, head

TEXT = """# Title of it
; and what it is for
# in two lines

[campaign]
format = 2
# not of a parameter
name = {{name}}
[parameters]
# Name: of
# the campaign
name = mc
files: 10
text = "two\\nlines"
odd = "open
long = a
  b
[campaign_stage s]
# no parameter
dataset = x
"""


def test_the_first_comments_say_what_it_is():
    assert head(TEXT) == ("Title of it", "and what it is for in two lines")
    assert head("\ufeff# a\n[campaign]") == ("a", "")
    assert head("[campaign]\n# a") == ("", "")


def test_the_blanks_are_the_parameters_with_the_comments_above_them():
    assert blanks(TEXT) == [Blank("name", "mc", "Name: of the campaign"), Blank("files", "10", ""), Blank("text", "two\nlines", ""),
                            Blank("odd", '"open', ""), Blank("long", "a", "")]


@pytest.mark.parametrize("key", sorted(library.shipped()))
def test_what_comes_with_poms_works_as_it_stands_and_says_what_its_blanks_mean(key):
    each = library.shipped()[key]
    ini.read(each.text, file=f"{key}.ini")
    assert each.title and each.note
    assert [blank.name for blank in blanks(each.text)] == [name for name, _ in ini.parse(each.text).parameters]


def test_there_is_a_template_for_each_kind_of_work():
    assert library.shipped().keys() >= {"demo", "chain", "keepup", "triggers", "reprocess", "analysis_generate", "analysis_process"}


@pytest.mark.parametrize(("key", "changed", "says"), [
    ("chain", {"runs": "7"}, lambda doc: doc.stages[0].settings.dataset == "[[7]]"),
    ("keepup", {"dataset": "my_raw"}, lambda doc: doc.stages[0].settings.dataset == "my_raw"),
    ("keepup", {"files": "5"}, lambda doc: doc.stages[0].settings.split == "drainingn(5)"),
    ("triggers", {"beam": "%b%"}, lambda doc: "%b%" in {edge.pattern for edge in doc.dependencies}),
    ("reprocess", {"version": "v9"}, lambda doc: doc.defaults.software_version == "v9")])
def test_what_is_filled_in_is_in_the_document(key, changed, says):
    assert says(ini.read(library.shipped()[key].text, values=changed).campaign)


DOC = Campaign("mc", defaults=Settings(login_setup="farm", job_type="run"),
               login_setups=(LoginSetup("farm", "", "", ""), LoginSetup("far", "", "", "")),
               job_types=(JobType("run", "x"), JobType("walk", "y")),
               stages=(Stage("gen"), Stage("look", Settings(stage_type="approval", job_type="none", login_setup="none")),
                       Stage("reco", Settings(job_type="walk", login_setup="far"))))


def test_what_is_used_is_named_once_and_an_approval_uses_nothing():
    assert used(DOC) == (["farm", "far"], ["run", "walk"])


def test_other_names_go_everywhere_and_what_they_replace_is_not_brought_along():
    made = mapped(DOC, Instead({"farm": "ours", "far": "far"}, {"walk": "fast"}))
    assert used(made) == (["ours", "far"], ["run", "fast"])
    assert ([each.name for each in made.login_setups], [each.name for each in made.job_types]) == (["far"], ["run"])
    assert made.stages[0].settings == Settings()


def test_no_other_name_changes_nothing():
    assert mapped(DOC, Instead({"farm": "farm"}, {})) == DOC
