"""Many who cut at once: each file is in one slice, also while somebody begins the split anew."""
from contextlib import suppress

import pytest
from django.db import IntegrityError, transaction

from campaigns.models import Slice, SliceFile
from campaigns.services import slices
from datasets.models import File
from pomssite.kit.errors import Conflict
from tests.makers import make_actor
from tests.services.crowds import crowd, overtaken
from tests.services.cutting import WHY, a_stage, cut, experiment, settings_of

pytestmark = [pytest.mark.django_db(transaction=True)]
MANY = tuple(f"f{n:02}" for n in range(24))
SPLITS = ("nfiles(2)", "mod(7)", "byrun(0,30)", "byexistingruns", "nevents(5)", "new(window=2h,firsttime=2026-01-01T00:00:00)")


def taking(stage):
    """As a launcher does: ask, then write; who was overtaken asks again."""
    settings = settings_of(stage)

    def all_there_is():
        while piece := slices.next_slice(stage, settings, for_test=False, **experiment(stage)):
            with suppress(Conflict, IntegrityError), transaction.atomic():
                slices.take(piece)
    return all_there_is


@pytest.mark.parametrize("split", SPLITS)
def test_a_crowd_cuts_each_file_once(split):
    stage = a_stage(split, files=MANY)
    for n, file in enumerate(File.objects.order_by("pk")):
        File.objects.filter(pk=file.pk).update(run_number=n % 5, events=n % 4, end_time=f"2026-01-01T{n % 10:02}:30:00Z")
    crowd(taking(stage), times=4)
    assert sorted(SliceFile.objects.values_list("file", flat=True)) == list(MANY)
    assert list(Slice.objects.order_by("number").values_list("number", flat=True)) == list(range(Slice.objects.count()))


@pytest.mark.parametrize("at", range(1, 16))
def test_whoever_begins_it_anew_at_any_statement_leaves_no_file_in_two_live_slices(at):
    """While a slice is taken, another finished, and a third free."""
    stage = a_stage("nfiles(1)", files=MANY[:5])
    cut(stage), cut(stage), cut(stage)
    slices.give_back(Slice.objects.get(number=2).pk)
    slices.finish(Slice.objects.get(number=1).pk)
    actor = make_actor()

    def anew():
        with suppress(Conflict):
            slices.reset(stage, settings=settings_of(stage), for_test=False, actor=actor, **WHY)

    def works():
        piece = slices.next_slice(stage, settings_of(stage), for_test=False, **experiment(stage))
        with suppress(Conflict, IntegrityError), transaction.atomic():
            slices.take(piece)
        with transaction.atomic():
            slices.finish(Slice.objects.get(number=0).pk)
    overtaken(works, anew, at=at)
    taking(stage)()
    live = list(SliceFile.objects.filter(slice__state=Slice.TAKEN).exclude(round=None).values_list("file", flat=True))
    assert len(live) == len(set(live))
    last = slices.stand(stage, for_test=False).round
    assert sorted(SliceFile.objects.filter(round=last).values_list("file", flat=True)) == list(MANY[:5])
    anew_at = Slice.objects.filter(state=Slice.MOVED).values_list("number", flat=True).first() or 0
    assert not SliceFile.objects.filter(round=last, slice__number__lt=anew_at).exclude(slice__state=Slice.TAKEN).exists(), "what is over is cut anew"


@pytest.mark.parametrize("at", range(1, 16))
def test_a_slice_that_comes_back_at_any_statement_of_a_reset_goes_back_into_the_dataset(at):
    stage = a_stage("nfiles(1)", files=MANY[:3])
    cut(stage), cut(stage)
    actor = make_actor()
    overtaken(lambda: slices.reset(stage, settings=settings_of(stage), for_test=False, actor=actor, **WHY),
              lambda: slices.give_back(Slice.objects.get(number=1).pk), at=at)
    assert not Slice.objects.filter(state=Slice.FREE, round=0).exists()
    taking(stage)()
    live = list(SliceFile.objects.filter(slice__state=Slice.TAKEN).values_list("file", flat=True))
    assert len(live) == len(set(live)) == 3
