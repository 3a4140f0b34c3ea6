"""Stage `simulate`: a file as a detector would have seen its events."""
import argparse
from collections import Counter
from collections.abc import Mapping
from typing import Any

import names
from desk import fetch, first_launch, inputs, leave
from detector import simulate
from events import pack, unpack
from troubles import meet, trouble


def main() -> None:
    asked = _asked()
    file, = inputs()
    number = (file["metadata"]["run_number"] - 1) * asked.files_per_seed + file["metadata"]["job_index"]
    meet(trouble(asked.luck, number), hungry_mb=asked.hungry_mb, hungry_s=asked.hungry_s, first_launch=first_launch())
    _simulate(file, asked.luck)


def _simulate(file: Mapping[str, Any], luck: int) -> None:
    events = simulate(unpack(fetch(file)), luck=luck)
    cuts = Counter(event.cut for event in events if event.cut)
    print(f"{file['name']}: {len(events)} events, cut: {dict(cuts)}", flush=True)
    metadata = {"data_tier": "sim", "file_format": "jsonl.gz", "run_number": file["metadata"]["run_number"],
                "events": len(events), "kept": len(events) - cuts.total(), **{f"cut_by_{why}": count for why, count in cuts.items()}}
    leave(names.simulated(file["name"]), pack(events), metadata)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--luck", type=int, required=True)
    parser.add_argument("--hungry-mb", type=int, required=True, help="what the hungry jobs take")
    parser.add_argument("--hungry-s", type=float, default=2.0, help="for how long: the batch system must see it")
    parser.add_argument("--files-per-seed", type=int, default=2)
    return parser.parse_args()


if __name__ == "__main__":
    main()
