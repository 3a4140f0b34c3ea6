"""What could be done to the original (spec 02 §2.9), tried here: each attack is made in earnest, and comes to nothing."""
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client

from accounts.models import Experiment, Membership
from accounts.policy import Verb
from submissions.models import LogScan, Submission
from tests.http import test_strangers
from tests.http.test_everybody import addresses, reached
from tests.http.test_strangers import ROUTES
from tests.http.wants import OF, Want
from tests.makers import make_campaign, make_document, make_user

scene = test_strangers.scene
STEERS = (Want.ADMIN, Want.ROOT, Want.SHIFTS, Verb.HOLD, Verb.DO, Verb.EDIT, Verb.SCHEDULE)
OWN_TOKEN = ("submissions_api:declare", "submissions_api:inputs", "submissions_api:next", "submissions_api:report", "oidc_back_channel")
ROOMS = ("accounts", "campaigns", "datasets", "submissions")
UP = ("../../../../../../etc/passwd", "..\\..\\etc\\passwd", "/etc/passwd", "....//....//etc/passwd", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "zmumu\0.ini",
      "file:///etc/passwd", "~root/.profile")
TOLD = ("file", "fname", "filename", "name", "path", "next", "log", "part", "of")
HEADERS = ("X-Forwarded-User", "X-Remote-User", "Remote-User", "X-Forwarded-Email", "X-Shib-Userid", "X-Auth-Request-User", "SSL-Client-S-DN",
           "X-SSL-Client-Verify", "X-Poms-User", "X-Userid", "X-Client-Cert")
ROOT = Path(__file__).parents[2]
UNCHECKED = re.compile(r"verify\s*=\s*False|CERT_NONE|check_hostname\s*=\s*False|_create_unverified|StrictHostKeyChecking=no")


def signed_in(name, role, experiment="dune", **how) -> Client:
    client = Client(**how)
    client.force_login(make_user(name, experiment, role))
    session = client.session
    session["roles"] = {experiment: role}
    session.save()
    client.raise_request_exception = False
    return client


def all_rows():
    """Whatever there is to be changed; that a log was read is remembered."""
    return {model._meta.label: sorted(map(repr, model.objects.values_list())) for room in ROOMS for model in apps.get_app_config(room).get_models()
            if model is not LogScan}


@pytest.mark.parametrize(("name", "role", "experiment"), [("bob", "analysis", "dune"), ("eve", "superuser", "nova")])
def test_d15_to_be_signed_in_is_not_enough_to_steer(scene, name, role, experiment):
    there = {route: address for route, address in addresses(scene).items() if OF[route][1] in STEERS}
    client, before = signed_in(name, role, experiment), all_rows()
    assert [address for address in there.values() if reached(client.post(address, {"why": "because I can"}))] == []
    assert len(there) > 20
    assert all_rows() == before


def test_d16_the_launches_of_all_are_held_by_those_who_may(scene):
    for name, role in (("bob", "analysis"), ("sam", "production-shifter"), ("pam", "production")):
        assert signed_in(name, role).post("/dune/launches/hold/", {"why": "mine"}).status_code == 403
    assert Experiment.objects.get(pk="dune").launches_held_by == ""
    signed_in("sue", "superuser").post("/dune/launches/hold/", {"why": "the storage is full"})
    assert Experiment.objects.get(pk="dune").launches_held_by == "sue"


def test_d17_no_name_leads_out_of_its_folder(scene):
    client = signed_in("root", "superuser")
    holes = {route: address for route, address in ROUTES if re.search(r"<(str|slug):", address)}
    assert len(holes) > 20
    for address in holes.values():
        for up in UP:
            begun = re.sub(r"<int:\w+>", str(scene.campaign.pk), address.replace("<exp:exp>", "dune").replace("<slug:exp>", "dune"))
            assert_not_told(client.get("/" + re.sub(r"<\w+:\w+>", quote(up, safe=""), begun)))


def test_d17_no_question_leads_out_of_its_folder(scene):
    client = signed_in("root", "superuser")
    for route, address in addresses(scene).items():
        if OF[route][0] is not Want.SHUT:
            for up in UP[:3]:
                assert_not_told(client.get(address, dict.fromkeys(TOLD, up)))


def assert_not_told(answer):
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert answer.status_code != 500
    assert b"root:x:0:" not in body


def test_d17_the_name_of_an_upload_is_no_path(scene, settings, tmp_path):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 0        # it goes to the disk
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "within"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir()
    body = (f'--end\r\nContent-Disposition: form-data; name="file"; filename="{"../" * 9}{tmp_path}/outside.ini"\r\n\r\n'
            "[campaign]\nformat = 2\nname = up\n\r\n--end--\r\n")
    answer = signed_in("pam", "production").post("/dune/campaigns/upload/", body, content_type="multipart/form-data; boundary=end")
    assert answer.status_code == 422       # it was read, and is no whole campaign
    assert [*tmp_path.rglob("outside*")] == []


@pytest.mark.parametrize("claimed", ["production", "superuser"])
def test_d18_no_address_gives_a_role(scene, claimed):
    there = [address for route, address in addresses(scene).items() if OF[route][1] in (Verb.EDIT, Want.ADMIN, Want.SHIFTS)]
    client, before = signed_in("bob", "analysis"), all_rows()
    for address in there:
        assert not reached(client.post(f"{address}?as={claimed}&role={claimed}", {"as": claimed, "role": claimed, "why": "x"})), address
    assert client.post("/me/role/", {"experiment": "dune", "role": claimed}).status_code == 403
    assert all_rows() == before


def test_d18_a_membership_that_ended_counts_no_more_and_nothing_remembers_it(scene):
    client = signed_in("pam", "production")
    assert client.get("/dune/campaigns/").status_code == 200
    Membership.objects.filter(user__username="pam").update(active=False)
    assert not reached(client.get("/dune/campaigns/"))
    assert not reached(client.post(f"/dune/campaigns/{scene.campaign.pk}/hold/", {"why": "x"}))


def test_d19_nothing_changes_by_being_looked_at(scene):
    client, there = signed_in("root", "superuser"), addresses(scene)
    before = all_rows()
    for route, address in there.items():
        point = transaction.savepoint()
        client.get(address)
        assert all_rows() == before, route
        transaction.savepoint_rollback(point)


def test_d19_no_form_of_another_site_is_taken(scene):
    client, tried = signed_in("root", "superuser", enforce_csrf_checks=True), 0
    for route, address in addresses(scene).items():
        if OF[route][1] is not Want.SHUT and route not in OWN_TOKEN:
            assert client.post(address, {"why": "x"}).status_code in (401, 403), route
            tried += 1
    assert tried > 40


def test_d19_a_form_changes_what_its_address_names_and_nothing_else(scene):
    other = make_campaign(replace(make_document(), name="other"), files=())
    signed_in("sue", "superuser").post(f"/dune/campaigns/{scene.campaign.pk}/rename/", {
        "name": "renamed", "why": "x", "id": other.pk, "pk": other.pk, "campaign": other.pk, "campaign_id": other.pk})
    scene.campaign.refresh_from_db(), other.refresh_from_db()
    assert (scene.campaign.name, other.name) == ("renamed", "other")


def test_d19_who_may_only_look_declares_nothing_located(scene):
    row = next(row for row in scene.of("simulate") if row.status == "Failed")
    assert signed_in("bob", "analysis").post(f"/dune/submissions/{row.pk}/locate/", {"why": "x"}).status_code == 403
    assert Submission.objects.get(pk=row.pk).status == "Failed"


@pytest.mark.parametrize("header", HEADERS)
def test_d36_no_header_makes_anybody_of_nobody(scene, header):
    for name in ("ann", "root", "/DC=org/CN=ann"):
        client = Client(headers={header: name}, REMOTE_USER=name)
        assert not reached(client.get("/dune/campaigns/"))
        assert not reached(client.get("/admin/"))


def test_d36_nobody_is_called_without_looking_at_the_certificate():
    files = [file for room in (*ROOMS, "pomssite", "scripts") for file in (ROOT / room).rglob("*.py")]
    assert len(files) > 300
    assert [str(file) for file in files if UNCHECKED.search(file.read_text())] == []
