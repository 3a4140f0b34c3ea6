"""Telling pages what has changed: every event is news by itself; what is no event says so here."""
from collections.abc import Iterable

from django.db import models

from accounts.models import Touch

CHANNEL = "poms_news"


def touch(things: Iterable[models.Model]) -> None:
    """These look different now; in the transaction of the change itself."""
    Touch.objects.bulk_create(Touch(thing=name_of(thing), experiment=getattr(thing, "experiment_id", None), stage=stage_of(thing))
                              for thing in things)


def touch_by_name(thing: str, experiment: str) -> None:
    """The same of something that the caller does not know but by its name."""
    Touch.objects.create(thing=thing, experiment=experiment)


def name_of(thing: models.Model) -> str:
    """submission:41"""
    return f"{thing._meta.model_name}:{thing.pk}"


def stage_of(thing: models.Model) -> int | None:
    """Whose work it is, or itself."""
    return thing.pk if thing._meta.model_name == "stage" else getattr(thing, "stage_id", None)
