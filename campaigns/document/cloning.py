"""A document again under other names: each text in which a word stands gets another word in its place. Pure."""
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from campaigns.document.data import Campaign, campaign_part
from campaigns.document.spelling import from_json, to_json

Words = Sequence[tuple[str, str]]       # (this, that), one after the other
LEFT = frozenset({      # names of rows that are not cloned, and words that POMS itself understands
    "job_type", "login_setup", "kind", "vo_role", "split", "test_split", "completion_type", "stage_type", "join", "jobs"})


@dataclass(frozen=True)
class Change:
    """One text that says something else in the clone."""

    where: str
    before: str
    after: str


def cloned(campaign: Campaign, name: str, words: Words) -> Campaign:
    """The campaign's own part, with the words replaced and under this name; what it shares with others is named as before."""
    return replace(from_json(_replaced(to_json(campaign_part(campaign)), words)), name=name)


def suggested(name: str, words: Words) -> str:
    """The name with the words replaced; one that they leave as it is gets an ending."""
    found = _text(name, words)
    return found if found != name else f"{name}_copy"


def changes(before: Campaign, after: Campaign) -> Iterator[Change]:
    """What differs, text by text."""
    yield from _beside("", to_json(campaign_part(before)), to_json(campaign_part(after)))


def _beside(where: str, before: Any, after: Any) -> Iterator[Change]:
    if isinstance(before, dict):
        for key in before:
            yield from _beside(f"{where} {key}".strip(), before[key], after.get(key))
    elif isinstance(before, list):
        for place, (old, new) in enumerate(zip(before, after or [], strict=False)):
            yield from _beside(f"{where} {_named(old, place)}", old, new)
    elif before != after:
        yield Change(where, str(before), str(after))


def _named(part: Any, place: int) -> str:
    return str(part["name"]) if isinstance(part, dict) and "name" in part else str(place + 1)


def _replaced(value: Any, words: Words) -> Any:
    if isinstance(value, dict):
        return {key: each if key in LEFT else _replaced(each, words) for key, each in value.items()}
    if isinstance(value, list):
        return [_replaced(each, words) for each in value]
    return _text(value, words) if isinstance(value, str) else value


def _text(text: str, words: Words) -> str:
    for this, that in words:
        text = text.replace(this, that) if this else text
    return text
