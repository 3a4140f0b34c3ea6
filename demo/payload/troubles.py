"""What goes wrong in the campaign, on purpose: some files need more memory than the stage gives, some fail the first time."""
import json
import random
import sys
import time

import numpy as np

KINDS = ("memory", "crash", "", "")     # of every four files
BAD_END = 3


def trouble(luck: int, number: int) -> str:
    """The trouble of the number-th file: luck shuffles each four of them."""
    group, place = divmod(number, len(KINDS))
    return random.Random(f"{luck}:{group}").sample(KINDS, len(KINDS))[place]


def meet(kind: str, *, hungry_mb: int, hungry_s: float, first_launch: bool) -> None:
    """Run into it. A crash happens in the first launch only; memory is short until a job is given enough."""
    if kind == "crash" and first_launch:
        print("the field map could not be read (planned: it can be in a recovery)", file=sys.stderr)
        raise SystemExit(BAD_END)
    if kind == "memory":
        print(f"reading a field map of {hungry_mb} MB", flush=True)
        field = np.ones(hungry_mb * 2**20 // 8)
        time.sleep(hungry_s)
        print(f"read {field.nbytes // 2**20} MB", flush=True)


if __name__ == "__main__":      # python troubles.py LUCK FILES: the trouble of each file, as JSON
    luck, files = map(int, sys.argv[1:])
    print(json.dumps([trouble(luck, number) for number in range(files)]))
