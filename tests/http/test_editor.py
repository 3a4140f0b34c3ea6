"""The editor's door: who may, what it answers, and that saving makes a plan against the version that one began with."""
import json
from dataclasses import replace

import pytest

from accounts.policy import Role
from campaigns import ini
from campaigns.document import JobType, Settings, Stage
from campaigns.models import Campaign, Plan
from campaigns.services import documents
from tests.makers import NOON, make_actor, make_campaign, make_document, make_user


@pytest.fixture
def row(db):
    return make_campaign(make_document("mc9"))


@pytest.fixture
def client(row, as_user):
    return as_user()


def file_of(row):
    return ini.write(documents.read(row))


def look(client, **asked):
    return client.post("/dune/campaigns/edit/", json.dumps(asked), content_type="application/json")


def test_a_text_and_an_edit_are_answered_with_all_that_is_shown(client, row):
    told = look(client, text=file_of(row), of=row.pk, place=["stage", "gen"], edit={"do": "set", "field": "cpus", "value": "4"}).json()
    assert "cpus = 4" in told["text"] and told["place"] == ["stage", "gen"]
    assert [stage["name"] for stage in told["picture"]["stages"]] == ["gen", "reco"]
    assert 'id="f-cpus"' in told["form"] and 'value="4"' in told["form"]
    assert (told["changed"], told["errors"], "cpus unsaid → 4" in told["changes"]) == (1, 0, True)
    assert not Plan.objects.exists() and "cpus" not in file_of(row)


def test_what_a_browser_sends_is_not_trusted(client, row):
    for body in ("[]", "{", '{"of": "x"}'):
        assert client.post("/dune/campaigns/edit/", body, content_type="application/json").status_code == 422
    assert look(client, text=file_of(row), of="9" * 5000).status_code == 404
    odd = look(client, text=file_of(row), place=7, edit={"do": ["set"], "value": {}})
    assert (odd.status_code, "There is no edit" in odd.json()["refused"]) == (200, True)
    assert "&lt;b&gt;" in look(client, text="[campaign]\nformat = 2\nname = <b>\n").json()["form"]


def test_the_catalogue_is_asked_only_when_that_is_wanted_and_what_it_said_is_said_again(client, row):
    text = file_of(row).replace("file_pattern_1 = %", "file_pattern_1 = %.nowhere").replace("= raw", "= rwa")
    assert look(client, text=text, of=row.pk).json()["facts"] == {"files": {}, "unfit": []}
    told = look(client, text=text, of=row.pk, place=["dependency", "gen", "reco", "%.nowhere"], ask=True).json()
    assert "%.nowhere: no file of the experiment fits it so far" in told["form"] and "rwa" in told["problems"]
    assert (told["errors"], [stage["doubts"] for stage in told["picture"]["stages"]]) == (0, [1, 1])
    again = look(client, text=text, of=row.pk, facts=told["facts"]).json()
    assert "%.nowhere" in again["problems"] and again["facts"] == told["facts"]
    assert "%.nowhere" not in look(client, text=file_of(row), of=row.pk, facts=told["facts"]).json()["problems"]


def test_a_job_type_of_the_experiment_that_does_not_fit_is_told_before_saving(client, row):
    other = make_document("other", stages=(Stage("gen", Settings(job_type="odd")),), dependencies=())
    documents.store(replace(other, keywords=(("year", "1"),), job_types=(JobType("odd", "run %(year)s", style="payload"),)),
                    actor=make_actor(), at=NOON)
    text = file_of(row).replace("job_type = payload", "job_type = odd")
    told = look(client, text=text, of=row.pk, ask=True).json()
    assert told["errors"] == 1 and "does not fit this campaign" in told["problems"]
    assert [stage["wrong"] for stage in told["picture"]["stages"]] == [1, 1]
    assert look(client, text=file_of(row), of=row.pk, facts=told["facts"]).json()["errors"] == 0


def test_facts_that_a_browser_made_up_do_no_harm(client, row):
    for odd in ([], {"files": [], "unfit": {}}, {"files": {"defname: raw": "<b>"}, "unfit": [7, ["a"], ["payload", "note", "", "<i>"]]}):
        told = look(client, text=file_of(row), of=row.pk, facts=odd).json()
        assert "<b>no" not in told["problems"] and "<i>" not in told["problems"]


def test_who_else_uses_a_job_type_is_counted_in_all_that_lives(client, row):
    documents.store(make_document("other"), actor=make_actor(), at=NOON)
    documents.store(replace(make_document("default"), name="more"), actor=make_actor(), at=NOON)
    gone = documents.store(make_document("gone"), actor=make_actor(), at=NOON)
    Campaign.objects.filter(pk=gone.pk).update(retired_at=NOON)
    own = make_document("own", stages=(Stage("gen", Settings(job_type="mine")),), dependencies=())
    documents.store(replace(own, job_types=(JobType("mine", "run", style="payload"),)), actor=make_actor(), at=NOON)
    told = look(client, text=file_of(row), of=row.pk, place=["job_type", "payload"]).json()
    assert 'data-here="2" data-elsewhere="4" data-known' in told["form"] and "4 of 2 other campaigns: more, other" in told["form"]
    assert 'data-elsewhere="5"' in look(client, text=file_of(row), of=row.pk, place=["login_setup", "farm"]).json()["form"]
    new = file_of(row).replace("payload", "novel")
    assert "it is new" in look(client, text=new, of=row.pk, place=["job_type", "novel"]).json()["form"]


def test_what_is_doubtful_stands_in_the_plan(client, row):
    client.post(f"/dune/campaigns/{row.pk}/edit/", {"text": file_of(row).replace("file_pattern_1 = %", "file_pattern_1 = %.nowhere"),
                                                    "base": row.version.number})
    assert any("%.nowhere: no file" in note for note in Plan.objects.get().notes)


def test_saving_makes_a_plan_and_changes_nothing(client, row):
    text = file_of(row).replace("[campaign_stage gen]", "[campaign_stage gen]\ncpus = 4")
    done = client.post(f"/dune/campaigns/{row.pk}/edit/", {"text": text.replace("\n", "\r\n"), "base": row.version.number})
    plan = Plan.objects.get()
    assert done["Location"] == f"/dune/plans/{plan.pk}/" and plan.base == row.version
    assert "cpus" not in file_of(row)


def test_what_others_saved_meanwhile_is_not_lost(client, row):
    began, mine = row.version.number, file_of(row).replace("[campaign_stage gen]", "[campaign_stage gen]\ncpus = 4")
    documents.store(make_document("mc9", recoveries=(), defaults=documents.read(row).defaults.over(documents.document.Settings(disk_mb=7))),
                    actor=make_actor("bob"), at=NOON)
    done = client.post(f"/dune/campaigns/{row.pk}/edit/", {"text": mine, "base": began})
    page = client.get(done["Location"]).content.decode()
    assert "by bob" in page and "Put both together" in page


def test_what_cannot_work_is_kept_on_the_page_and_not_saved(client, row):
    wrong = client.post(f"/dune/campaigns/{row.pk}/edit/", {"text": file_of(row) + "\n[campaign_stage x]\ncpus = none\n"})
    assert (wrong.status_code, "cpus = none" in wrong.content.decode(), Plan.objects.exists()) == (422, True, False)
    other = client.post(f"/dune/campaigns/{row.pk}/edit/", {"text": file_of(row).replace("name = mc9", "name = mc10")})
    assert (other.status_code, "rename the campaign on its page" in other.content.decode()) == (422, True)
    taken = client.post("/dune/campaigns/new/edit/", {"text": file_of(row)})
    assert (taken.status_code, "choose another name" in taken.content.decode()) == (422, True)


def test_a_new_campaign_is_made_by_its_plan(client, row):
    done = client.post("/dune/campaigns/new/edit/", {"text": file_of(row).replace("name = mc9", "name = mc10")})
    assert client.post(f"{done['Location']}apply/").status_code == 302
    assert Campaign.objects.filter(name="mc10", retired_at=None).exists()


@pytest.fixture
def shifter(row, as_user):
    make_user("sam", role=Role.SHIFTER)
    return as_user("sam", role=Role.SHIFTER)


def test_who_may_not_change_it_sees_it_without_a_field_and_is_told_why(row, shifter):
    page = shifter.get(f"/dune/campaigns/{row.pk}/edit/").content.decode()
    assert "Acting as production-shifter of dune you may not change campaign" in page and "Ask somebody who acts as production." in page
    assert "[campaign_stage gen]" in page and 'data-place="[&quot;campaign&quot;]"' in page
    main = page[page.index("<main"):page.index("</main>")]
    assert not any(word in main for word in ("<textarea", "data-field", "data-add", "Review and save", "Clone"))
    assert shifter.post(f"/dune/campaigns/{row.pk}/edit/", {"text": file_of(row)}).status_code == 403


def test_what_somebody_who_may_not_change_it_sends_is_not_looked_at(row, shifter):
    told = look(shifter, of=row.pk, place=["stage", "reco"], text="[campaign]\nname = other", edit={"do": "add"}, ask=True).json()
    assert (set(told), told["place"]) == ({"place", "form"}, ["stage", "reco"]) and "<input" not in told["form"] and "from_parent" in told["form"]
    assert look(shifter, text=file_of(row)).status_code == 403


def test_an_analyst_sees_what_production_made_and_may_clone_it(row, as_user):
    make_user("tim", role=Role.ANALYSIS)
    page = as_user("tim", role=Role.ANALYSIS).get(f"/dune/campaigns/{row.pk}/edit/").content.decode()
    assert "you may not change campaign" in page and "A clone would be yours." in page


def test_a_test_launch_goes_on_from_the_plan(client, row):
    stage = row.stages.get(name="gen")
    assert client.get(f"/dune/campaigns/{row.pk}/test/?stage=gen")["Location"] == f"/dune/stages/{stage.pk}/launch/?test=1"
    assert [client.get(f"/dune/campaigns/{row.pk}/test/?stage={name}").status_code for name in ("nobody", "%00", "")] == [404] * 3
    text = file_of(row).replace("[campaign_stage gen]", "[campaign_stage gen]\ncpus = 4")
    done = client.post(f"/dune/campaigns/{row.pk}/edit/", {"text": text, "base": row.version.number, "then": "gen"})
    assert done["Location"].endswith("/?test=gen") and "the test launch of gen is shown" in client.get(done["Location"]).content.decode()
    plan = Plan.objects.get()
    assert client.post(f"/dune/plans/{plan.pk}/apply/", {"test": "gen"})["Location"] == f"/dune/campaigns/{row.pk}/test/?stage=gen"
