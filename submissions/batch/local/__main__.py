"""The processes of a box: `serve FOLDER` starts its negotiator in the background, `stop FOLDER` ends all of it."""
import os
import sys
from pathlib import Path

from submissions.batch.local.negotiator import serve
from submissions.batch.local.starter import run
from submissions.batch.local.stop import stop_all
from submissions.batch.local.store import Store


def main(deed: str, folder: str) -> None:
    """The caller of `serve` waits only until there is a process that does not depend on it."""
    if deed == "stop":
        print(f"{stop_all(folder)} processes of the local batch system ended")
    elif not os.fork():
        store = Store(Path(folder))
        job = serve(store)
        if job is not None:
            run(store, job)


if __name__ == "__main__":
    main(*sys.argv[1:])
