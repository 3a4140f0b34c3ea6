"""A shared job type and the campaigns that use it: neither changes so that the other could no longer be launched."""
from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import call_command

from campaigns import document as d
from campaigns.models import JobType
from campaigns.services import documents
from pomssite.kit.errors import Invalid
from tests.makers import NOON, make_actor

pytestmark = pytest.mark.django_db
S = d.Settings
LOGIN = (d.LoginSetup("farm", "", "", ""),)
PLAIN, TUNED = d.JobType("run", "run.sh"), d.JobType("run", "run.sh", (("--tune ", "%(tune)s"),))


def campaign(name, *types, tune=True, **said):
    stage = d.Stage("gen", S(**{"dataset": "raw", "login_setup": "farm", "job_type": "run", **said}))
    return d.Campaign(name, keywords=(("tune", "c2"),) if tune else (), stages=(stage,), login_setups=LOGIN, job_types=types)


def store(doc, **more):
    return documents.store(doc, actor=make_actor(), at=NOON, **more)


def test_a_job_type_is_not_given_a_keyword_that_another_campaign_does_not_have():
    store(campaign("plain", PLAIN, tune=False))
    store(campaign("approved", tune=False, stage_type="approval"))
    with pytest.raises(Invalid) as refused:
        store(campaign("tuned", TUNED), update_shared=True)
    assert str(refused.value) == (
        "job_type run: parameters = --tune %(tune)s: campaign plain uses this job type: the keyword %(tune)s is not known; known are dataset, "
        "parameter, version, group, experimenter, experiment (write %%(tune)s for another program to fill in)")
    assert JobType.objects.get().parameters == []


@pytest.mark.parametrize("defaults", [S(job_type="generic"), S()])
def test_a_campaign_uses_it_also_by_its_defaults_and_by_the_houses(defaults):
    generic = d.JobType("generic", "run.sh")
    store(replace(campaign("plain", generic, tune=False, job_type=None), defaults=defaults))
    with pytest.raises(Invalid, match="campaign plain uses this job type"):
        store(campaign("tuned", replace(TUNED, name="generic"), job_type="generic"), update_shared=True)


def test_one_that_fits_all_is_stored():
    for name in ("one", "other"):
        store(campaign(name, PLAIN))
    store(campaign("one", TUNED), update_shared=True)
    assert JobType.objects.get().parameters == [["--tune ", "%(tune)s"]]


def test_a_retired_campaign_keeps_nobody_from_changing_it():
    row = store(campaign("plain", PLAIN, tune=False))
    row.retired_at = NOON
    row.save()
    store(campaign("tuned", TUNED), update_shared=True)
    assert JobType.objects.get().parameters == [["--tune ", "%(tune)s"]]


def test_a_campaign_must_have_the_keywords_of_the_job_types_that_are_there():
    store(campaign("tuned", TUNED))
    for doc in (campaign("plain", tune=False), campaign("plain", PLAIN, tune=False), campaign("tuned", tune=False)):
        with pytest.raises(Invalid, match="the experiment's job type run does not fit this campaign: the keyword %.tune.s is not known"):
            store(doc)


def test_the_command_warns_of_a_keyword_without_effect(tmp_path):
    make_actor()
    file = tmp_path / "c.ini"
    file.write_text('[campaign]\nformat = 2\nname = c\ncampaign_keywords = {"group": "x"}\n[campaign_stage s]\nstage_type = approval\n')
    told = StringIO()
    call_command("campaign", "import", str(file), "--experiment", "dune", stdout=StringIO(), stderr=told)
    assert "warning: " in told.getvalue()
    assert "%(group)s is a word that POMS fills in by itself" in told.getvalue()
