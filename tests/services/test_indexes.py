"""What is rare, and wanted in an order, is asked of an index that has it in that order."""
import pytest
from django.db import connection

from submissions.models import JobSum, Submission
from tests.makers import NOON

ASKED = {
    "submission_to_wrap": lambda: Submission.objects.to_wrap(NOON).order_by("ended_at", "pk")[:200],
    "submission_at_work_on_host": lambda: Submission.objects.at_work().filter(host="gpvm1"),
    "submission_by_status": lambda: Submission.objects.filter(experiment="dune", status="Cancelled").order_by("-pk")[:50],
    "sum_by_state": lambda: JobSum.objects.filter(state="held").order_by("-submission_id").values("submission_id")[:400],
    "sum_by_exit": lambda: JobSum.objects.filter(exit_code=1).order_by("-submission_id").values("submission_id")[:400],
    "sum_by_site": lambda: JobSum.objects.filter(site="FNAL").order_by("-submission_id").values("submission_id")[:400],
}


@pytest.mark.parametrize("name", ASKED)
def test_it_is_asked_of_its_index(name, db):
    """Neither reading whole tables nor sorting, which is what PostgreSQL likes best where there is hardly a row."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
    assert name in ASKED[name]().explain()
