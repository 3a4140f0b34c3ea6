"""The page that tells why a file is in a set, or not."""
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.models import Stage
from datasets.models import Definition, File

HERE = reverse("datasets:why", args=["dune"])
DEEP = "(file_name a or isparentof: (file_name b and not " * 13 + "file_name c" + " with limit 1))" * 13


@pytest.fixture
def ask(scene, as_user):
    client = as_user()

    def asked(dataset: str, file: str = ""):
        answer = client.get(HERE, {"dataset": dataset, "file": file or File.objects.filter(experiment="dune").first().name})
        return answer.status_code, answer.content.decode()
    return asked


def test_it_says_the_reason_and_each_part(ask):
    status, page = ask("run_number 7 minus file_name x%", name := File.objects.filter(experiment="dune").first().name)
    assert status == 200
    assert f"{name} is not in the set: run_number is" in page
    assert "7 is wanted" in page
    assert "file_name x%" in page
    assert page.count('<th scope="row">') == 5      # the default availability is a part too


def test_a_fault_in_the_query_is_pointed_at(ask):
    status, page = ask("run_number seven")
    assert status == 422
    assert "column 12" in page
    assert "run_number seven\n           ^" in page


def test_a_fault_in_a_definition_shows_the_definition(ask, scene):
    Definition.objects.create(experiment_id="dune", name="old", dimensions="data_tier raw and")
    status, page = ask("old")
    assert (status, "definition old" in page, "data_tier raw and\n                 ^" in page) == (422, True, True)


def test_a_form_that_is_empty_or_half_filled_asks_nothing(ask, scene, as_user):
    client = as_user()
    for words in ({}, {"dataset": "x"}, {"dataset": " ", "file": "x"}):
        assert client.get(HERE, words).status_code == 200


@pytest.mark.parametrize("dataset", [
    "defname: nosuch", "(" * 50, "not " * 3000 + "file_name a", "run_number " + "9" * 5000, "snapshot_id 999999999999999999", "file_name \0",
    "file_name \ud800", "create_date > '0001-01-01T00:00:00+14:00'", "create_date < '99999-01-01'", "consumed_status " + "%a" * 3000,
    "file_name like '" + "%a" * 3000 + "'", "Online.x > 1e999", "Online.x " + "9" * 400, "a.b" * 900 + " 1", "x" * 250_000, DEEP,
    "file_name " + "'" * 9999, "produced_by -1", "defname: 'a", "with limit 5", "consumed_status co%", "٣ ٣", "run_number ٣",
])
def test_no_text_is_a_server_error(ask, dataset: str):
    status, page = ask(dataset.encode("utf-8", "replace").decode())
    assert status in {200, 422}
    assert "POMS made a mistake" not in page


def test_what_people_typed_is_only_shown(ask):
    _, page = ask("<script>alert(1)</script>", "<img>")
    assert "<script>alert" not in page
    assert "<img>" not in page


def test_the_stage_and_the_submission_lead_there(scene, as_user):
    client, row = as_user(), scene.of("simulate")[0]
    Stage.objects.filter(pk=row.stage_id).update(settings={"dataset": "raw & more"})
    for name, number in (("campaigns:stage", row.stage_id), ("submissions:submission", row.pk)):
        page = client.get(reverse(name, args=["dune", number])).content.decode()
        link = re.search(f'href="({HERE}[^"]*)"', page)
        assert link, name
        assert client.get(link[1]).status_code == 200


def test_it_costs_a_known_number_of_queries(scene, as_user):
    client, name = as_user(), File.objects.filter(experiment="dune").first().name
    client.get(HERE)
    counted = []
    for words in ({}, {"dataset": "run_number 7", "file": name}, {"dataset": " or ".join(["isparentof: (run_number 7)"] * 50), "file": name}):
        with CaptureQueriesContext(connection) as asked:
            client.get(HERE, words)
        counted.append(len(asked))
    assert counted == [3, 10, 12]
