"""A version and its campaign of today: which stage is which, though it was renamed in between."""
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from campaigns import document
from campaigns.document.names import Stages, called, heirs
from campaigns.models import Campaign, CampaignVersion

OTHER = ("{0} of version {2} is called {1} since, and one of these names belongs to another stage by now: what is cut, scheduled and running stays "
         "with the names of today. To keep it together rename {1} by hand first")
GONE = "{0} of version {1} was taken out since: it comes as a new stage, with a split that begins anew and without the schedules that it had"


def since(old: CampaignVersion, new: CampaignVersion) -> dict[str, str]:
    """What the stages of a version are called in a newer one of the same campaign; those that are gone are left out."""
    between: list[Any] = []
    if new.number > old.number + 1:
        rows = CampaignVersion.objects.filter(campaign=old.campaign_id, number__gt=old.number, number__lt=new.number).order_by("number")
        between = [*rows.values_list("document__stages", flat=True)]
    return heirs(_stages(old.document["stages"]), map(_stages, [*between, *([new.document["stages"]] if new.number > old.number else [])]))


def back(row: Campaign, old: CampaignVersion) -> tuple[document.Campaign, list[str]]:
    """An earlier version as a document of today, under the campaign's name: a stage that was renamed is still the same one, by `was`.
    And a sentence for each that cannot come back as the stage that it was."""
    doc = replace(document.from_json(old.document), name=row.name)
    if row.version is None:
        return document.campaign_part(doc), []
    now, here = since(old, row.version), _stages(row.version.document["stages"])
    names = {stage.name for stage in doc.stages}
    lost = {name for name, new in now.items() if new != name and (new in names or name in here)}
    stages = tuple(replace(stage, was=_was(stage.name, now, lost)) for stage in doc.stages)
    told = [*(OTHER.format(name, now[name], old.number) for name in sorted(lost)),
            *(GONE.format(name, old.number) for name in sorted(names - now.keys() - here.keys()))]
    return replace(doc, stages=stages), told


def _was(name: str, now: dict[str, str], lost: set[str]) -> str:
    return "" if name in lost or now.get(name) == name else now.get(name, "")


def beside(before: CampaignVersion, after: CampaignVersion) -> document.Campaign:
    """The one version as a document that says of its stages what they are called in the other, which may be the newer or the older."""
    doc = document.from_json(after.document)
    names = since(after, before) if before.number > after.number else {new: old for old, new in since(before, after).items()}
    return replace(doc, stages=tuple(replace(stage, was=_was(stage.name, names, set())) for stage in doc.stages))


def forward(base: CampaignVersion, here: CampaignVersion, *docs: document.Campaign) -> Iterator[document.Campaign]:
    """Documents made from a version, under the names that its stages have by now."""
    now = {old: new for old, new in since(base, here).items() if old != new}
    return (called(doc, now) for doc in docs)


def _stages(said: list[dict[str, str]]) -> Stages:
    return {stage["name"]: stage.get("was", "") for stage in said}
