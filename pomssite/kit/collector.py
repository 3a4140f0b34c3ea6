"""Python's collector of garbage, as a server wants it."""
import gc

NEWS, TURNS = 50_000, 20        # objects more than were dropped, before the young are looked at; so many times, before the older ones are


def settle() -> None:
    """What is there now stays as long as the process: it is never looked through again; and what comes is looked through less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEWS, TURNS, TURNS)
