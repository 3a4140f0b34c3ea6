"""Credentials that end soon are told a day before, to those whose work needs them, on every page."""
import re

import pytest

from accounts.models import Experiment
from pomssite.kit import clock, registry
from submissions.services import endings
from tests.adapters.credentials import laid, proxy, soon, token
from tests.makers import make_user


@pytest.fixture
def files(scene, settings, tmp_path):
    """The production's proxy and token, and proxies of analysts."""
    said = {"dune": {"production": {"proxy": str(tmp_path / "pro"), "token": str(tmp_path / "pro.token")},
                     "analysis": {"proxy": str(tmp_path / "{user}")}}}
    settings.BATCH_SYSTEMS = {"default": {"BACKEND": "tests.commands.CommandBatch", "OPTIONS": {"credentials": said}}}
    registry._made.cache_clear()
    laid(tmp_path / "pro", proxy(soon(days=9))), laid(tmp_path / "pro.token", token(soon(hours=2)))
    return tmp_path


def told(client):
    """What the pages say of it."""
    found = re.findall(r'data-ending="(.*?)">.*?</svg>(.*?)</p>', client.get("/dune/campaigns/").content.decode(), re.DOTALL)
    return [(kind, " ".join(re.sub(r"<.*?>", "", text).split())) for kind, text in found]


def test_it_is_told_a_day_before_and_goes_when_it_is_renewed(files, as_user):
    client = as_user()
    assert endings.look(at=clock.now()) == 0 and told(client) == []        # nine days are enough; a token of two hours is renewed by the hour
    end = soon(hours=20)
    laid(files / "pro", proxy(end))
    assert endings.look(at=clock.now()) == 1 and endings.look(at=clock.now()) == 0
    (kind, text), = told(client)
    assert kind == "proxy" and text.startswith(f"The proxy of dune for production ends on {end:%-d %b} at {end:%H:%M} UTC. The operator")
    laid(files / "pro", proxy(soon(hours=25)))
    assert endings.look(at=clock.now()) == 1 and told(client) == []


@pytest.mark.parametrize("kind", ["pro", "pro.token"])
def test_one_that_is_no_good_says_why(files, as_user, kind):
    (files / kind).unlink()
    endings.look(at=clock.now())
    (_, text), = told(as_user())
    assert f"{kind}, is not there. The operator of POMS must renew it; then it goes out by itself." in text


def test_a_person_hears_of_ones_own_and_of_none_that_one_does_not_have(files, as_user):
    laid(files / "ana", proxy(soon(hours=3)))
    make_user("ana", role="analysis"), make_user("bob", role="analysis")
    assert endings.look(at=clock.now()) == 1
    assert [row["user"] for row in Experiment.objects.get(pk="dune").ending] == ["ana"]
    (kind, text), = told(as_user("ana", role="analysis"))
    assert kind == "proxy" and text.startswith("Your proxy for launches in dune ends on") and "Renew it before" in text
    assert told(as_user("bob", role="analysis")) == told(as_user()) == []


def test_analysts_do_not_hear_of_what_production_needs(files, as_user):
    laid(files / "pro", proxy(soon(hours=1)))
    endings.look(at=clock.now())
    assert told(as_user("ana", role="analysis")) == [] and len(told(as_user())) == 1
