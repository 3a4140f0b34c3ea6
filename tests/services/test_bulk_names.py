"""Many campaigns under other names: cloned and renamed in one act, each with its own result."""
import pytest

from accounts.policy import Role
from campaigns.models import Campaign
from campaigns.services import documents, naming
from pomssite.kit.errors import Conflict
from submissions.models import BulkAct
from submissions.services import bulk
from tests.makers import NOON, make_actor, make_campaign, make_document

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(db):
    return [make_campaign(make_document(name), files=()) for name in ("mc9_a", "mc9_b", "other")]


def done(rows, deed, actor=None, **said):
    """What is said of each in the end."""
    actor = actor or make_actor()
    act = bulk.choose("campaign", deed, [str(row.pk) for row in rows], actor=actor, at=NOON)
    bulk.start(act, actor=actor, at=NOON, why="next round", said=said)
    bulk.carry_on(now=lambda: NOON)
    return [item.said for item in BulkAct.objects.get(pk=act.pk).items.order_by("pk")]


def names():
    return set(Campaign.objects.filter(retired_at=None).values_list("name", flat=True))


def test_many_are_cloned_under_names_with_another_word(three):
    assert done(three, "clone", this="mc9", that="mc10") == ["Its clone is made."] * 3
    assert names() == {"mc9_a", "mc9_b", "other", "mc10_a", "mc10_b", "other_copy"}
    again = done(three[:1], "clone", this="mc9", that="mc10")
    assert again == ["dune has a campaign mc10_a already: choose another name. Nothing was changed."]
    assert documents.read(Campaign.objects.get(name="mc10_a")).stages == documents.read(three[0]).stages


def test_many_are_renamed_and_the_old_names_find_them(three):
    make_campaign(make_document("mc10_b"), files=())
    assert done(three, "rename", this="mc9", that="mc10") == [
        "It has its new name.", "dune has a campaign mc10_b already: choose another name. Nothing was changed.",
        "Its name does not hold mc9: it is left as it is."]
    assert names() == {"mc10_a", "mc9_b", "mc10_b", "other"} and naming.find("mc9_a", experiment="dune") == three[0]


def test_an_analyst_clones_what_production_made_and_renames_none_of_it(three):
    eve = make_actor("eve", role=Role.ANALYSIS)
    assert done(three[:1], "clone", eve, this="mc9", that="eve") == ["Its clone is made."]
    assert Campaign.objects.get(name="eve_a").creator_role == Role.ANALYSIS
    act = bulk.choose("campaign", "rename", [str(three[0].pk)], actor=eve, at=NOON)
    assert act.items.get().said == "Acting as analysis you may not rename this; it was made as production."


def test_without_a_word_nothing_is_renamed(three):
    with pytest.raises(Conflict, match="does not hold the word"):
        bulk.DEEDS["campaign", "rename"].do(three[0], actor=make_actor(), at=NOON, why="x", this="", that="y")
