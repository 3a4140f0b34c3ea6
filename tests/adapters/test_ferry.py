"""FERRY asked for real, over HTTPS with certificates: the documented answers, and everything that may go wrong on the way."""
import pytest
from django.db import transaction

from accounts.ferry.answers import Person
from accounts.ferry.https import Ferry
from accounts.policy import Role
from pomssite.kit import registry
from pomssite.kit.errors import NoAnswer, Refused
from tests.ferry import serving


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("ferry")) as fake:
        yield fake


@pytest.fixture
def fake(server):
    server.wrong.clear()
    server.asked.clear()
    server.says(analysis="ann bob", production="bob", superuser="eve")
    return server


def made(fake, **more):
    return Ferry(**fake.directories(**more)["default"]["OPTIONS"])


def test_the_three_calls_are_those_of_the_documents(fake):
    ferry = made(fake)
    assert ferry.members("dune", Role.ANALYSIS) == (Person("ann", "Ann Of The Lab"), Person("bob", "Bob Of The Lab"))
    assert [person.username for person in (*ferry.members("dune", Role.PRODUCTION), *ferry.members("dune", Role.SUPERUSER))] == ["bob", "eve"]
    assert fake.asked == [
        {"call": "getAffiliationMembersRoles", "unitname": "dune", "role": "Analysis", "by": "poms"},
        {"call": "getAffiliationMembersRoles", "unitname": "dune", "role": "Production", "by": "poms"},
        {"call": "getGroupMembers", "grouptype": "BatchSuperusers", "groupname": "dune", "by": "poms"}]


@pytest.mark.parametrize(("wrong", "error", "words"), [
    ("500", Refused, "HTTP 500"), ("not success", Refused, "no such unit"), ("wrong experiment", Refused, "asked for dune and told of nova"),
    ("not JSON", Refused, "no JSON"), ("cut", NoAnswer, "were"), ("redirect", Refused, "HTTP 302")])
def test_a_bad_answer_is_none_and_says_why(fake, wrong, error, words):
    fake.wrong["analysis"] = wrong
    with pytest.raises(error) as told:
        made(fake).members("dune", Role.ANALYSIS)
    assert "getAffiliationMembersRoles" in str(told.value) and (words in str(told.value) or wrong == "cut" and "cut" in str(told.value))


def test_no_answer_in_time_is_none(fake):
    fake.wrong["superuser"] = "time-out"
    with pytest.raises(NoAnswer, match=r"getGroupMembers: no answer in 0\.3 s"):
        made(fake, seconds=0.3).members("dune", Role.SUPERUSER)


@pytest.mark.parametrize("more", [{"authorities": ""}, {"certificate": "", "key": ""}, {"certificate": "/nowhere.pem"}])
def test_neither_side_trusts_without_a_good_certificate(fake, more):
    """Ours checks theirs, theirs wants ours, and a file that is not there is said to be missing."""
    with pytest.raises(NoAnswer):
        made(fake, **more).members("dune", Role.ANALYSIS)


def test_a_server_that_is_not_there_is_no_answer(fake):
    with pytest.raises(NoAnswer, match="Connection"):
        made(fake, url="https://127.0.0.1:1").members("dune", Role.ANALYSIS)


@pytest.mark.parametrize("url", ["http://ferry.example:8445", "ferry", ""])
def test_it_is_asked_over_https_only(url):
    with pytest.raises(ValueError, match="https://host:port"):
        Ferry(url)


@pytest.mark.django_db(transaction=True)
def test_it_is_never_asked_while_a_transaction_is_open(fake, settings):
    settings.DIRECTORIES = fake.directories()
    registry._made.cache_clear()
    with transaction.atomic(), pytest.raises(AssertionError, match="inside a transaction"):
        registry.backend("DIRECTORIES").members("dune", Role.ANALYSIS)
    registry._made.cache_clear()
