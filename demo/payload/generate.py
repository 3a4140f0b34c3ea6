"""Stage `generate`: this job's share of the events of one seed."""
import argparse

import names
from collisions import generate
from events import pack
from grid import Grid, Output


def main() -> None:
    asked = _asked()
    grid = Grid()
    grid.started()
    first, end = (asked.events * index // grid.jobs for index in (grid.index, grid.index + 1))
    events = list(generate(luck=asked.luck, seed=asked.seed, first=first, count=end - first))
    metadata = {"data_tier": "gen", "file_format": "jsonl.gz", "run_number": asked.seed, "events": len(events), "job_index": grid.index}
    grid.store([Output(names.generated(grid.label, asked.seed, grid.index), pack(events), metadata)])


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--events", type=int, required=True, help="of the seed; its jobs share them")
    parser.add_argument("--luck", type=int, required=True)
    return parser.parse_args()


if __name__ == "__main__":
    main()
