"""Signing in with a real browser at a real, conforming provider, and out again."""
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from accounts.models import Identity, Membership, SignedOn, User
from pomssite.kit import clock
from tests.browser.test_pages import SIDEWAYS, faults
from tests.liar import running as running_liar
from tests.makers import make_user
from tests.provided import running

BACKENDS = ["accounts.views.provider.SignOn", "axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
USERS = {"s-ann": {"preferred_username": "ann", "given_name": "Ann", "family_name": "Lee", "email": "ann@example.org"},
         "s-eve": {"preferred_username": "eve", "email": "ann@example.org"}}


@pytest.fixture(scope="module")
def provider(live_server):
    with running(live_server.url, USERS) as provider:
        yield provider


@pytest.fixture
def lab(provider, settings, scene):
    """The site believes the provider; ann is a member already, who has never signed in."""
    settings.SIGN_ON, settings.AUTHENTICATION_BACKENDS = provider, BACKENDS
    User.objects.filter(username="ann").update(password="")
    return provider


@pytest.fixture
def people(browser, live_server, lab):
    """Opens a browser of somebody's own; what it asks for is noted."""
    contexts = []

    def person():
        context = browser.new_context(base_url=live_server.url)
        context.set_default_timeout(15_000)
        context.route("https://**", lambda route: route.abort())        # the provider's pages would like fonts from elsewhere
        contexts.append(context)
        page = context.new_page()
        page.asked = []
        page.on("request", lambda request: page.asked.append(request.url))
        return page

    yield person
    for context in contexts:
        context.close()


def begin(page, at="/me/sign-in/"):
    """To the provider's own page."""
    page.goto(at)
    page.get_by_role("link", name="Laboratory account").click()
    page.wait_for_url("**/interaction/**")


def agree(page, subject):
    """There, as anybody would."""
    page.locator("[name=login]").fill(subject)
    page.locator("[name=password]").fill("any")
    page.get_by_role("button", name="Sign-in").click()
    page.get_by_role("button", name="Continue").click()


def sign_in(page, subject="s-ann", at="/me/sign-in/", lands="**/dune/campaigns/"):
    begin(page, at)
    agree(page, subject)
    page.wait_for_url(lands)


def asked(page, part):
    """The last address that was asked for with this part."""
    return next(url for url in reversed(page.asked) if part in url)


def query(url):
    return dict(parse_qsl(urlsplit(url).query))


def refused(page):
    """No, in words; and nobody is signed in."""
    told = page.locator("main").inner_text()
    page.goto("/dune/campaigns/")
    assert "/me/sign-in/" in page.url
    return told


def test_in_by_code(people, lab):
    page = people()
    page.goto("/dune/submissions/?q=mc")
    sign_in(page, at=page.url, lands="**/dune/submissions/?q=mc")
    assert page.get_by_label("ann: sign out").count() == 1
    to = query(asked(page, "/auth?"))
    assert to["code_challenge_method"] == "S256" and len(to["code_challenge"]) == 43 and to["nonce"] and to["state"]
    row = Identity.objects.get()
    assert (row.user.username, row.issuer, row.subject, row.user.first_name) == ("ann", lab.issuer, "s-ann", "Ann")


def test_wrong_state_refused(people):
    page, stranger = people(), people()
    sign_in(page)
    back = asked(page, "/oidc/callback/")
    begin(stranger)
    for address in (back, f"/oidc/callback/?{urlencode({**query(back), 'state': 'made-up'})}"):
        stranger.goto(address)
        assert "(state)" in refused(stranger)


def test_replayed_code_refused(people):
    page, thief = people(), people()
    sign_in(page)
    code = query(asked(page, "/oidc/callback/"))["code"]
    begin(thief)
    thief.goto(f"/oidc/callback/?{urlencode({'code': code, 'state': query(asked(thief, '/auth?'))['state']})}")
    assert "used before" in refused(thief)


@pytest.mark.parametrize(("word", "told"), [("nonce", "(nonce)"), ("code_challenge", "does not take this code")])
def test_what_was_changed_on_the_way_is_refused(people, word, told):
    page = people()
    begin(page)
    there = asked(page, "/auth?")
    changed = {**query(there), word: "A" * 43}
    page.goto(f"{there.partition('?')[0]}?{urlencode(changed)}")
    agree(page, "s-ann")
    page.wait_for_url("**/oidc/callback/**")
    assert told in refused(page)


@pytest.mark.parametrize(("word", "lie", "told"), [
    ("exp", lambda now: now - 3600, "expired"), ("aud", lambda now: "another", "(aud)"), ("iss", lambda now: "https://evil.example", "(iss)"),
    ("nothing", lambda now: "", "")])
def test_lie_about_the_token(people, settings, word, lie, told):
    """Of a provider that signs whatever it is told to; the last one tells the truth, and is believed."""
    page = people()
    with running_liar() as liar:
        settings.SIGN_ON = liar.provider(name="Laboratory account")
        liar.more, liar.lies = {"preferred_username": "ann"}, {word: lie(int(clock.now().timestamp()))}
        page.goto("/me/sign-in/")
        page.get_by_role("link", name="Laboratory account").click()
        page.wait_for_url("**/oidc/callback/**" if told else "**/dune/campaigns/")
        assert not told or told in refused(page)


def test_provider_down(people, settings, lab):
    settings.SIGN_ON = replace(lab, issuer="http://127.0.0.1:9")
    page = people()
    page.goto("/me/sign-in/")
    page.get_by_role("link", name="Laboratory account").click()
    assert "does not answer" in page.locator("main").inner_text()


def test_logout_ends_the_provider_session(people, lab):
    page = people()
    sign_in(page)
    sign_out(page)
    assert not SignedOn.objects.exists()
    begin(page)         # and not at once inside: the provider has forgotten, and asks
    assert page.locator("[name=password]").count() == 1


def test_without_a_logout_the_provider_remembers(people):
    """Else the test above would prove nothing."""
    page = people()
    sign_in(page)
    page.context.clear_cookies(name="poms_session")
    page.goto("/me/sign-in/")
    page.get_by_role("link", name="Laboratory account").click()
    page.wait_for_url("**/dune/campaigns/")


def sign_out(page):
    page.get_by_label("ann: sign out").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Yes, sign me out").click()
    page.wait_for_url("**/me/sign-in/**")


def test_told_logout_at_the_provider_ends_the_session_here(people, lab):
    page = people()
    sign_in(page)
    other = page.context.new_page()
    other.goto(f"{lab.issuer}/session/end")
    other.get_by_role("button", name="Yes, sign me out").click()
    other.wait_for_url("**/session/end/success**")
    page.goto("/dune/campaigns/")
    assert "/me/sign-in/" in page.url and not SignedOn.objects.exists()


def test_unknown_person(people):
    users, page = User.objects.count(), people()
    sign_in(page, "s-eve", lands="**/oidc/callback/**")
    assert "Ask a superuser of your experiment" in page.locator("main").inner_text()
    page.get_by_role("link", name="Sign in as somebody else").click()
    page.wait_for_url("**/interaction/**")
    agree(page, "s-ann")
    page.wait_for_url("**/dune/campaigns/")
    assert User.objects.count() == users


def test_inactive_member(people):
    page, late = people(), people()
    sign_in(page)
    User.objects.filter(username="ann").update(is_active=False)
    page.goto("/dune/campaigns/")
    assert "/me/sign-in/" in page.url
    sign_in(late, lands="**/oidc/callback/**")
    assert "switched off" in refused(late)


def test_membership_lost_in_an_open_session(people):
    page = people()
    sign_in(page)
    Membership.objects.filter(user__username="ann").update(active=False)
    page.reload()
    assert "No experiment lists you" in page.locator("main").inner_text()


def test_administration_is_entered_the_same_way(people):
    make_user("ann", "dune", "superuser")
    page = people()
    page.goto("/admin/accounts/")
    sign_in(page, at=page.url, lands="**/admin/accounts/")


@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 390)])
def test_pages_are_accessible_and_fit(people, theme, width):
    page = people()
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 844})
    page.goto("/me/sign-in/?next=/dune/submissions/")
    assert faults(page) == [] and page.evaluate(SIDEWAYS) <= 0
    page.goto("/oidc/callback/?code=old&state=old")
    assert faults(page) == [] and page.evaluate(SIDEWAYS) <= 0
    sign_in(page, "s-eve", lands="**/oidc/callback/**")
    page.mouse.move(1, 400)
    assert faults(page) == [] and page.evaluate(SIDEWAYS) <= 0
