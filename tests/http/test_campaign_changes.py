"""Pages that make and change a campaign: what will happen is shown first, what is wrong is said with its line, and nothing is half done."""
import io
import re
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Event
from campaigns import ini
from campaigns.models import Campaign, Watch
from campaigns.services import documents
from campaigns.views import files
from tests.makers import make_campaign, make_document, make_files

DATA = Path(__file__).parents[1] / "data"


def text(answer):
    return answer.content.decode()


@pytest.fixture
def row(db):
    return make_campaign(make_document("mc9"))


@pytest.fixture
def page(row, as_user):
    return as_user(), f"/dune/campaigns/{row.pk}"


def file_of(row):
    return ini.write(documents.read(row))


def test_renaming_asks_and_says_what_is_wrong_with_the_name(page, row):
    client, address = page
    assert "mc9" in text(client.get(f"{address}/rename/"))
    wrong = client.post(f"{address}/rename/", {"name": " x"})
    assert (wrong.status_code, "cannot begin or end with a blank" in text(wrong)) == (422, True)
    done = client.post(f"{address}/rename/", {"name": "mc10", "why": "next", "next": "/dune/campaigns/?on=all"})
    assert done["Location"] == "/dune/campaigns/?on=all"
    assert client.post(f"{address}/rename/", {"name": "mc11", "next": "//evil.example/"})["Location"] == f"{address}/"
    row.refresh_from_db()
    assert row.name == "mc11"


def test_tags_are_ticked_and_written(page, row):
    client, address = page
    client.post(f"{address}/tags/", {"more": "keepup, calib ,"})
    assert {tag.name for tag in row.tags.all()} == {"keepup", "calib"}
    assert 'value="keepup" checked' in text(client.get(f"{address}/tags/"))
    client.post(f"{address}/tags/", {"tag": ["calib"], "more": ""})
    assert [tag.name for tag in row.tags.all()] == ["calib"]
    wrong = client.post(f"{address}/tags/", {"tag": ["calib"], "more": "x" * 101})
    assert (wrong.status_code, "of at most 100 characters" in text(wrong)) == (422, True)
    assert [tag.name for tag in row.tags.all()] == ["calib"]


def test_watching_takes_a_press(page, row):
    client, address = page
    assert client.get(f"{address}/watch/").status_code == 405
    client.post(f"{address}/watch/")
    assert Watch.objects.get().campaign == row
    client.post(f"{address}/unwatch/")
    assert not Watch.objects.exists()


def test_a_clone_is_shown_text_by_text_and_then_made(page, row):
    client, address = page
    first = text(client.get(f"{address}/clone/"))
    assert "Clone as mc9_copy" in first
    shown = text(client.post(f"{address}/clone/", {"this": ["mc9", "gen"], "that": ["mc10", "generate"], "name": ""}))
    assert "Clone as mc10" in shown
    assert re.search(r"stages gen name</th><td class=\"mono\">gen</td><td class=\"mono\">generate", shown)
    assert Campaign.objects.count() == 1
    client.post(f"{address}/clone/", {"this": ["mc9", "gen"], "that": ["mc10", "generate"], "name": "mc10", "make": "1"})
    assert set(Campaign.objects.get(name="mc10").stages.values_list("name", flat=True)) == {"generate", "reco"}
    again = client.post(f"{address}/clone/", {"this": [], "that": [], "name": "mc10", "make": "1"})
    assert (again.status_code, "has a campaign mc10 already" in text(again)) == (422, True)


def test_deleting_takes_the_name_typed(page, row):
    client, address = page
    assert "Type its name" in text(client.get(f"{address}/delete/"))
    wrong = client.post(f"{address}/delete/", {"name": "mc"})
    assert (wrong.status_code, "type mc9 to delete it" in text(wrong)) == (422, True)
    wrong = client.post(f"{address}/delete/", {"name": "mc9", "why": " "})
    assert (wrong.status_code, "Reason is empty" in text(wrong)) == (422, True)
    assert client.post(f"{address}/delete/", {"name": "mc9", "why": "a copy"})["Location"] == "/dune/campaigns/"
    assert client.get(f"{address}/").status_code == 404


def test_what_was_launched_is_deactivated_instead_of_deleted(scene, as_user):
    client, address = as_user(), f"/dune/campaigns/{scene.campaign.pk}/delete/"
    assert "It cannot be deleted" in text(client.get(address))
    assert client.post(address, {"name": "zmumu"}).status_code == 409
    assert Campaign.objects.get(pk=scene.campaign.pk).retired_at is None


@pytest.mark.parametrize("deed", ["rename", "tags", "delete"])
def test_a_shifter_may_not(row, as_user, deed):
    sue = as_user("sue", role="production-shifter")
    assert sue.get(f"/dune/campaigns/{row.pk}/{deed}/").status_code == 403
    assert sue.post(f"/dune/campaigns/{row.pk}/{deed}/", {"name": row.name, "tag": "x"}).status_code == 403


def test_a_file_is_read_and_downloaded(page, row):
    client, address = page
    assert "[campaign]" in text(client.get(f"{address}/ini/"))
    answer = client.get(f"{address}/ini/?download=1")
    assert (text(answer), answer["Content-Disposition"]) == (file_of(row), 'attachment; filename="mc9.ini"')
    assert "[state]" in text(client.get(f"{address}/ini/?download=1&state=1"))


def test_files_of_many_come_in_one_archive(page, row, monkeypatch):
    client, _ = page
    other = make_campaign(make_document("a/b"), files=())
    twin = make_campaign(make_document("a:b"), files=())
    answer = client.post("/dune/campaigns/ini.zip", {"thing": [row.pk, other.pk, twin.pk, "x"]})
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert archive.namelist() == ["a_b.ini", f"a_b {twin.pk}.ini", "mc9.ini"] and archive.read(f"a_b {twin.pk}.ini").decode() == file_of(twin)
    assert archive.read("mc9.ini").decode() == file_of(row)
    assert zipfile.ZipFile(io.BytesIO(client.post("/dune/campaigns/ini.zip", {"all": "1", "of": "q=mc9"}).content)).namelist() == ["mc9.ini"]
    assert client.post("/dune/campaigns/ini.zip", {}).status_code == 422
    monkeypatch.setattr(files, "MOST", 2)
    many = client.post("/dune/campaigns/ini.zip", {"all": "1"})
    assert (many.status_code, "More than 2 campaigns are chosen" in text(many)) == (422, True)


def send(client, text_, **more):
    return client.post("/dune/campaigns/upload/", {"file": SimpleUploadedFile("new.ini", text_.encode()), **more})


def plan_of(client, answer):
    """The page of the plan to which an upload leads, and its address."""
    assert answer.status_code == 302
    return text(client.get(answer["Location"])), answer["Location"]


def test_a_file_is_compared_and_saved_only_when_that_is_said(page, row):
    client, _ = page
    changed = file_of(row).replace("[campaign_stage reco]", "[campaign_stage reco]\nmemory_mb = 4000")
    shown, plan = plan_of(client, send(client, changed))
    assert "memory_mb unsaid → 4000" in shown and '<li class="new">' in shown and "<code>memory_mb = 4000</code>" in shown
    assert "Nothing that runs, waits or is scheduled is touched." in shown and "[state]" not in shown
    assert "What [state] says is left out" in plan_of(client, send(client, f"{changed}[state]\nactive = no\n"))[0]
    assert documents.read(row).stages[1].settings.memory_mb is None
    saved = client.post(f"{plan}apply/", {"why": "more"})
    assert saved["Location"] == f"/dune/campaigns/{row.pk}/"
    assert documents.read(row).stages[1].settings.memory_mb == 4000
    assert Event.objects.get(what="campaign changed").why == "more"
    assert "nothing would change" in plan_of(client, send(client, changed))[0]
    again = client.post(f"{plan}apply/")
    assert (again.status_code, "was applied on" in text(again)) == (409, True)
    assert "version 2</a>" in text(client.get(plan)) and client.post(f"{plan}eat/").status_code == 404
    assert memory_lines(text(client.get(f"/dune/campaigns/upload/?plan={plan.split('/')[-2]}"))) == 1


def test_a_plan_and_the_versions_cost_few_queries(page, row, django_assert_max_num_queries):
    client, address = page
    _, plan = plan_of(client, send(client, file_of(row).replace("[campaign_stage reco]", "[campaign_stage reco]\nmemory_mb = 4000")))
    client.post(f"{plan}apply/")
    _, other = plan_of(client, send(client, file_of(row).replace("memory_mb = 4000", "memory_mb = 5000")))
    for here, most in ((f"{address}/versions/", 12), (plan, 12), (other, 28)):     # an open plan is compared with what is saved, part by part
        with django_assert_max_num_queries(most):
            assert client.get(here).status_code == 200


def memory_lines(shown):
    return shown.count("memory_mb = 4000")


def test_who_comes_second_sees_the_change_of_the_first_and_puts_both_together(page, row):
    client, _ = page
    mine = file_of(row).replace("[campaign_stage reco]", "[campaign_stage reco]\nmemory_mb = 4000")
    theirs = file_of(row).replace("[campaign_stage gen]", "[campaign_stage gen]\ncpus = 2")
    (_, first), (_, second) = (plan_of(client, send(client, each)) for each in (theirs, mine))
    client.post(f"{first}apply/", {"why": "two of them"})
    answer = client.post(f"{second}apply/")
    shown = text(answer)
    assert answer.status_code == 409 and "mc9 was changed after plan" in shown and "update stage gen: cpus unsaid → 2" in shown
    assert "Save mc9" not in shown and "Put both together" in shown
    assert "update stage gen: cpus unsaid → 2" in text(client.get(second))
    both = client.post(f"{second}merge/")["Location"]
    client.post(f"{both}apply/")
    found = documents.read(row)
    assert (found.stages[0].settings.cpus, found.stages[1].settings.memory_mb) == (2, 4000)
    mine_alone = client.post(f"{second}again/")["Location"]
    assert "cpus 2 → unsaid" in text(client.get(mine_alone))


def test_what_is_shared_is_changed_only_when_that_is_said(page, row):
    client, _ = page
    changed = file_of(row).replace("launch_script = run", "launch_script = run2")
    shown, plan = plan_of(client, send(client, changed))
    assert "left as it is" in shown and "Change what is shared, too" in shown
    also = client.post(f"{plan}again/", {"update_shared": "1"})["Location"]
    assert "launch_script run → run2" in text(client.get(also))
    client.post(f"{also}apply/")
    assert documents.read(row).job_types[0].launch_script == "run2"


def test_versions_are_compared_and_one_is_had_again(page, row):
    client, address = page
    _, plan = plan_of(client, send(client, file_of(row).replace("[campaign_stage reco]", "[campaign_stage reco]\nmemory_mb = 4000")))
    client.post(f"{plan}apply/", {"why": "more memory"})
    shown = text(client.get(f"{address}/versions/"))
    assert "From version 1 to version 2" in shown and "<code>memory_mb = 4000</code>" in shown and "more memory" in shown
    assert shown.count("Restore…") == 1
    assert "Version 1</h2>" in text(client.get(f"{address}/versions/?a=0&b=1"))
    assert "There is no version 77" in text(client.get(f"{address}/versions/?b=77"))
    assert '<li class="gone">' in text(client.get(f"{address}/versions/?a=2&b=1"))
    restored = client.post(f"{address}/versions/1/restore/")["Location"]
    shown = text(client.get(restored))
    assert "memory_mb 4000 → unsaid" in shown and "As version 1 was, which ann made on" in shown
    client.post(f"{restored}apply/")
    assert row.versions.count() == 3 and row.versions.get(number=3).document == row.versions.get(number=1).document
    assert client.post(f"{address}/versions/9/restore/").status_code == 404


def test_who_may_not_change_it_sees_a_plan_and_why_there_is_no_button(page, row, as_user):
    client, address = page
    _, plan = plan_of(client, send(client, file_of(row).replace("[campaign_stage reco]", "[campaign_stage reco]\nmemory_mb = 4000")))
    bob = as_user("bob", role="analysis")
    assert "Acting as analysis you may not save mc9" in text(bob.get(plan)) and bob.post(f"{plan}apply/").status_code == 403
    assert "Restore…" not in text(bob.get(f"{address}/versions/")) and bob.post(f"{address}/versions/1/restore/").status_code == 403
    assert row.versions.count() == 1


def test_a_broken_file_is_shown_with_its_lines_marked(page, row):
    client, _ = page
    broken = file_of(row).replace("[campaign_stage reco]", "[campaign_stage reco]\nmemory_mb = much <b>\nnonsense")
    answer = send(client, broken, save="1", base="1")
    shown, line = text(answer), broken.split("\n").index("memory_mb = much <b>") + 1
    assert answer.status_code == 422
    assert f'href="#L{line}"' in shown
    assert f'<li id="L{line}" class="err">' in shown
    assert "<b>\nnonsense" not in shown
    assert Campaign.objects.get(pk=row.pk).version.number == 1


@pytest.mark.parametrize(("data", "words"), [(b"\xff\xfe", "must be UTF-8"), (b"x" * 1_000_001, "at most 1000000 bytes"),
                                           (b"", "no [campaign] section")])
def test_what_is_no_campaign_file_is_refused_with_a_sentence(page, data, words):
    client, _ = page
    answer = client.post("/dune/campaigns/upload/", {"file": SimpleUploadedFile("x.ini", data)})
    assert (answer.status_code, words in text(answer)) == (422, True)


@pytest.mark.parametrize("sent", ["file", "text"])
def test_the_limit_of_a_file_is_a_setting_and_is_stated(page, row, settings, sent):
    client, _ = page
    settings.POMS_LARGEST_FILE = 50
    answer = send(client, "[campaign]\n" * 5) if sent == "file" else client.post("/dune/campaigns/upload/", {"text": "[campaign]\r\n" * 5})
    assert (answer.status_code, "a campaign file has at most 50 bytes" in text(answer)) == (422, True)


def test_what_is_more_than_any_form_sends_is_refused_and_the_limit_stated(page, row, settings):
    client, _ = page
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    answer = client.post("/dune/campaigns/upload/", {"text": "x" * 2000})
    assert answer.status_code == 413
    assert f"a campaign file may have {settings.POMS_LARGEST_FILE} bytes" in text(answer) and "Nothing was changed" in text(answer)


def test_an_old_file_is_planned_with_a_list_of_what_it_cannot_say(page, row):
    client, _ = page
    shown, _ = plan_of(client, send(client, (DATA / "old" / "by_itself.ini").read_text()))
    assert "An old file cannot say of a job type: style" in shown and "sim depends on itself: that is keep_running = 1" in shown


@pytest.mark.parametrize("sign", ["\\u0000", "\\ud800"])
@pytest.mark.parametrize("key", ["name", "job_type", "login_setup", "was", "dataset"])
def test_a_sign_that_cannot_be_stored_is_refused_with_its_line_wherever_it_is_said(page, sign, key):
    client, _ = page
    bad = f'"a{sign}b"'
    name, more = (bad, "") if key == "name" else ("mc9", f"{key} = {bad}\n")
    answer = send(client, f"[campaign]\nformat = 2\nname = {name}\n[campaign_stage gen]\n{more}stage_type = approval\n")
    assert answer.status_code == 422
    assert f'href="#L{3 if key == "name" else 5}"' in text(answer) and "cannot be stored" in text(answer)


def test_a_file_that_says_an_old_name_is_told_so(page, row):
    client, address = page
    before = file_of(row)
    client.post(f"{address}/rename/", {"name": "mc10"})
    assert "mc9 is called mc10 now" in plan_of(client, send(client, before))[0]


def test_a_campaign_begins_with_one_stage(page, row):
    client, _ = page
    said = {"name": "small", "stage": "gen", "dataset": "raw", "split": "none", "jobs": "2", "job_type": "payload", "login_setup": "farm"}
    made = client.post("/dune/campaigns/new/", said)
    small = Campaign.objects.get(name="small")
    assert made["Location"] == f"/dune/campaigns/{small.pk}/"
    assert documents.settings_of(small.stages.get()).jobs == 2
    again = client.post("/dune/campaigns/new/", said)
    assert (again.status_code, "has a campaign small already" in text(again)) == (422, True)
    assert client.post("/dune/campaigns/new/", {**said, "name": "", "jobs": "0"}).status_code == 422
    assert client.post("/dune/campaigns/new/", {**said, "name": "x", "dataset": "run_number seven"}).status_code in (302, 422)


def test_who_makes_nothing_neither_uploads_nor_begins(row, as_user):
    sue = as_user("sue", role="production-shifter")
    for address in ("upload", "new"):
        assert sue.get(f"/dune/campaigns/{address}/").status_code == 403
    assert send(sue, file_of(row)).status_code == 403


def test_an_analyst_uploads_an_own_one_and_changes_no_production(row, as_user):
    bob = as_user("bob", role="analysis")
    assert send(bob, file_of(row)).status_code == 403
    assert "New campaign bobs" in plan_of(bob, send(bob, file_of(row).replace("mc9", "bobs")))[0]


def test_launching_leads_to_the_first_stage_or_asks_which(page, row):
    client, address = page
    assert client.get(f"{address}/launch/")["Location"] == f"/dune/stages/{row.stages.get(name='gen').pk}/launch/"
    two = make_campaign(make_document("two", dependencies=()), files=())
    assert "which stage?" in text(client.get(f"/dune/campaigns/{two.pk}/launch/"))


def test_many_are_tagged_and_those_that_were_launched_are_not_deleted(scene, as_user):
    make_files((), definition="x")
    fresh = make_campaign(make_document("fresh"), files=())
    client = as_user()
    act = client.post("/dune/bulk/", {"kind": "campaign", "deed": "delete", "thing": [fresh.pk, scene.campaign.pk]})["Location"]
    shown = text(client.get(act))
    assert "deactivate it instead" in shown
    assert "1 campaign" in shown
