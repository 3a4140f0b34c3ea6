"""What ends a demo before its time."""


class Trouble(Exception):
    """The demo cannot go on; the sentence says why."""
