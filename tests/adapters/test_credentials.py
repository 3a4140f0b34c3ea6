"""With what a launch on a login host goes out: looked at before, carried there, gone afterwards, and shown to nobody."""
import os
import signal
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from pomssite.kit.errors import NoAnswer, Refused
from submissions.batch.login import expiry
from submissions.batch.login.credentials import Credentials
from submissions.command import Login
from tests.adapters.credentials import SECRET, laid, proxy, soon, token
from tests.adapters.loginhosts import Site, a_site
from tests.sshd import Sshd, running
from tests.waiting import until

PRO = Login("gpvm01", "dunepro", "setup fife_utils", "dune", "production", "dune", "ann")
ANA = Login("gpvm01", "dunegrid", "", "dune", "analysis", "dune", "bob")


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    with running(tmp_path_factory.mktemp("sshd")) as sshd:
        yield sshd


@pytest.fixture
def site(tmp_path: Path, sshd: Sshd, settings) -> Iterator[Site]:
    with a_site(tmp_path, sshd, settings) as site:
        yield site


def said(path, role="production", kind="token"):
    return {"dune": {role: {kind: str(path)}}}


def look(path, login=PRO, kind="token", words=("fife_launch",)):
    return Credentials(said(path, login.role, kind)).of(login, words, at=soon())


@pytest.mark.parametrize("kind", ["token", "proxy"])
def test_the_end_is_read_from_the_credential_itself(tmp_path, kind):
    end = soon(hours=3)
    path = laid(tmp_path / "it", token(end) + "\n" if kind == "token" else proxy(end, soon(days=300)))
    found, = look(path, kind=kind)
    assert (found.file, found.until, found.wrong) == (str(path), end, "")


def test_a_proxy_ends_with_the_first_certificate_of_its_chain_that_ends():
    assert expiry.of_proxy(proxy(soon(days=300), soon(hours=2)).encode(), soon()) == soon(hours=2)


@pytest.mark.parametrize(("text", "why"), [
    ("", "holds no bearer token"), ("a.b", "holds no bearer token"), (f"a.b.{SECRET}", "does not say when it ends"),
    (token(None), "does not say when it ends"), (token(None, exp="soon"), "does not say when it ends"),
    (token(None, exp=1e300), "does not say when it ends"), ("é.b.c", "holds something else"), ("x" * 70_000, "holds something else")])
def test_what_is_no_token_is_told_without_a_word_of_it(tmp_path, text, why):
    found, = look(laid(tmp_path / "it", text))
    assert why in found.wrong and SECRET not in found.wrong and found.until is None


def test_what_is_no_proxy_is_told():
    with pytest.raises(ValueError, match="holds no certificate"):
        expiry.of_proxy(b"-----BEGIN CERTIFICATE-----\nx", soon())
    with pytest.raises(ValueError, match="holds no certificate"):
        expiry.of_proxy(b"", soon())


def test_one_that_is_missing_over_or_nearly_over_is_named_with_file_role_end_and_remedy(tmp_path):
    path = tmp_path / "dune.token"
    assert look(path)[0].wrong == (f"The bearer token of dune for production, {path}, is not there. The operator of POMS must renew it; "
                                   "then it goes out by itself.")
    laid(path, token(end := soon(hours=-1)))
    assert f"{path}, ended on {end:%-d %b %Y at %H:%M} UTC. The operator" in look(path)[0].wrong
    laid(path, token(end := soon(minutes=9)))
    assert f"ends on {end:%-d %b %Y at %H:%M} UTC, and a launch needs 10 minutes." in look(path)[0].wrong
    assert Credentials(said(path), credential_minutes=5).of(PRO, (), at=soon())[0].wrong == ""
    assert look(laid(path, token(soon(minutes=11))))[0].wrong == ""


def test_one_that_everybody_on_the_server_may_read_is_not_used(tmp_path):
    assert "chmod 600" in look(laid(tmp_path / "it", token(soon(hours=3)), 0o644))[0].wrong
    assert look(laid(tmp_path / "it", token(soon(hours=3)), 0o640))[0].wrong == ""


def test_an_analysts_file_is_theirs_and_a_name_leads_nowhere_else(tmp_path):
    laid(tmp_path / "bob" / "token", token(soon(hours=3)))
    path = f"{tmp_path}/{{user}}/token"
    assert look(path, ANA)[0] == Credentials(said(tmp_path / "bob" / "token", "analysis")).of(ANA, (), at=soon())[0]
    eve = Login("gpvm01", "dunegrid", "", "dune", "analysis", "dune", "eve")
    assert "eve must renew it" in look(path, eve)[0].wrong
    for name in ("..", ".", "", "x/../bob", "bob\n", "a b"):
        assert "names no file" in look(path, Login("h", "a", "", "dune", "analysis", "dune", name))[0].wrong


def test_of_whom_nothing_is_said_goes_out_with_nothing(tmp_path):
    given = Credentials(said(tmp_path / "none"))
    assert given.of(ANA, (), at=soon()) == () and Credentials().of(PRO, (), at=soon()) == ()
    assert given.of(Login("h", "a", "", "nova", "production", "nova", "ann"), (), at=soon()) == ()


@pytest.mark.parametrize(("setup", "words", "tokens"), [
    ("setup jobsub_client", ("fife_launch",), 0), ("", ("setup jobsub_client; jobsub_submit",), 0), ("setup jobsub_client v_lite", ("x",), 1),
    ("setup jobsub_lite", ("x",), 1), ("", ("jobsub_submit",), 1)])
def test_the_jobsub_of_old_is_given_no_token_and_still_its_proxy(tmp_path, setup, words, tokens):
    both = {"dune": {"production": {"token": str(tmp_path / "t"), "proxy": str(tmp_path / "p")}}}
    kinds = [each.kind for each in Credentials(both).of(Login("h", "a", setup, "dune", "production", "dune", "ann"), words, at=soon())]
    assert kinds == ["bearer token"] * tokens + ["proxy"]


@pytest.mark.parametrize("wrong", [
    {"dune": {"analysis": {"vault_token": "/x"}}}, {"dune": {"analysis": {"token": "/x", "htgettoken": "-a v"}}},
    {"dune": {"shifter": {"token": "/x"}}}, {"dune": {"analysis": {"password": "/x"}}}, {"dune": {"analysis": {"token": "x"}}}])
def test_settings_that_say_nonsense_are_told_at_once(wrong):
    with pytest.raises(ValueError, match=r"credentials\.dune\.\w+: (say token, proxy, vault_token, each a file|a vault token goes with)"):
        Credentials(wrong)


def given(site, role="production"):
    """A site of which token and proxy are said, and the texts of both."""
    texts = {"token": token(soon(hours=3)), "proxy": proxy(soon(hours=9))}
    files = {kind: str(laid(site.folder / "server" / kind, text)) for kind, text in texts.items()}
    return site.batch(wait_s=0, credentials={"dune": {role: files}}), texts


def login_of(site, role="production", setup=""):
    plain = site.login(setup, role=role)
    return Login(plain.host, plain.account, plain.setup, "dune", role, "dune", "ann")


WAITS = 'cp "$BEARER_TOKEN_FILE" "$X509_USER_PROXY" {0}; env >{0}/env; touch {0}/seen; while [ ! -e {0}/go ]; do sleep 0.05; done'


def begun(site, batch, login, script=WAITS):
    with pytest.raises(NoAnswer, match="The launch runs on"):
        batch.submit(site.spec("/bin/sh", "-c", script.format(site.folder), login=login))
    until((site.folder / "seen").exists)
    return site.launches / "lab1-1"


def test_they_come_to_the_command_as_files_for_it_alone_and_are_gone_with_it(site):
    batch, texts = given(site)
    setup = "export BEARER_TOKEN=another BEARER_TOKEN_FILE=/another"
    folder = begun(site, batch, login_of(site, setup=setup))
    assert (site.folder / "bearer_token").read_text() == texts["token"] and (site.folder / "x509_proxy").read_text() == texts["proxy"]
    variables = dict(line.split("=", 1) for line in (site.folder / "env").read_text().splitlines() if "=" in line)
    assert variables["BEARER_TOKEN_FILE"] == str(folder / "credentials" / "bearer_token") and "BEARER_TOKEN" not in variables
    assert variables["_condor_SEC_CREDENTIAL_STORER"] == "true"
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o400 for path in (folder / "credentials").iterdir())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not any(SECRET in word for process in psutil.process_iter() for word in _words(process))
    assert not any(SECRET in value for value in variables.values())
    (site.folder / "go").touch()
    until((folder / "status").exists)
    assert not (folder / "credentials").exists() and SECRET not in batch.launch_log("lab1-1", 0, 10_000).text.decode()


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def test_a_set_up_may_bring_another_proxy_but_no_other_token(site):
    batch, _ = given(site)
    begun(site, batch, login_of(site, setup="export X509_USER_PROXY=/opt/proxy"),
          "env >{0}/env; touch {0}/seen; while [ ! -e {0}/go ]; do sleep 0.05; done")
    told = (site.folder / "env").read_text()
    assert "X509_USER_PROXY=/opt/proxy\n" in told and f"BEARER_TOKEN_FILE={site.launches}" in told
    (site.folder / "go").touch()


def test_what_a_command_of_an_analyst_caches_goes_with_it(site):
    batch, _ = given(site, "analysis")
    folder = begun(site, batch, login_of(site, "analysis"))
    assert f"XDG_CACHE_HOME={folder}/credentials\n" in (site.folder / "env").read_text()
    (site.folder / "go").touch()


def test_they_are_gone_after_an_abort_and_after_a_launch_that_was_killed(site):
    batch, _ = given(site)
    folder = begun(site, batch, login_of(site))
    assert batch.abort("lab1-1", "wrong") == "was aborted" and not (folder / "credentials").exists()
    (site.folder / "seen").unlink()
    with pytest.raises(NoAnswer):
        batch.submit(site.spec("/bin/sh", "-c", WAITS.format(site.folder), tag="lab1-2", login=login_of(site)))
    until((site.folder / "seen").exists)
    folder = site.launches / "lab1-2"
    os.killpg(int((folder / "pid").read_text().split()[0]), signal.SIGKILL)
    until(lambda: batch.launch_log("lab1-2", 0, 1).end.startswith("was killed"))
    assert not (folder / "credentials").exists() and not (folder / "inputs").exists()


def test_one_that_ended_meanwhile_is_not_sent_and_nothing_is_begun(site):
    batch, _ = given(site)
    laid(site.folder / "server" / "token", token(soon(minutes=-1)))
    with pytest.raises(Refused, match="The bearer token of dune for production, .*, ended on"):
        batch.submit(site.spec(login=login_of(site)))
    assert not site.launches.exists()


def test_a_question_to_jobsub_goes_with_them_and_leaves_nothing_behind(site):
    batch, texts = given(site)
    login = login_of(site, setup=f"export TMPDIR={site.folder}/tmp")
    code, out, _ = batch.launches.run(login, (
        "/bin/sh", "-c", 'cat "$BEARER_TOKEN_FILE"; stat -c " %a" "$X509_USER_PROXY"; dirname "$X509_USER_PROXY"'))
    token_, mode, folder = out.decode().split()
    assert (code, token_, mode) == (0, texts["token"], "400") and not Path(folder).exists()
    laid(site.folder / "server" / "token", token(soon(minutes=-1)))
    with pytest.raises(NoAnswer, match="The bearer token of dune for production"):
        batch.launches.run(login, ("true",))


def test_what_it_would_go_out_with_is_told_without_asking_the_host(site):
    batch, _ = given(site)
    found = batch.credentials(login_of(site), ("fife_launch",), soon())
    assert [(each.kind, each.until - soon() < timedelta(hours=9, seconds=1), each.wrong) for each in found] == [
        ("bearer token", True, ""), ("proxy", True, "")]


HTGETTOKEN = """#!/bin/sh
printf '%s' "$HTGETTOKENOPTS" >{0}/options; cp {0}/made "$BEARER_TOKEN_FILE"
cp "${{HTGETTOKENOPTS##*=}}" {0}/vault; echo fetched; exit {1}
"""


def with_vault(site, code=0, user="{user}"):
    """The host's own htgettoken, as it would be asked."""
    laid(site.folder / "bin" / "htgettoken", HTGETTOKEN.format(site.folder, code), 0o755)
    (site.folder / "made").write_text("a token made there")
    path = laid(site.folder / "server" / "ann.vault", f"hvs.{SECRET}")
    options = f"-a vault.lab -i dune --nooidc --credkey={user}"
    said = {"dune": {"analysis": {"vault_token": str(path.parent / f"{user}.vault"), "htgettoken": options}}}
    return site.batch(credentials=said), path, login_of(site, "analysis", setup=f"PATH={site.folder}/bin:$PATH")


def test_by_a_vault_token_the_host_fetches_its_own_bearer_token(site):
    batch, path, login = with_vault(site)
    until_ = soon(days=5)
    found, = batch.credentials(login, ("fife_launch",), soon())
    assert (found.kind, found.file, found.wrong) == ("vault token", str(path), "") and abs((found.until - until_).total_seconds()) < 60
    batch.submit(site.spec("/bin/sh", "-c", f'cat "$BEARER_TOKEN_FILE" >{site.folder}/seen; {site.program}', login=login))
    folder = site.launches / "lab1-1"
    assert (site.folder / "seen").read_text() == "a token made there" and (site.folder / "vault").read_text() == f"hvs.{SECRET}"
    assert (site.folder / "options").read_text() == f"-a vault.lab -i dune --nooidc --credkey=ann --vaulttokeninfile={folder}/credentials/vault_token"
    assert not (folder / "credentials").exists() and SECRET not in batch.launch_log("lab1-1", 0, 10_000).text.decode()


def test_a_bearer_token_that_could_not_be_fetched_is_told_in_the_log(site):
    batch, _, login = with_vault(site, code=3)
    batch.submit(site.spec(login=login))
    assert b"POMS: htgettoken ended with exit code 3: there is no bearer token" in batch.launch_log("lab1-1", 0, 10_000).text


def test_a_question_to_jobsub_fetches_one_too_and_what_is_printed_is_no_answer(site):
    batch, _, login = with_vault(site)
    code, out, err = batch.launches.run(login, ("/bin/sh", "-c", 'cat "$BEARER_TOKEN_FILE"'))
    assert (code, out) == (0, b"a token made there") and b"fetched" in err


def test_a_vault_token_that_was_written_long_ago_is_over(site):
    batch, path, login = with_vault(site)
    then = soon(days=-6).timestamp()
    os.utime(path, (then, then))
    assert "ann must renew it" in batch.credentials(login, (), soon())[0].wrong
    laid(path, "two words")
    assert "holds no vault token" in batch.credentials(login, (), soon())[0].wrong


def test_options_are_filled_in_with_a_name_that_is_one(tmp_path):
    given = Credentials({"dune": {"analysis": {"htgettoken": "-a vault.lab --credkey={user}"}}})
    assert given.contents(ANA, ()) == {"htgettoken": "-a vault.lab --credkey=bob"}
    assert given.contents(Login("h", "a", "setup jobsub_client", "dune", "analysis", "dune", "bob"), ()) == {}
    with pytest.raises(Refused, match="options of htgettoken for dune analysis cannot be that of 'b b'"):
        given.contents(Login("h", "a", "", "dune", "analysis", "dune", "b b"), ())
