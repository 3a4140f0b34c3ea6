"""The platform in the foreground: database, tables, files of the pages, then the supervisor with all processes."""
import os
import subprocess
import sys

from pomssite.kit import supervisor
from scripts import postgres

MANAGE = [sys.executable, str(postgres.ROOT / "manage.py")]


def prepare() -> None:
    """A running database with its tables, and the files of the pages in one place. May be repeated."""
    if not os.environ.get("DATABASE_URL"):
        postgres.Server(postgres.folder_of()).start()
    for deed in (["migrate", "--verbosity", "0"], ["collectstatic", "--noinput", "--verbosity", "0"]):
        subprocess.run([*MANAGE, *deed], check=True)


def main() -> int:
    running = supervisor.holder(postgres.folder_of().parent / "run")
    if running:
        print(f"the platform runs already, under supervisor {running}; `make stop` ends it", file=sys.stderr)
        return 1
    try:
        prepare()
    except (postgres.Trouble, subprocess.CalledProcessError) as trouble:
        print(trouble, file=sys.stderr)
        return 1
    print(f"POMS serves {os.environ.get('POMS_URL') or 'http://127.0.0.1:8000'} until Ctrl-C or `make stop`", flush=True)
    os.execv(MANAGE[0], [*MANAGE, "supervise", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
