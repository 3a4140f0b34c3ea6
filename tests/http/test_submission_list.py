"""The list of submissions: narrowed by its address, for people and for other programs."""
import re

import pytest

from submissions.models import Submission


@pytest.mark.parametrize(("query", "fits"), [
    ("status=live,failed", lambda row: row.status in {"Idle", "Running", "Held", "New", "Failed"}), ("status=awaiting-approval", lambda row: False),
    ("status=stuck", lambda row: row.stuck), ("by=ann", lambda row: True), ("by=bob", lambda row: False), ("t=24h", lambda row: False),
    ("t=2026-01-01..2026-01-01", lambda row: True), ("t=2026-01-02..2026-01-03", lambda row: False),
    ("q=%23{first}", lambda row: row.pk == row.first),
    ("q={first}", lambda row: row.pk == row.first), ("campaign={campaign}&status=bad", lambda row: row.status in {"Failed", "LaunchFailed", "Held"}),
    ("campaign=0", lambda row: False), ("stage={stage}", lambda row: row.stage_id == row.simulate)])
def test_the_list_of_submissions_is_narrowed_by_what_its_address_says(scene, as_user, query, fits):
    first, simulate = scene.of("generate")[0].pk, scene.of("simulate")[0].stage_id
    rows = list(Submission.objects.order_by("-pk"))
    for row in rows:
        row.first, row.simulate = first, simulate
    asked = query.format(first=first, campaign=scene.campaign.pk, stage=simulate)
    wanted = [row.pk for row in rows if fits(row)]
    client = as_user()
    text = client.get(f"/dune/submissions/?{asked}").content.decode()
    assert [int(pk) for pk in re.findall(r'<tr id="submission-(\d+)"', text)] == wanted
    told = client.get(f"/dune/submissions.json?{asked}").json()
    assert [row["submission"] for row in told["rows"]] == wanted
    lines = client.get(f"/dune/submissions.csv?{asked}").getvalue().decode().splitlines()
    assert [int(line.split(",")[0]) for line in lines[1:]] == wanted


def test_what_is_typed_as_word_and_value_goes_into_the_address(scene, as_user):
    answer = as_user().get("/dune/submissions/?q=by:ann+lab+status:held&t=7d&after=3")
    assert answer["Location"] == "/dune/submissions/?by=ann&q=lab&status=held&t=7d"


@pytest.mark.parametrize("query", ["status=runing", "t=yesterday", "stage=x"])
def test_a_filter_that_is_not_understood_is_named_and_other_programs_get_nothing(scene, as_user, query):
    client = as_user()
    assert 'role="alert"' in client.get(f"/dune/submissions/?{query}").content.decode()
    assert client.get(f"/dune/submissions.csv?{query}").status_code == 422


def test_the_switches_of_the_list_count_without_counting(scene, as_user):
    text = as_user().get("/dune/submissions/").content.decode()
    total = Submission.objects.filter(abandoned_at=None).count()
    assert f"All <b>{total}</b>" in text
    assert f"Failed or held <b>{Submission.objects.filter(status__in=['Failed', 'Held', 'LaunchFailed']).count()}</b>" in text


def test_a_submission_of_the_list_offers_what_may_be_done_to_it_now(scene, as_user):
    held = next(row for row in scene.of("simulate") if row.status == "Held")
    text = as_user().get("/dune/submissions/?status=held").content.decode()
    assert f'href="/dune/submissions/{held.pk}/release/"' in text
    assert f'href="/dune/submissions/{held.pk}/hold/"' not in text
    assert f'name="thing" value="{held.pk}" form="bulk"' in text
