"""Stage `merge`: the kept events of all files of the run in one, in order; an event that comes twice is an error."""
from collections import Counter

import names
from desk import fetch, inputs, label, leave
from events import Event, pack, unpack


def main() -> None:
    seen = [event for file in inputs() for event in unpack(fetch(file))]
    kept = sorted((event for event in in_once(seen) if not event.cut), key=lambda event: event.pair)
    metadata = {"data_tier": "merged", "file_format": "jsonl.gz", "run_number": min(event.seed for event in seen), "events": len(kept),
                "cut": len(seen) - len(kept)}
    leave(names.merged(label()), pack(kept), metadata)


def in_once(events: list[Event]) -> list[Event]:
    doubled = sorted(pair for pair, times in Counter(event.pair for event in events).items() if times > 1)
    if doubled:
        raise ValueError(f"{len(doubled)} events come more than once, the first is seed {doubled[0][0]}, event {doubled[0][1]}")
    return events


if __name__ == "__main__":
    main()
