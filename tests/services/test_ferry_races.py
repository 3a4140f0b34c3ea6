"""Several workers that bring the members of one experiment to what FERRY says, at once: each change is made once."""
import pytest

from accounts.models import Event, Experiment, FerrySync, Membership, User
from accounts.policy import Role
from pomssite.kit import registry
from submissions.services import roster
from tests.ferry import serving
from tests.makers import NOON, make_experiment, make_user
from tests.services.crowds import crowd

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ferry(tmp_path, settings):
    with serving(tmp_path) as fake:
        settings.DIRECTORIES, settings.POMS_FERRY_MOST_PERCENT = fake.directories(), 80      # most of them change
        registry._made.cache_clear()
        make_experiment()
        Experiment.objects.update(ferry_unit="dune")
        for name in ("ann", "bob", "cem", "dan", "eve"):
            make_user(name)
        fake.says(analysis="ann bob cem dan zoe yan", production="ann", superuser="xia")
        yield fake


def test_a_crowd_brings_in_each_of_the_first_members_once(ferry):
    """There is no row yet that one could wait for but the experiment's own."""
    Membership.objects.all().delete()
    FerrySync.objects.create(experiment_id="dune")
    experiment = Experiment.objects.get(pk="dune")
    assert sum(crowd(lambda: len(roster.sync(experiment, now=lambda: NOON).changes))) == Membership.objects.count() == 7


def test_a_crowd_changes_each_member_once(ferry):
    experiment = Experiment.objects.get(pk="dune")
    found = crowd(lambda: len(roster.sync(experiment, now=lambda: NOON).changes))
    assert max(found) == 7 and sum(found) == 7
    assert Event.objects.filter(thing__startswith="membership:").count() == 7
    assert User.objects.filter(username__in=["xia", "yan", "zoe"]).count() == 3
    rows = {row.user.username: (row.role, row.active) for row in Membership.objects.select_related("user")}
    assert rows == {"ann": (Role.PRODUCTION, True), "eve": (Role.PRODUCTION, False), "xia": (Role.SUPERUSER, True),
                    **dict.fromkeys(("bob", "cem", "dan", "yan", "zoe"), (Role.ANALYSIS, True))}
    assert FerrySync.objects.get().outcome == "done"


def test_of_a_crowd_one_takes_the_turn(ferry):
    assert sum(crowd(lambda: roster.turn(now=lambda: NOON))) == 1
    assert len(ferry.asked) == 3
