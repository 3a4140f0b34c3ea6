"""Reads the campaign's files again, as a sceptic would: is every event there once, and where is the peak?

    python verify.py --seeds 1,2,3 --events 500 --luck 1 --merged FILE GEN_FILE...

Prints one JSON object: events generated, kept, lost, doubled, altered; the mass, and the mass that another luck would have given.
"""
import argparse
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from detector import mass, simulate
from events import Event, pack, unpack
from peak import fit


def main() -> None:
    asked = _asked()
    generated = [event for path in asked.generated for event in unpack(path.read_bytes())]
    wanted = [(int(seed), number) for seed in asked.seeds.split(",") for number in range(asked.events)]
    print(json.dumps(verified(wanted, generated, unpack(asked.merged.read_bytes()), luck=asked.luck)))


def verified(wanted: Sequence[tuple[int, int]], generated: Sequence[Event], merged: Sequence[Event], *, luck: int) -> dict[str, float]:
    """What the selection keeps is worked out anew from what was generated, and compared with what was merged."""
    kept = kept_of(generated, luck=luck)
    made, found = Counter(event.pair for event in generated), Counter(event.pair for event in merged)
    due = {event.pair for event in kept}
    return {
        "generated": len(made), "kept": len(found),
        "lost": len(set(wanted) - made.keys()) + len(due - found.keys()),
        "doubled": sum(times - 1 for seen in (made, found) for times in seen.values()),
        "strange": len(made.keys() - set(wanted)) + len(found.keys() - due),
        "altered": int(pack(kept) != pack(merged)),
        "mass": _mass(merged), "other_mass": _mass(kept_of(generated, luck=luck + 1)),
    }


def kept_of(generated: Iterable[Event], *, luck: int) -> list[Event]:
    """As the files hold them: in order, rounded."""
    kept = (event for event in simulate(generated, luck=luck) if not event.cut)
    return unpack(pack(sorted(kept, key=lambda event: event.pair)))


def _mass(events: Sequence[Event]) -> float:
    return round(fit([mass(event.minus, event.plus) for event in events]).mass, 4)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", required=True)
    parser.add_argument("--events", type=int, required=True)
    parser.add_argument("--luck", type=int, required=True)
    parser.add_argument("--merged", type=Path, required=True)
    parser.add_argument("generated", type=Path, nargs="+")
    return parser.parse_args()


if __name__ == "__main__":
    main()
