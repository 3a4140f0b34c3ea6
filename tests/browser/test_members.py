"""The page of members in a real browser: in both themes, wide and narrow; and what waits for a superuser agreed to by keyboard."""
import pytest

from accounts.models import Experiment, Membership
from accounts.policy import Role
from campaigns.models import Campaign, Schedule
from campaigns.services import schedules
from pomssite.kit import clock, registry
from submissions.services import roster
from tests.browser.test_pages import SIDEWAYS, faults, keep
from tests.ferry import serving
from tests.makers import make_actor, make_user

MEMBERS = "/dune/members/"
NAMES = "bob cem dan eve fay gus hal ida"


@pytest.fixture
def ferry(scene, settings, tmp_path):
    """It names dan no more, who left a schedule; and half of the members only at the second look. ann acts as superuser."""
    with serving(tmp_path) as fake:
        settings.DIRECTORIES = fake.directories()
        registry._made.cache_clear()
        Experiment.objects.update(ferry_unit="dune")
        for name in NAMES.split():
            make_user(name, role=Role.PRODUCTION if name in ("dan", "eve") else Role.ANALYSIS)
        make_user("fay", role=Role.SHIFTER)
        make_user("ann", role=Role.SUPERUSER)
        schedules.make(scene.campaign.stages.get(name="generate"), schedules.Said(cron="0 6 * * *"), actor=make_actor("dan"), at=clock.now())
        Campaign.objects.filter(pk=scene.campaign.pk).update(creator=make_user("dan"))
        fake.says(analysis=f"{NAMES} zoe".replace("dan ", ""), production="eve", superuser="ann")
        sync()
        fake.says(analysis="bob cem", production="", superuser="ann")
        sync()
        yield fake


def sync():
    return roster.sync(Experiment.objects.get(pk="dune"), now=clock.now)


def as_superuser(page):
    page.request.post("/me/role/", form={"experiment": "dune", "role": "superuser", "csrfmiddlewaretoken": _token(page)})


def _token(page):
    page.goto("/dune/tokens/")
    return page.locator("[name=csrfmiddlewaretoken]").first.input_value()


@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 1440), ("light", 390), ("dark", 390)])
def test_the_pages_of_members_are_accessible_and_fit(ferry, visit, theme, width):
    page = visit(theme, width, 900 if width > 700 else 844)
    as_superuser(page)
    dan = make_user("dan").pk
    Membership.objects.filter(user=dan).update(active=False)
    for name, address in (("waiting", MEMBERS), ("over", f"{MEMBERS}{dan}/hand-over/")):
        page.goto(address, wait_until="networkidle")
        keep(page, f"20-members-{name}-{theme}-{width}")
        assert (faults(page), page.evaluate(SIDEWAYS), page.complaints) == ([], 0, [])


def test_what_waits_is_agreed_to_and_what_was_left_behind_handed_over_by_keyboard(ferry, visit):
    page = visit()
    as_superuser(page)
    page.goto(MEMBERS)
    page.get_by_label("Reason").focus()
    page.keyboard.type("the shutdown")
    page.keyboard.press("Enter")
    page.get_by_text("You agreed").wait_for()
    assert roster.turn(now=clock.now) == 1
    assert set(Membership.objects.filter(active=True).values_list("user__username", flat=True)) == {"ann", "bob", "cem"}
    page.goto(MEMBERS)
    page.get_by_role("link", name="Hand over").focus()
    page.keyboard.press("Enter")
    page.get_by_label("New owner").fill("ann")
    page.get_by_label("Reason").fill("dan has left")
    page.keyboard.press("Enter")
    page.get_by_text("ann has it now").wait_for()
    assert Schedule.objects.get().creator.username == "ann"
    assert page.complaints == []
