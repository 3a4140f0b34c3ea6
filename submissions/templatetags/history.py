"""What happened, in words: events and causes as sentences instead of keys."""
from collections.abc import Sequence
from typing import Any

from django import template

register = template.Library()

DEEDS = {"status": "moved", "submission recorded": "recorded", "run begun": "began a run", "intent dropped": "dropped a launch",
         "launches held": "held launches", "launches released": "released launches", "hold ordered": "ordered a hold of",
         "release ordered": "ordered a release of", "remove ordered": "ordered the removal of"}
PARTS = {"launch": "POMS at its launch", "held": "the rule of its stage, release_held", "grid": "what the batch system said",
         "job": "what its jobs said", "wrapup": "POMS after its jobs had ended",
         "joins": "POMS, which keeps its stage running", "timetable": "its schedule"}
SAID = frozenset({"submission recorded", "run begun", "intent dropped", "settled", "stuck"})      # the verb says it all
CAUSES = {
    "manual": "a person asked for it", "cron": "its schedule", "keep": "to keep the stage running", "recovery": "a recovery of what was missing",
    "dependent": "what feeds it is settled", "all": "all that feeds it is settled", "drained": "what feeds it has nothing left to do",
}
REQUESTS = {"@memory_mb": "memory {} MB", "@wall_s": "wall time {} s", "@cpus": "{} CPU", "@disk_mb": "disk {} MB", "@jobs": "{} jobs"}


@register.filter
def override(pair: Sequence[str]) -> str:
    """What an override asks for: a request in words, else the key with its value as the command has them."""
    key, value = pair
    if (key, value) == ("@jobs", "per_file"):
        return "one job a file"
    if key in REQUESTS:
        return REQUESTS[key].format(value)
    return f"{key} = {value}" if key.startswith("@") else f"{key}{value}"


@register.filter
def deed(event: Any) -> str:
    """A verb."""
    return DEEDS.get(event.what, event.what)


@register.filter
def change(event: Any) -> str:
    """From what to what."""
    if event.what in SAID:
        return ""
    return f"{event.before} to {event.after}" if event.before and event.after else event.after


@register.filter
def who(by: str) -> str:
    """A person's name, or which part of POMS it was."""
    return PARTS.get(by, by)


@register.filter
def cause(why: str) -> str:
    """An intent's key as the reason that it stands for; anything else as it is."""
    kind, colon, _ = why.partition(":")
    return CAUSES.get(kind, why) if colon and " " not in why else why


@register.filter
def submission_of(event: Any) -> str:
    """The number of the submission that an event is about, if it is about one."""
    kind, _, number = event.thing.partition(":")
    return number if kind == "submission" else ""
