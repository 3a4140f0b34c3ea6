"""A preview as a page or a program reads it, and what of it is not as it was when a person looked."""
from collections.abc import Callable, Mapping
from typing import Any

from django.core import signing
from django.urls import reverse

from campaigns.models import Stage
from submissions import preview
from submissions.services.launch.previewing import Check, Preview

SALT = "preview"
MENDS: dict[str, tuple[str, str, Callable[[Stage], list[Any]]]] = {      # page of a check: what the link says, and where it leads
    "file": ("Campaign file", "campaigns:ini", lambda stage: [stage.campaign_id]),
    "slices": ("Slices", "campaigns:slices", lambda stage: [stage.pk]),
    "stage": ("Stage", "campaigns:stage", lambda stage: [stage.pk]),
    "campaign": ("Campaign", "campaigns:campaign", lambda stage: [stage.campaign_id]),
    "downtimes": ("Downtimes", "campaigns:downtimes", lambda stage: []),
    "list": ("Campaigns", "campaigns:list", lambda stage: []),
}


def words_of(found: Preview, stage: Stage) -> dict[str, Any]:
    """For the part `campaigns/_preview.html`."""
    shown = found.shown or {}
    return {
        "preview": found, "shown": shown, "refused": [_check(each, stage) for each in found.refused],
        "waits": [_check(each, stage) for each in found.waits], "kept": signing.dumps(shown, salt=SALT, compress=True) if found.id else "",
        "line": preview.line(shown.get("command", ())),
        "arguments": [preview.escaped(word) for word in shown.get("command", ())],
        "variables": [(name, preview.escaped(value)) for name, value in shown.get("environment", {}).items()]}


def _check(each: Check, stage: Stage) -> dict[str, str]:
    words, name, args = MENDS[each.mend]
    return {"text": each.text, "page": words, "address": reverse(name, args=[stage.campaign.experiment_id, *args(stage)])}


def changes(said: Mapping[str, str], found: Preview) -> list[preview.Change]:
    """What is not as the form says that it was shown; empty if it does not say it, or says something else."""
    try:
        before = signing.loads(said.get("shown", ""), salt=SALT)
    except signing.BadSignature:
        return []
    return preview.differences(before, found.shown) if found.shown and preview.id_of(before) == said.get("preview") else []
