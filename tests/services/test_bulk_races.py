"""Who begins an act at the moment at which it would be forgotten."""
from contextlib import suppress
from datetime import timedelta

import pytest

from pomssite.kit.errors import Conflict
from submissions.models import BulkAct
from submissions.services import bulk
from tests.makers import NOON, make_actor, make_campaign, make_document
from tests.services.crowds import overtaken

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_act_that_is_begun_while_it_is_forgotten_is_whole_or_gone():
    ann, statement, more = make_actor("ann"), 0, True
    keys = [str(make_campaign(make_document(f"mc{number}"), files=()).pk) for number in range(2)]
    while more:
        statement += 1
        act, begun = bulk.choose("campaign", "hold", keys, actor=ann, at=NOON), []

        def start(act=act, begun=begun):
            with suppress(Conflict):
                begun.append(bulk.start(act, actor=make_actor("ann"), at=NOON, why="x", said={}))
        more = overtaken(lambda: bulk.forget(at=NOON + timedelta(hours=25)), start, at=statement)
        there = BulkAct.objects.filter(pk=act.pk).first()
        assert (bool(begun), there.items.count() if there else 0) in ((True, 2), (False, 0)), statement
    assert statement > 2
