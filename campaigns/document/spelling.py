"""Document <-> JSON: what rows and versions keep. What is unsaid is left out. Pure."""
from dataclasses import is_dataclass
from typing import Any

from campaigns.document.data import Campaign, Dependency, JobType, LoginSetup, Pairs, Recovery, Settings, Stage
from campaigns.document.fields import FIELDS


def said(settings: Settings) -> dict[str, Any]:
    """Only what is said, as JSON can hold it."""
    return {name: _plain(value) for name, value in settings.said().items()}


def settings_from(kept: dict[str, Any]) -> Settings:
    values: dict[str, Any] = {name: pairs_from(value) if FIELDS[name].kind == "pairs" else value for name, value in kept.items()}
    return Settings(**values)


def pairs_from(kept: list[Any]) -> Pairs:
    return tuple((key, value) for key, value in kept)


def lists_of(pairs: Pairs) -> list[list[str]]:
    return [list(pair) for pair in pairs]


def to_json(campaign: Campaign) -> dict[str, Any]:
    return {name: _plain(value) for name, value in vars(campaign).items()}


def from_json(kept: dict[str, Any]) -> Campaign:
    parts = {name: tuple(make(one) for one in kept[name]) for name, make in _PARTS.items() if name in kept}
    pairs = {name: pairs_from(kept[name]) for name in ("keywords", "parameters") if name in kept}
    return Campaign(**{**kept, **parts, **pairs, "defaults": settings_from(kept.get("defaults", {}))})


def job_type_from(kept: dict[str, Any]) -> JobType:
    recoveries = tuple(Recovery(one["kind"], pairs_from(one["overrides"])) for one in kept["recoveries"])
    return JobType(**{**kept, "parameters": pairs_from(kept["parameters"]), "recoveries": recoveries})


def stage_from(kept: dict[str, Any]) -> Stage:
    position = kept.get("position")
    return Stage(**{**kept, "settings": settings_from(kept["settings"]), "position": None if position is None else tuple(position)})


_PARTS: dict[str, Any] = {
    "stages": stage_from,
    "dependencies": lambda kept: Dependency(**kept),
    "login_setups": lambda kept: LoginSetup(**kept),
    "job_types": job_type_from,
}


def _plain(value: Any) -> Any:
    """Parts and tuples as the objects and lists that JSON knows."""
    if isinstance(value, Settings):
        return said(value)
    if is_dataclass(value):
        return {name: _plain(inner) for name, inner in vars(value).items()}
    return [_plain(inner) for inner in value] if isinstance(value, tuple | list) else value
