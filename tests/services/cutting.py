"""Cutting in tests: a stage, its next slice, its rows."""
from django.db import transaction

from campaigns.document import Settings, Stage
from campaigns.models import Slice, SliceFile
from campaigns.services import documents, slices
from tests.makers import NOON, make_campaign, make_document

NAMES = tuple("abcdef")
WHY = {"at": NOON, "why": "wrong calibration"}


def a_stage(split: str = "nfiles(2)", dataset: str = "raw", files: tuple[str, ...] = NAMES, **said):
    settings = Settings(split=split, dataset=dataset, **said)
    return make_campaign(make_document(stages=(Stage("gen", settings),), dependencies=()), files=files).stages.get()


def settings_of(stage):
    return documents.settings_of(stage)


def experiment(stage):
    return {"experiment": stage.campaign.experiment, "now": NOON}


def cut(stage, for_test=False):
    """Take the next slice: its files, or why there is none."""
    piece = slices.next_slice(stage, settings_of(stage), for_test=for_test, **experiment(stage))
    if not piece:
        return piece.why
    with transaction.atomic():
        row = slices.take(piece)
    return "".join(sorted(slices.files_of(row))) or row.parameter or row.dimensions


def number(n: int) -> Slice:
    return Slice.objects.get(number=n)


def done(*numbers: int) -> None:
    for n in numbers:
        slices.finish(number(n).pk)


def rows():
    return list(Slice.objects.order_by("pk").values()), list(SliceFile.objects.order_by("pk").values())


def all_of(stage) -> list[str]:
    return list(iter(lambda: cut(stage), "the dataset has nothing left to cut"))
