"""How a supervised process begins: in a group of its own, on record before it does anything, and only while its parent lives.

    python supervised.py RECORD PARENT PROGRAM [WORD …]
"""
import os
import signal
import sys
from pathlib import Path


def main(record: str, parent: str, *argv: str) -> None:
    """First the record, then the look at the parent: a parent killed in between leaves either a record or no process."""
    os.setsid()
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    draft = Path(f"{record}.{os.getpid()}")
    draft.write_text(str(os.getpid()))
    draft.replace(record)
    if os.getppid() != int(parent):
        sys.exit("the supervisor is gone")
    os.execvp(argv[0], argv)


if __name__ == "__main__":
    main(*sys.argv[1:])
