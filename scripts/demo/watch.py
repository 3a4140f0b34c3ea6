"""Watches a run to its end, and says loudly when it will not come."""
import time

from django.db import DatabaseError, connection

from scripts.demo import grid, story
from scripts.demo.bars import Bar, Board
from scripts.demo.choices import Place
from scripts.demo.story import Outcome
from scripts.demo.trouble import Trouble

LOOK_EVERY_S = 0.5


def until_complete(campaign: str, place: Place, *, patience_s: float, board: Board | None = None) -> Outcome:
    """Show the bars until every stage is complete. Trouble: it is stuck, or nothing moved for so long."""
    board, moved = board or Board(), time.monotonic()
    seen: list[Bar] = []
    while True:
        bars = _read(campaign)
        if bars and bars != seen:
            seen, moved = bars, time.monotonic()
        board.show(seen)
        if bars and all(bar.is_complete for bar in bars):
            return story.outcome(story.run_of(campaign))
        if bars and any(bar.stuck for bar in bars):
            _give_up(campaign, place, "it is stuck")
        if time.monotonic() - moved > patience_s:
            _give_up(campaign, place, f"nothing moved for {patience_s / 60:g} minutes")
        time.sleep(LOOK_EVERY_S)


def _read(campaign: str) -> list[Bar]:
    """The bars; none while the database does not answer."""
    try:
        return story.bars(story.run_of(campaign))
    except DatabaseError:
        connection.close()
        return []


def _give_up(campaign: str, place: Place, why: str) -> None:
    """With everything that may help to find the reason."""
    try:
        run = story.run_of(campaign)
        said = [*story.stuck(run), *story.troubles(run)]
    except DatabaseError as silence:
        said = [f"the database does not answer: {silence}"]
    logs = f"logs are in {place.var / 'log'}, those of jobs in {place.var / grid.chosen().logs}"
    raise Trouble("\n  ".join([f"campaign {campaign}: {why}", *said, logs]))
