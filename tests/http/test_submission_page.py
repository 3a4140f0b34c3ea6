"""The page of a submission: what went wrong, its jobs as the address asks for them, what lies behind its numbers."""
import re
from datetime import timedelta

import pytest

from campaigns import document
from campaigns.models import Stage
from datasets.models import Project
from pomssite.kit import clock
from submissions.models import Job, Order, Submission
from submissions.services import bulk, census, leases, particulars
from submissions.states import JobState
from tests.makers import make_campaign, make_document, make_intent
from tests.services.deeds import LATER, go, report


@pytest.fixture
def row(scene):
    """Held in two ways at two places, one job runs, and one has failed."""
    row = next(row for row in scene.of("simulate") if row.status == "Held")
    Submission.objects.filter(pk=row.pk).update(expected=5)
    report(row, JobState.HELD, 1, LATER, reason="used 2531 MB of 2000 MB", site="CERN", host="b7", memory_mb=2531)
    report(row, JobState.HELD, 2, LATER, reason="used 2498 MB of 2000 MB", site="RAL", host="lcg", memory_mb=2498)
    report(row, JobState.RUNNING, 3, LATER, site="CERN", host="b9", memory_mb=100)
    report(row, JobState.FAILED, 4, LATER, exit_code=65, site="RAL", host="lcg", memory_mb=150)
    census.fold()
    return Submission.objects.get(pk=row.pk)


def seen(client, row, query=""):
    answer = client.get(f"/dune/submissions/{row.pk}/?{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def procs(text):
    return [int(proc) for proc in re.findall(r'name="thing" value="\d+/[^"]+\.(\d+)"', text)]


def test_causes_are_what_was_said_but_for_the_numbers(row, as_user):
    text = seen(as_user(), row)
    causes = text[text.index("What went wrong"):text.index('id="jobs-head"')]
    assert re.search(r"used 2\d+ MB of 2000 MB.*?>2</a>.*?2 <span", causes, re.DOTALL)
    assert 'href="?exit=65&amp;state=failed"' in causes
    assert "3 causes" in causes


@pytest.mark.parametrize(("query", "wanted"), [
    ("", [0, 1, 2, 3, 4]), ("state=held", [0, 1, 2]), ("state=held,failed", [0, 1, 2, 4]), ("exit=65", [4]), ("exit=none&state=held", [0, 1, 2]),
    ("site=CERN", [1, 3]), ("site=none", [0]), ("host=lcg", [2, 4]), ("mb=2000", [1, 2]), ("q=used", [1, 2]), ("q=3", [3]),
    ("q=99999999999999999", []),
    ("sort=-mb&mb=100", [1, 2, 4, 3]), ("site=Nowhere", []),
    ("t=24h", []), ("t=all&exit=65", [4]), ("t=2026-01-01..2026-01-01&state=held", [0, 1, 2]),
    ("t=2026-01-02..2026-01-03", [])])
def test_jobs_are_those_that_the_address_asks_for(row, as_user, query, wanted):
    assert procs(seen(as_user(), row, query)) == wanted


@pytest.mark.parametrize("query", ["state=lost,found", "exit=x", "mb=-1", "signal=900", "t=yesterday"])
def test_what_is_not_understood_is_said_and_the_page_is_there(row, as_user, query):
    assert 'role="alert"' in seen(as_user(), row, query)


def test_jobs_of_a_time_are_those_last_heard_of_in_it(row, as_user):
    Job.objects.filter(submission_id=row.pk, proc=3).update(heard_at=clock.now() - timedelta(minutes=10))
    assert procs(seen(as_user(), row, "t=1h")) == [3]
    text = seen(as_user(), row, "t=2026-01-01..2026-01-01")
    assert procs(text) == [0, 1, 2, 4] and "selected>1 Jan 00:00 to" in text
    said = {"kind": "job", "deed": "kill", "all": "1", "of": re.search(r'name="of" value="([^"]+)"', text)[1].replace("&amp;", "&")}
    assert "of 4 jobs" in as_user().get(as_user().post("/dune/bulk/", said)["Location"]).content.decode()


def test_filters_say_how_many_there_are_of_each(row, as_user):
    text = seen(as_user(), row)
    assert "CERN (2)" in text
    assert "exit 65 (1)" in text


def test_chosen_jobs_of_a_filter_are_released_and_no_others(row, as_user):
    client = as_user()
    text = seen(client, row, "site=CERN")
    of = re.search(r'name="of" value="([^"]+)"', text)[1].replace("&amp;", "&")
    page = client.post("/dune/bulk/", {"kind": "job", "deed": "release", "all": "1", "of": of})["Location"]
    told = client.get(page).content.decode()
    assert "Release: 1 of 2 jobs" in told
    assert "Only held jobs: this one is running." in told
    assert f'href="/dune/submissions/{row.pk}/?site=CERN"' in told
    client.post(page, {"why": "more memory now"})
    bulk.carry_on(now=clock.now)
    order = Order.objects.get()
    assert (order.submission_id, order.deed, [ref[-2:] for ref in order.refs]) == (row.pk, "release", [".1"])


def test_jobs_of_another_experiment_are_not_chosen(row, as_user):
    key = f"{row.pk}/memory#1.0"
    said = {"kind": "job", "deed": "kill", "thing": key, "of": f"of={row.pk}", "all": "1"}
    assert as_user("eve", experiment="nova").post("/nova/bulk/", said).status_code == 422


def test_each_number_leads_to_its_files(scene, as_user):
    made = scene.of("generate")[0]
    client = as_user()
    assert f'href="/dune/submissions/{made.pk}/files/?of=declared"' in seen(client, made)
    declared = client.get(f"/dune/submissions/{made.pk}/files/?of=declared").content.decode()
    assert "0a.gen" in declared and "1a.gen" not in declared
    first = scene.of("simulate")[0]
    assert "0a.gen" in client.get(f"/dune/submissions/{first.pk}/files/?of=missing").content.decode()
    assert "There are none" in client.get(f"/dune/submissions/{first.pk}/files/?of=consumed").content.decode()
    assert client.get(f"/dune/submissions/{first.pk}/files/?of=lost").status_code == 404


def test_settings_then_stand_beside_what_they_would_be_now(scene, as_user):
    row = scene.of("simulate")[0]
    client = as_user()
    assert "would be the same now" in client.get(f"/dune/submissions/{row.pk}/settings/").content.decode()
    Stage.objects.filter(pk=row.stage_id).update(settings={**row.stage.settings, "memory_mb": 1234})
    text = client.get(f"/dune/submissions/{row.pk}/settings/").content.decode()
    assert "<ins>1234</ins>" in text


def test_the_line_of_steps_says_how_long_and_how_many(row, as_user):
    text = seen(as_user(), row)
    line = text[text.index('class="steps"'):text.index("</ol>")]
    assert "3 of 5 jobs" in line
    assert "now 20 %" in line
    assert 'aria-current="step"' in line


def test_an_approval_names_what_it_starts_and_speaks_of_no_jobs(db, as_user):
    check = document.Stage("check", document.Settings(stage_type="approval"))
    after = document.Stage("reco", document.Settings(dataset="from_parent"))
    campaign = make_campaign(make_document(stages=(check, after), dependencies=(document.Dependency("check", "reco"),)))
    make_intent(campaign, "check")
    go(leases.enlist("w1"))
    row = Submission.objects.get()
    text = seen(as_user(), row)
    assert row.status == "Awaiting Approval"
    assert re.search(r'What approval starts.*?>reco</a></th>', text, re.DOTALL)
    assert f'data-copy="{row.pk}" data-key="y"' in text
    assert "Approval stage check" in text
    assert "at once, with what came to it" in text
    assert 'id="jobs-head"' not in text
    assert 'id="command-head"' not in text
    assert "Inputs missing" not in text
    assert re.search(r'class="btn pri"[^>]*/approve/', text)
    assert re.search(r'class="btn danger"[^>]*/decline/', text)


def test_an_approval_counts_what_it_starts_as_the_catalogue_knows_it(db, as_user, monkeypatch):
    check = document.Stage("check", document.Settings(stage_type="approval"))
    after = [document.Stage("each", document.Settings(dataset="from_parent", jobs="per_file")),
             document.Stage("late", document.Settings(dataset="from_parent", join="drained")),
             document.Stage("none", document.Settings(dataset="from_parent"))]
    edges = [document.Dependency("check", "each"), document.Dependency("check", "late"), document.Dependency("check", "none", "%.root")]
    make_intent(make_campaign(make_document(stages=(check, *after), dependencies=edges)), "check")
    go(leases.enlist("w1"))
    row, client = Submission.objects.get(), as_user()
    cells = r'/">(\w+)</a></th><td class="num b">(\d+)</td><td class="num b">(\d+)</td><td class="words ink2">([\w ]+)'
    assert re.findall(cells, seen(client, row)) == [("each", "2", "2", "at once"), ("late", "2", "1", "when what else feeds it is settled"),
                                                    ("none", "0", "0", "not at all")]
    Project.objects.update(name="gone")
    assert seen(client, row).count("It is not known over how many files: ") == 3
    monkeypatch.setattr(particulars, "STARTS", 1)
    text = seen(client, row)
    assert text.count("It is not known over how many files: ") == 1 and text.count("Not counted: ") == 2
