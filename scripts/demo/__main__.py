"""`python -m scripts.demo up | check`: the demo campaign, watched to its end.

up      on the usual platform, which goes on running; a second time it joins the run that is there. NEW=1 begins another one.
check   on a platform of its own that is ended afterwards; exit 0 only if every claim about the result holds.
"""
import shutil
import sys
from collections.abc import Sequence

from django.core.management import CommandError
from django.db import DatabaseError

from scripts import postgres, serve, stop
from scripts.demo import choices, grid
from scripts.demo.choices import Place
from scripts.demo.trouble import Trouble


def up() -> int:
    """What was started stays."""
    place = choices.standing_place()
    choices.enter(place, alone=False)
    grid.enter(place, alone=False)
    serve.prepare()
    from scripts.demo import deeds  # rows can be read only now

    return deeds.up(place)


def check() -> int:
    """From nothing; what was started is ended."""
    place = choices.passing_place()
    choices.enter(place, alone=True)
    clear(place)
    try:
        grid.enter(place, alone=True)
        serve.prepare()
        from scripts.demo import deeds

        return deeds.check(place)
    finally:
        end(place)


def end(place: Place) -> None:
    """The platform, and its pool if there is one."""
    stop.stop(place.var)
    pool = grid.pool_of(place, alone=True)
    if pool.is_up():
        pool.stop()


def clear(place: Place) -> None:
    """What an earlier check left, also one that was killed."""
    end(place)
    shutil.rmtree(place.var, ignore_errors=True)


def main(words: Sequence[str]) -> int:
    deeds = {"up": up, "check": check}
    if len(words) != 1 or words[0] not in deeds:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        return deeds[words[0]]()
    except (Trouble, postgres.Trouble, DatabaseError, CommandError) as trouble:
        print(f"demo: failed: {trouble}", file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        print("\nNo longer watched. What `up` started goes on: `make demo` joins it again, `make stop` ends it.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
