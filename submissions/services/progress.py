"""How far a campaign is and when it will be through, in one sentence: its slowest stage, and what was settled of it lately. Reads no rows."""
from dataclasses import dataclass
from datetime import datetime

from submissions.services.outlook import StageOutlook
from submissions.services.overview import CampaignOutlook

THIN = "\u202f"


@dataclass(frozen=True)
class Pace:
    """Of the stage that has most to do. `left` is in hours; None: nothing was settled lately, or nobody knows how much comes."""

    each: StageOutlook
    unit: str
    done: int
    total: int
    per_hour: float | None
    left: float | None


def pace(outlook: CampaignOutlook) -> Pace | None:
    """None before it begins and after it ends."""
    begun = [each for each in outlook.stages if each.total and not each.finished]
    return _pace(max(begun, key=lambda each: each.expected - each.located), outlook.at) if begun else None


def _pace(each: StageOutlook, at: datetime) -> Pace:
    """In files, or in slices where there are none."""
    totals = each.totals
    if totals is None:
        return Pace(each, "slices", each.located, each.expected, None, None)
    files = totals.files > 0
    done, recent = (totals.done, totals.recent_files) if files else (each.located, totals.recent)
    whole = totals.files * each.expected / each.total if files else each.expected
    hours = (at - totals.since).total_seconds() / 3600 if totals.since else 0
    rate = recent / max(hours, 1 / 60) if recent else None
    left = (whole - done) / rate if rate and whole > done and not each.goes_on else None
    return Pace(each, "files" if files else "slices", done, totals.files if files else each.expected, rate, left)


def sentence(outlook: CampaignOutlook) -> str:
    """9 169 of 11 960 files through reco2. About 12 h left at 240 files per hour."""
    if not outlook.total:
        return f"{_many(len(outlook.stages), 'stage')}, none launched yet." if outlook.stages else "It has no stage yet."
    if outlook.finished:
        return f"All {_many(outlook.located, 'slice')} of {_many(len(outlook.stages), 'stage')} are located."
    at_work = pace(outlook)
    return f"{_so_far(at_work)}{_ahead(at_work)}" if at_work else f"{_many(outlook.located, 'slice')} located, nothing is open."


def _so_far(at_work: Pace) -> str:
    more = "+" if at_work.each.goes_on else ""
    return f"{_number(at_work.done)} of {_number(at_work.total)}{more} {at_work.unit} through {at_work.each.stage.name}."


def _ahead(at_work: Pace) -> str:
    if not at_work.per_hour:
        return ""
    speed = f"{_rate(at_work.per_hour)} {at_work.unit} per hour"
    return f" About {_span(at_work.left)} left at {speed}." if at_work.left else f" {speed[:1].upper()}{speed[1:]}."


def _span(hours: float) -> str:
    if hours < 1:
        return f"{max(1, round(hours * 60))} min"
    return f"{round(hours)} h" if hours < 48 else f"{round(hours / 24)} d"


def _rate(value: float) -> str:
    return _number(round(value)) if value >= 10 else f"{value:.1f}"


def _number(value: int) -> str:
    return f"{value:,}".replace(",", THIN)


def _many(count: int, word: str) -> str:
    return f"{_number(count)} {word}{'' if count == 1 else 's'}"
