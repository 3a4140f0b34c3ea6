"""What was told of each job that Slurm still knows."""
import json
from collections.abc import Mapping

from submissions.batch import ranges

Key = tuple[int, int]           # array, task


def written(cluster: str, told: Mapping[Key, int]) -> str:
    """As a short text."""
    return json.dumps([cluster, ranges.written((array, task, what) for (array, task), what in told.items())], separators=(",", ":"))


def read(text: str, cluster: str) -> dict[Key, int]:
    """Nothing of a text that is not ours, or that is about another cluster."""
    try:
        whose, told = json.loads(text)
        return {(array, task): what for array, task, what in ranges.read(told)} if whose == cluster else {}
    except (ValueError, TypeError):
        return {}
