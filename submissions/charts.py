"""Numbers as charts: what the browser draws, and the sentence and the table that say the same."""
from typing import Any

from submissions.states import JobState

DRAWN = (JobState.DONE, JobState.RUNNING, JobState.IDLE, JobState.HELD, JobState.FAILED, JobState.LOST, JobState.REMOVED)
COLOUR = {JobState.DONE: "done", JobState.RUNNING: "run", JobState.IDLE: "idle", JobState.HELD: "held", JobState.FAILED: "fail",
          JobState.LOST: "lfail", JobState.REMOVED: "rem"}


def jobs_of(families: list[Any]) -> dict[str, Any]:
    """Jobs by state of each submission, oldest left; recoveries stand beside what they recover."""
    rows = [row for family in reversed(families) for row in family.members]
    counts = {state: [getattr(row, state) for row in rows] for state in DRAWN}
    shown = [state for state in DRAWN if any(counts[state])]
    return {
        "sentence": _sentence(rows, counts, shown),
        "labels": [str(row.pk) for row in rows],
        "series": [{"name": state.value, "colour": COLOUR[state], "values": counts[state]} for state in shown],
        "rows": [{"submission": row, "counts": [counts[state][place] for state in shown]} for place, row in enumerate(rows)],
    }


def without_rows(figure: dict[str, Any]) -> dict[str, Any]:
    """What a browser needs of it."""
    return {name: value for name, value in figure.items() if name != "rows"}


def _sentence(rows: list[Any], counts: dict[JobState, list[int]], shown: list[JobState]) -> str:
    if not shown:
        return "No jobs yet."
    sums = ", ".join(f"{sum(counts[state])} {state}" for state in shown)
    return f"Jobs of the last {len(rows)} submissions by state: {sums}."
