"""An experiment's first day: what it names is asked, and what is made is whole or nothing."""
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.actors import root
from accounts.models import Event, Experiment, Membership, User
from campaigns.models import LoginSetup
from pomssite.kit import registry
from pomssite.kit.errors import Invalid, NotAllowed
from submissions.services import newcomers
from submissions.services.newcomers import Newcomer
from tests.makers import NOON, make_actor, make_user


@pytest.fixture
def boss(db):
    user = make_user("boss")
    user.is_superuser = True
    user.save()
    return root("boss")


@pytest.fixture
def hosts(settings):
    """One batch system for payloads, and one with a login host gpvm01."""
    settings.BATCH_SYSTEMS = {"default": {"BACKEND": "tests.fakes.MemoryBatch"}, "lab": {"BACKEND": "tests.commands.CommandBatch"}}
    registry._made.cache_clear()
    yield
    registry._made.cache_clear()


@pytest.fixture
def logbook():
    """A server that knows one page, and shows another to its members alone."""
    class Pages(BaseHTTPRequestHandler):
        def do_HEAD(self):
            self.send_response({"/log": 200, "/members": 403}.get(self.path, 404))
            self.end_headers()

        def log_message(self, *said):
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown(), server.server_close()


def asked(**said):
    return {each.field: each for each in newcomers.ask(Newcomer("nova", "NOvA", **said), at=NOON)}


def test_all_that_it_names_is_asked(boss, hosts, logbook):
    found = asked(batch="lab", production="novapro@gpvm01", analysis="novaana@gpvm99", logbook=f"{logbook}/log", service_desk=f"{logbook}/none")
    assert {name for name, each in found.items() if each.good} == {"batch", "catalogue", "production", "logbook"}
    assert found["production"].said == "gpvm01 lets novapro in."
    assert found["analysis"].said == "gpvm99 does not answer: no such host"
    assert found["service_desk"].said == "It answers with 404 Not Found."
    assert asked(logbook=f"{logbook}/members")["logbook"].good


@pytest.mark.parametrize(("said", "field", "sentence"), [
    ({"batch": "pbs"}, "batch", "BATCH_SYSTEMS has no pbs: it has default, lab. The operator adds one."),
    ({"catalogue": "sam"}, "catalogue", "DATA_HANDLERS has no sam: it has default. The operator adds one."),
    ({"production": "novapro@gpvm01"}, "production",
     "The batch system default runs nothing on login hosts: leave it empty, or name a batch system that does."),
    ({"ferry_unit": "nova"}, "ferry_unit", "This site asks no FERRY: leave it empty, or the operator sets POMS_FERRY_URL."),
    ({"logbook": "ftp://lab/log"}, "logbook", "An address begins with https:// or http://."),
    ({"logbook": "http://127.0.0.1:1/"}, "logbook", "It does not answer: [Errno 111] Connection refused."),
])
def test_what_does_not_answer_is_told(boss, hosts, said, field, sentence):
    assert (asked(**said)[field].good, asked(**said)[field].said) == (False, sentence)


def test_its_first_rows_are_there_and_each_is_an_event(boss, hosts):
    of = Newcomer("nova", "NOvA", batch="lab", production="novapro@gpvm01", analysis="novaana@gpvm02", superusers=("sue", "boss", "sue"))
    row = newcomers.add(of, actor=boss, at=NOON)
    assert {(login.name, str(login.account), login.host, login.batch) for login in LoginSetup.objects.filter(experiment=row)} == {
        ("production", "novapro", "gpvm01", "lab"), ("analysis", "novaana", "gpvm02", "lab")}
    assert {(each.user.username, each.role) for each in Membership.objects.filter(experiment=row)} == {("sue", "superuser"), ("boss", "superuser")}
    assert not User.objects.get(username="sue").has_usable_password()
    assert Event.objects.filter(experiment="nova", by="boss").count() == 5
    assert newcomers.known(row) == Newcomer("nova", "NOvA", batch="lab", production="novapro@gpvm01", analysis="novaana@gpvm02")


def test_without_a_login_host_payloads_go_to_the_batch_system(boss, hosts):
    row = newcomers.add(Newcomer("nova", "NOvA"), actor=boss, at=NOON)
    assert [(login.name, login.host) for login in LoginSetup.objects.filter(experiment=row)] == [("grid", "")]


@pytest.mark.parametrize(("said", "sentence"), [
    ({"name": "api"}, "name = 'api': a word that the site keeps for itself"),
    ({"name": "no va"}, "name = 'no va': Enter a valid"), ({"name": "dune"}, "name = 'dune': Experiment with this Name already exists."),
    ({"title": ""}, "title = '': This field cannot be blank."), ({"production": "gpvm01"}, "production = 'gpvm01': say account@host"),
    ({"superusers": ("sue", "a b")}, "superusers = 'a b': it cannot be the name of a person"),
])
def test_what_cannot_be_meant_is_told_and_nothing_is_made(boss, hosts, said, sentence):
    before = (Experiment.objects.count(), User.objects.count(), Event.objects.count())
    with pytest.raises(Invalid) as no:
        newcomers.add(Newcomer(**{"name": "nova", "title": "NOvA"} | said), actor=boss, at=NOON)
    assert sentence in str(no.value)
    assert (Experiment.objects.count(), User.objects.count(), Event.objects.count()) == before


LONG = {"name": 32, "title": 120, "batch_group": 64, "ferry_unit": 64, "catalogue": 32, "batch": 32, "logbook": 200, "service_desk": 200}
STRANGE = ["a\0b", "a\nb", "a\rb", "a\x1b[31mb", "a\u202eb", "a\u2028b", "a\udcffb"]
TEXTS = [*LONG, "production", "analysis", "superusers"]


def with_text(field, text):
    """A newcomer in which this field holds this text."""
    said = {"production": f"{text}@gpvm01", "analysis": f"ana@{text}", "superusers": (text,)}.get(field, text)
    return Newcomer(**{"name": "nova", "title": "NOvA", "batch": "lab", "logbook": "https://lab.example/log"} | {field: said})


@pytest.mark.parametrize(("field", "most"), [*LONG.items(), ("production", 100), ("analysis", 250), ("superusers", 150)])
def test_what_is_longer_than_its_column_is_told_by_name(boss, hosts, field, most):
    def text(length):
        return f"https://lab.example/{'x' * length}"[:length] if field in newcomers.LINKS else "x" * length
    newcomers.add(with_text(field, text(most)), actor=boss, at=NOON)
    before = (Experiment.objects.count(), User.objects.count(), LoginSetup.objects.count())
    for deed in (lambda of: newcomers.add(of, actor=boss, at=NOON), lambda of: newcomers.ask(of, at=NOON)):
        with pytest.raises(Invalid, match=f"{field}.* = '.*'…: {most + 1} characters, and there is room for {most}; shorten it"):
            deed(with_text(field, text(most + 1)))
    assert (Experiment.objects.count(), User.objects.count(), LoginSetup.objects.count()) == before


@pytest.mark.parametrize("text", STRANGE)
@pytest.mark.parametrize("field", TEXTS)
def test_what_cannot_be_seen_is_not_taken(boss, hosts, field, text):
    for deed in (lambda of: newcomers.add(of, actor=boss, at=NOON), lambda of: newcomers.ask(of, at=NOON)):
        with pytest.raises(Invalid, match=f"{field}.*a character in it that is not shown"):
            deed(with_text(field, text))
    assert not Experiment.objects.filter(title="NOvA").exists()


@pytest.mark.parametrize("login", ["-oProxyCommand=x@gpvm01", "nova pro@gpvm01", "nova@gpvm01;id", "nova@$(id)", "nova@gp@vm", "@gpvm01", "nova@",
                                   "nóva@gpvm01", "nova@-gpvm01", "nova'@gpvm01"])
def test_a_login_is_an_account_and_a_host_and_nothing_else(boss, hosts, login):
    with pytest.raises(Invalid, match="production = .*: say account@host"):
        newcomers.add(Newcomer("nova", "NOvA", production=login), actor=boss, at=NOON)


def test_a_title_may_be_in_any_script(boss, hosts):
    assert newcomers.add(Newcomer("nova", "Ὕπατία µ → e 实验"), actor=boss, at=NOON).title == "Ὕπατία µ → e 实验"


def test_only_an_administrator_of_the_site_may(boss, hosts):
    with pytest.raises(NotAllowed):
        newcomers.add(Newcomer("nova", "NOvA"), actor=make_actor(role="superuser"), at=NOON)


def test_the_command_asks_first_and_makes_nothing_if_one_is_bad(boss, hosts, capsys):
    said = ["experiment", "add", "nova", "--title", "NOvA", "--batch", "lab", "--production", "novapro@gpvm99", "--user", "boss"]
    with pytest.raises(CommandError, match="1 of these did not answer as they should"):
        call_command(*said)
    assert "BAD  production novapro@gpvm99: gpvm99 does not answer" in capsys.readouterr().out
    assert not Experiment.objects.filter(pk="nova").exists()
    call_command(*said, "--anyway")
    assert "nova is there: its people begin at /nova/campaigns/" in capsys.readouterr().out
    with pytest.raises(CommandError, match="1 of these"):
        call_command("experiment", "check", "nova")
    call_command("experiment", "list")
    assert "nova                 NOvA\n" in capsys.readouterr().out
