"""A document as text of format 2, byte for byte the same for the same document. Pure."""
from collections.abc import Iterable, Mapping
from dataclasses import fields
from itertools import groupby
from typing import Any

from campaigns.document import Campaign, Dependency, JobType, LoginSetup, Stage
from campaigns.document.state import State
from campaigns.ini import keys, values
from campaigns.ini.state import numbered
from campaigns.ini.state import write as rows_of

Lines = Iterable[tuple[str, str]]
_DEFAULTS = {type_: {f.name: f.default for f in fields(type_)} for type_ in (Campaign, LoginSetup, JobType, Stage)}


def write(campaign: Campaign, state: State | None = None, *, renames: bool = False) -> str:
    """`renames`: with the names that stages had, for a text that is still being worked on."""
    return "\n".join(_block(title, lines) for title, lines in _sections(campaign, state, renames=renames))


def _sections(campaign: Campaign, state: State | None, *, renames: bool) -> Iterable[tuple[str, Lines]]:
    """In this order: what it is, its stages, what feeds them, where they are drawn, what they run with, what it is doing."""
    yield from _heads(campaign)
    for stage in campaign.stages:
        told = {"was": stage.was if renames else "", "note": stage.note}
        words = [(name, values.write_text(text)) for name, text in told.items() if text]
        yield keys.title("campaign_stage", stage.name), [*words, *_settings(stage.settings)]
    for downstream, edges in groupby(campaign.dependencies, lambda edge: edge.downstream):      # they are kept in this order
        yield keys.title("dependencies", downstream), _edges(edges)
    if places := [(stage.name, *stage.position) for stage in campaign.stages if stage.position is not None]:
        yield keys.title("node_positions"), numbered("nxy", places, first=0)
    for job_type in campaign.job_types:
        yield keys.title("job_type", job_type.name), _said(job_type, keys.JOB_TYPE)
    for login in campaign.login_setups:
        yield keys.title("login_setup", login.name), _said(login, keys.LOGIN_SETUP)
    if state is not None:
        yield keys.title("state"), rows_of(state)


def _heads(campaign: Campaign) -> Iterable[tuple[str, Lines]]:
    yield keys.title("campaign"), [("format", "2"), *_said(campaign, keys.CAMPAIGN)]
    if campaign.parameters:
        yield keys.title("parameters"), [(name, values.write_text(value)) for name, value in campaign.parameters]
    if settings := _settings(campaign.defaults):
        yield keys.title("campaign_defaults"), settings


def _block(title: str, lines: Lines) -> str:
    return "".join([f"[{title}]\n", *(f"{key} = {value}\n" for key, value in lines)])


def _said(part: Any, known: Mapping[str, keys.Key]) -> list[tuple[str, str]]:
    """What differs from the default; the default need not be written."""
    usual = _DEFAULTS[type(part)]
    return [(name, values.write(key.kind, getattr(part, key.field))) for name, key in known.items()
            if hasattr(part, key.field) and getattr(part, key.field) != usual[key.field]]


def _settings(settings: Any) -> list[tuple[str, str]]:
    said = ((name, key.kind, getattr(settings, key.field)) for name, key in keys.SETTINGS.items())
    return [(name, values.write(kind, value)) for name, kind, value in said if value is not None]


def _edges(edges: Iterable[Dependency]) -> list[tuple[str, str]]:
    both = enumerate(edges, 1)
    return [line for n, edge in both for line in ((f"campaign_stage_{n}", values.write_text(edge.upstream)),
                                                  (f"file_pattern_{n}", values.write_text(edge.pattern)))]

