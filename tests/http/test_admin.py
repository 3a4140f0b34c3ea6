"""The administration shows every row there is, and changes none that ledgers write."""
import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from submissions.models import Submission

OURS = [model for app in ("accounts", "datasets", "campaigns", "submissions") for model in apps.get_app_config(app).get_models()]


@pytest.fixture
def root(as_user):
    return as_user("root", is_staff=True, is_superuser=True)


def test_every_model_is_registered():
    assert [model.__name__ for model in OURS if not admin.site.is_registered(model)] == []


def test_every_list_opens(scene, root):
    wrong = []
    for model in OURS:
        answer = root.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"))
        wrong += [] if answer.status_code == 200 else [f"{model.__name__}: {answer.status_code}"]
    assert wrong == []


def test_submissions_and_jobs_are_looked_at_only(scene, root):
    row = scene.of("simulate")[0]
    page = reverse("admin:submissions_submission_change", args=[row.pk])
    assert root.get(page).status_code == 200
    assert root.post(page, {"status": "Located"}).status_code == 403
    assert root.get(reverse("admin:submissions_submission_add")).status_code == 403
    assert root.post(reverse("admin:submissions_job_add"), {}).status_code == 403
    assert root.post(reverse("admin:submissions_submission_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
    assert Submission.objects.get(pk=row.pk).status == "Failed"
