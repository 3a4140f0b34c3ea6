"""The list of campaigns: what is asked for stands in the address, counts say what is there, and each way out leads somewhere."""
import csv
import io
from html.parser import HTMLParser

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.filters import BAD
from campaigns.models import Campaign, OldName, SavedView
from campaigns.services import holds, labels, naming
from pomssite.kit import clock
from submissions.models import CampaignSummary, SiteSum
from submissions.services import standing
from submissions.services.standing import RANK, STUCK
from submissions.states import IN_TROUBLE, Status
from tests.makers import make_actor, make_campaign, make_document

ADDRESS = "/dune/campaigns/"


class Table(HTMLParser):
    """The names of the campaigns on a page, in their order, and the links."""

    def __init__(self, answer):
        super().__init__()
        self.names, self.links, self._in = [], {}, ""
        self.feed(answer.content.decode())

    def handle_starttag(self, tag, attributes):
        words = dict(attributes)
        self._in = "name" if tag == "th" and words.get("scope") == "row" else self._in if tag in ("span", "a") else ""
        if tag == "a":
            self.links[words.get("href")] = words

    def handle_data(self, data):
        if self._in == "name" and data.strip():
            self.names.append(data.strip())
            self._in = ""


def names(client, query=""):
    answer = client.get(ADDRESS + query)
    assert answer.status_code == 200
    return Table(answer).names


def text(answer):
    return answer.content.decode()


def table(client):
    return client.get("/dune/campaigns.csv?on=all&sort=name").getvalue().decode()


@pytest.fixture
def several(scene):
    """Beside zmumu, which is held: one that was never launched, one of bob's own, one that is at rest, one of another experiment."""
    bob, at = make_actor("bob", role="analysis"), clock.now()
    rows = {name: make_campaign(make_document(name), actor=actor, files=()) for name, actor in (
        ("keepup_10", make_actor()), ("scan", bob), ("over", make_actor()))}
    Campaign.objects.filter(name="over").update(active=False)
    make_campaign(make_document("far"), actor=make_actor("eve", "nova"), files=())
    labels.tag(rows["keepup_10"], "keep up", actor=make_actor(), at=at)
    labels.tag(rows["over"], "keep up", actor=make_actor(), at=at)
    naming.rename(rows["keepup_10"], "keepup_11", actor=make_actor(), at=at)
    return {**rows, "zmumu": scene.campaign}


@pytest.mark.parametrize(("query", "wanted"), [
    ("", ["zmumu", "keepup_11", "scan"]), ("?on=0", ["over"]), ("?on=all", ["zmumu", "keepup_11", "scan", "over"]),
    ("?own=mine", ["zmumu", "keepup_11"]), ("?own=others", ["scan"]), ("?kind=analysis", ["scan"]), ("?kind=production", ["zmumu", "keepup_11"]),
    ("?tag=keep+up", ["keepup_11"]), ("?tag=KEEP+UP&on=all", ["keepup_11", "over"]), ("?tag=keep+up&tag=other", []),
    ("?state=held", ["zmumu"]), ("?state=bad", ["zmumu"]), ("?state=attention", ["zmumu"]),
    ("?state=never", ["keepup_11", "scan"]), ("?state=finished", []), ("?state=open", ["zmumu"]),
    ("?creator=bob", ["scan"]), ("?q=keep", ["keepup_11"]), ("?q=keepup_10", ["keepup_11"]), ("?q=FAR", []),
    ("?sort=name", ["keepup_11", "scan", "zmumu"]),
    ("?sort=-name", ["zmumu", "scan", "keepup_11"]), ("?sort=creator&own=others", ["scan"]),
    ("?on=7", []), ("?q=%00", []), ("?state=nonsense", []), ("?watch=1", []), (f"?q={'9' * 30}", []), (f"?tag={'x' * 300}", []),
])
def test_words_of_the_address_narrow_and_sort(several, as_user, query, wanted):
    found = names(as_user(), query)
    assert (found if "sort" in query else sorted(found)) == (wanted if "sort" in query else sorted(wanted))


def test_the_worst_comes_first_and_what_was_never_launched_last(several, as_user):
    assert names(as_user())[0] == "zmumu"
    assert names(as_user(), "?sort=-worst")[0] == "zmumu"        # the others have no rank


def test_what_awaits_approval_needs_attention_and_is_not_bad(several, as_user):
    CampaignSummary.objects.filter(campaign=several["zmumu"]).update(state="Awaiting Approval", rank=RANK[Status.AWAITING])
    assert (names(as_user(), "?state=bad"), names(as_user(), "?state=attention")) == ([], ["zmumu"])
    CampaignSummary.objects.filter(campaign=several["zmumu"]).update(state=Status.FAILED, rank=RANK[Status.FAILED])
    assert names(as_user(), "?state=bad") == names(as_user(), "?state=attention") == ["zmumu"]
    CampaignSummary.objects.filter(campaign=several["zmumu"]).update(state=Status.CANCELLED, rank=STUCK)
    assert (names(as_user(), "?state=bad"), names(as_user(), "?state=attention")) == ([], ["zmumu"])
    CampaignSummary.objects.filter(campaign=several["zmumu"]).update(state=Status.RUNNING, rank=RANK[Status.RUNNING])
    assert names(as_user(), "?state=attention") == []
    assert {"LaunchFailed", "Failed", "Held"} == set(BAD) == set(IN_TROUBLE)


def test_a_number_finds_its_campaign(several, as_user):
    assert "scan" in names(as_user(), f"?q={several['scan'].pk}")


def test_the_list_is_read_piece_by_piece_to_its_end(scene, as_user):
    for number in range(60):
        row = Campaign.objects.create(experiment_id="dune", name=f"c{number:02}", creator_id=scene.campaign.creator_id,
                                      creator_role="production", created_at=clock.now())
        CampaignSummary.objects.create(campaign=row, rank=number % 3, state="Failed")
    client, found, query = as_user(), [], ""
    while True:
        answer = client.get(ADDRESS + query)
        found += Table(answer).names
        later = [link for link in Table(answer).links if link and link.startswith("?") and "after=" in link]
        if not later:
            break
        query = later[0]
    assert len(found) == len(set(found)) == 61
    assert found[-1] == "zmumu"


def test_what_is_typed_becomes_words_of_the_address(several, as_user):
    answer = as_user().get(ADDRESS, {"add": 'tag:"keep up" state:never keep 11', "on": "all", "after": "9"})
    assert answer["Location"] == f"{ADDRESS}?on=all&q=keep%2011&state=never&tag=keep%20up"
    again = as_user().get(ADDRESS, {"add": "tag:b tag:a x:y", "tag": "a", "q": "old"})
    assert again["Location"] == f"{ADDRESS}?q=x:y&tag=a&tag=b"


def test_tokens_stand_in_the_box_and_each_may_be_left_out(several, as_user):
    links = Table(as_user().get(f"{ADDRESS}?state=never&tag=keep+up&own=mine")).links
    assert links[f"{ADDRESS}?own=mine&tag=keep%20up"]["aria-label"] == "Leave out state never"
    assert links[f"{ADDRESS}?own=mine&state=never"]["aria-label"] == "Leave out tag keep up"


def test_switches_say_how_many_there_are_under_the_other_words(several, as_user):
    shown = " ".join(text(as_user().get(f"{ADDRESS}?tag=keep+up")).split())
    for words in ('Active <span class="n">1<', 'Inactive <span class="n">1<', 'Both <span class="n">2<', 'Mine <span class="n">1<',
                  'Analysis <span class="n">0<', "1 of 4"):
        assert words in shown, words


def test_where_nothing_fits_it_says_what_remains_without_each_word(several, as_user):
    shown = text(as_user().get(f"{ADDRESS}?creator=bob&tag=keep+up"))
    assert "No active campaign fits" in shown
    links = Table(as_user().get(f"{ADDRESS}?creator=bob&tag=keep+up")).links
    assert {f"{ADDRESS}?creator=bob", f"{ADDRESS}?tag=keep%20up", ADDRESS} <= set(links)
    assert "also inactive" not in shown
    assert "also inactive ones" in text(as_user().get(f"{ADDRESS}?creator=ann&q=over"))


def test_an_experiment_without_a_campaign_is_told_the_steps_to_the_first(as_user, db):
    shown = text(as_user().get(ADDRESS))
    for words in ("No campaign in dune yet", "1 person belongs", "Login setup", "None yet", "/dune/campaigns/upload/"):
        assert words in shown
    assert "/dune/campaigns/upload/" not in text(as_user("sue", role="production-shifter").get(ADDRESS))


def test_a_line_says_what_is_wrong_and_leads_to_it(several, as_user):
    answer = as_user().get(ADDRESS)
    shown, held = text(answer), several["zmumu"].summary.worst
    assert f'href="/dune/submissions/{held}/"' in shown
    assert "1 job held in simulate: the disk is full" in shown
    assert f'href="/dune/submissions/?campaign={several["zmumu"].pk}&amp;status=live"' in shown
    assert "submissions, the newest last: Running, " in shown or "submissions, the newest last: Located, " in shown


def test_who_holds_launches_stands_in_the_line(several, as_user):
    holds.hold(several["zmumu"], actor=make_actor("alee"), at=clock.now(), why="power cut")
    assert "Launches are held by alee" in text(as_user().get(ADDRESS))


def test_rows_that_changed_are_had_alone(several, as_user):
    client, pk = as_user(), several["zmumu"].pk
    answer = client.get(f"{ADDRESS}?rows={pk}", headers={"HX-Request": "true"})
    assert text(answer).count("<tr ") == 1
    assert f'id="campaign-{pk}"' in text(answer)
    assert client.get(f"{ADDRESS}?rows={pk}", headers={"HX-Request": "true", "If-None-Match": answer["ETag"]}).status_code == 304
    assert "<tr" not in text(client.get(f"{ADDRESS}?rows={pk}&on=0", headers={"HX-Request": "true"}))


def test_the_rows_cost_the_same_whatever_their_number(several, as_user):
    client = as_user()
    client.get(ADDRESS)
    with CaptureQueriesContext(connection) as few:
        client.get(ADDRESS)
    for number in range(30):
        make_campaign(make_document(f"more{number}"), files=())
    standing.refresh()
    with CaptureQueriesContext(connection) as many:
        client.get(ADDRESS)
    assert len(many) == len(few) <= 12
    assert not [one["sql"] for one in many if "OFFSET" in one["sql"]]


def test_programs_get_the_same_as_json_and_spreadsheets_as_csv(several, as_user):
    told = as_user().get("/dune/campaigns.json?on=all&sort=name").json()
    assert [row["name"] for row in told["rows"]] == ["keepup_11", "over", "scan", "zmumu"]
    held = told["rows"][-1]
    assert (held["state"], held["unit"], told["next"]) == ("Held", "files", None)
    assert held["reason"] == "1 job held in simulate: the disk is full"
    naming.rename(several["over"], "=1+1", actor=make_actor(), at=clock.now())
    rows = list(csv.DictReader(io.StringIO(table(as_user()))))
    assert [row["name"] for row in rows] == ["'=1+1", "keepup_11", "scan", "zmumu"]
    assert rows[1]["tags"] == "keep up"


def test_a_table_has_all_that_fits_and_not_its_first_piece(several, as_user):
    row = several["scan"]
    Campaign.objects.bulk_create(Campaign(experiment_id="dune", name=f"more{n}", creator_id=row.creator_id, creator_role=row.creator_role,
                                          created_at=row.created_at)
                                 for n in range(60))
    assert len(table(as_user()).splitlines()) == 1 + 64


def test_what_a_role_may_not_do_is_shown_as_such(several, as_user):
    shown = text(as_user("sue", role="production-shifter").get(ADDRESS))
    assert "you may not change it; it was made as production" in shown
    assert f'{several["zmumu"].pk}/rename/"' not in shown
    assert f'{several["zmumu"].pk}/hold/"' in shown


def test_views_are_saved_as_tabs_with_their_counts_and_dropped(several, as_user):
    ann, bob = as_user(), as_user("bob", role="analysis")
    page = text(ann.get("/dune/campaigns/views/?tag=keep+up&on=all&after=3"))
    assert 'value="on=all&amp;tag=keep%20up"' in page
    said = {"name": "Keep-up", "words": "on=all&tag=keep+up", "shared": "on"}
    assert ann.post("/dune/campaigns/views/", said)["Location"] == f"{ADDRESS}?on=all&tag=keep%20up"
    assert "Keep-up <b>2</b>" in text(bob.get(ADDRESS))
    assert bob.post("/dune/campaigns/views/", said).status_code == 403
    assert ann.post("/dune/campaigns/views/", {"name": " ", "words": ""}).status_code == 422
    view = SavedView.objects.get()
    assert bob.post(f"/dune/campaigns/views/{view.pk}/drop/").status_code == 403
    assert ann.get(f"/dune/campaigns/views/{view.pk}/drop/").status_code == 405
    assert ann.post(f"/dune/campaigns/views/{view.pk}/drop/").status_code == 302
    assert not SavedView.objects.exists()


def test_columns_are_chosen_by_the_address_and_kept_with_a_view(several, as_user):
    client = as_user()
    answer = client.get(f"{ADDRESS}?columns=&columns=cpu&columns=good&columns=nonsense&columns=updated&sort=name&cols=tags")
    assert answer["Location"] == f"{ADDRESS}?cols=updated,cpu,good&sort=name"
    shown = text(client.get(answer["Location"]))
    assert "Running</th>" not in shown and ">Updated</a>" in shown and "CPU hours by site</th>" in shown
    assert f'href="{ADDRESS}?cols=updated,cpu,good&amp;state=attention"' in shown.replace("%2C", ",")
    assert "+ Save this view" in shown and "+ Save this view" not in text(client.get(ADDRESS))
    client.post("/dune/campaigns/views/", {"name": "Power", "words": "cols=updated,cpu,good"})
    assert f'<a href="{ADDRESS}?cols=updated,cpu,good" title="Your own view">Power <b>3</b>' in " ".join(text(client.get(ADDRESS)).split())


@pytest.mark.parametrize(("ticked", "wanted"), [
    (["tags", "on", "located", "running", "last", "next", "changed", "creator"], ADDRESS + "?"), ([], ADDRESS + "?cols=none"),
    (["watchers", "report"], ADDRESS + "?cols=report,watchers"),
])
def test_the_usual_columns_need_no_word_and_none_is_a_word(scene, as_user, ticked, wanted):
    assert as_user().get(ADDRESS, {"columns": ["", *ticked]})["Location"] == wanted


def test_what_the_chosen_columns_say_is_what_was_kept(several, as_user):
    client, row = as_user(), several["zmumu"]
    client.post(f"{ADDRESS}{row.pk}/watch/")
    SiteSum.objects.filter(campaign=row, site="here").update(cpu_s=3600 * 7200, done=9, failed=1)
    SiteSum.objects.create(campaign=row, site="RAL", cpu_s=3600 * 2400, done=0, failed=10)
    shown = " ".join(text(client.get(f"{ADDRESS}?cols=cpu,good,report,watchers,updated")).split())
    for words in ("9 600 h</a>", "here 75 %, RAL 25 %", "45.0 %</a>", '<span title="ann">ann</span>', "4 open</a>", 'of 4</span>'):
        assert words in shown, words
    held = client.get("/dune/campaigns.json?q=zmumu").json()["rows"][0]
    assert (held["cpu_h"], held["cpu_h_by_site"], held["good_pct"]) == (9600, [["here", 7200], ["RAL", 2400]], 45.0)
    assert (held["watchers"], held["updated_by"], held["files_open"], held["files_missing"]) == (["ann"], "ann", 4, 0)
    SiteSum.objects.filter(campaign=row, site="RAL").update(cpu_s=-3600 * 7200)
    assert as_user().get(f"{ADDRESS}?cols=cpu").status_code == 200, "a sum that is off by as much as the other spoils no page"


def test_chosen_columns_cost_one_query_more_and_nothing_is_counted(several, as_user):
    client = as_user()
    client.get(ADDRESS)
    with CaptureQueriesContext(connection) as few:
        client.get(ADDRESS)
    with CaptureQueriesContext(connection) as many:
        client.get(f"{ADDRESS}?cols=tags,on,located,running,last,next,changed,updated,cpu,report,good,watchers,creator")
    assert len(many) == len(few) + 1 <= 12
    assert not [one["sql"] for one in many if "submissions_job" in one["sql"]]


def test_an_old_name_leads_to_the_campaign(several, as_user):
    assert OldName.objects.get().name == "keepup_10"
    answer = as_user().get("/dune/campaigns/named/keepup_10/")
    assert answer["Location"] == f"{ADDRESS}{several['keepup_10'].pk}/"
    assert as_user().get("/dune/campaigns/named/far/").status_code == 404
