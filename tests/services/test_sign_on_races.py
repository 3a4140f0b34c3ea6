"""Several sign-ins of one person at once: what their groups give is given once, and nobody sees an error."""
import pytest
from django.db import transaction

from accounts import identities
from accounts.models import Event, Identity, Membership
from pomssite.kit.signon import Provider
from tests.makers import NOON, make_experiment, make_user
from tests.services.crowds import crowd

pytestmark = [pytest.mark.django_db(transaction=True)]
OF = Provider("https://sso.example.org", "poms", "s", user_claim="name", groups_claim="groups", groups={"/dune": ("dune", "production")})


@pytest.mark.parametrize("known", [True, False])
def test_a_crowd_of_first_sign_ins_makes_one_member(known):
    user = make_user("zoe")
    Membership.objects.all().delete()
    make_experiment()
    if known:
        Identity.objects.create(user=user, issuer=OF.issuer, subject="z")

    def enter():
        claims = {"sub": "z", "name": "zoe", "groups": ["/dune"]}
        with transaction.atomic():
            identity = identities.enter(claims, of=OF, passwords=False, at=NOON)
            return len(identities.grouped(identity.user, claims, of=OF, at=NOON))

    assert sum(crowd(enter)) == 1
    assert [row.role for row in Membership.objects.all()] == ["production"]
    assert (Identity.objects.count(), Event.objects.filter(what="member joined").count()) == (1, 1)
