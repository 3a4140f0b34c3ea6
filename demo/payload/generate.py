"""Stage `generate`: this job's share of the events of one seed."""
import argparse

import names
from collisions import generate
from desk import label, leave, share
from events import pack


def main() -> None:
    asked = _asked()
    index, jobs = share()
    first, end = (asked.events * number // jobs for number in (index, index + 1))
    events = list(generate(luck=asked.luck, seed=asked.seed, first=first, count=end - first))
    metadata = {"data_tier": "gen", "file_format": "jsonl.gz", "run_number": asked.seed, "events": len(events), "job_index": index}
    leave(names.generated(label(), asked.seed, index), pack(events), metadata)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--events", type=int, required=True, help="of the seed; its jobs share them")
    parser.add_argument("--luck", type=int, required=True)
    return parser.parse_args()


if __name__ == "__main__":
    main()
