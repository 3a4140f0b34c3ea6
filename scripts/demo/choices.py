"""How large the demo is and where it runs, read from the environment."""
import os
import socket
from dataclasses import dataclass
from pathlib import Path

from scripts import postgres

HOME = "127.0.0.1"
USUAL_PORT = 8000


@dataclass(frozen=True)
class Size:
    """What the campaign's file is filled with."""

    seeds: int = 8
    events: int = 500
    luck: int = 1

    @property
    def seed_list(self) -> list[int]:
        return list(range(1, self.seeds + 1))


@dataclass(frozen=True)
class Place:
    """The folder in which everything is written, and the address of the pages."""

    var: Path
    url: str


def size() -> Size:
    """DEMO_SEEDS, DEMO_EVENTS (a seed) and DEMO_LUCK."""
    return Size(seeds=_number("DEMO_SEEDS", 8), events=_number("DEMO_EVENTS", 500), luck=_number("DEMO_LUCK", 1))


def patience_s() -> float:
    """DEMO_PATIENCE: minutes without any progress after which the demo gives up."""
    return 60.0 * _number("DEMO_PATIENCE", 5)


def standing_place() -> Place:
    """Where `up` runs: the usual folder. The address is chosen once and kept, since jobs and people remember it."""
    var = postgres.folder_of().parent
    kept = var / "demo" / "url"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(os.environ.get("POMS_URL") or _address(USUAL_PORT if _is_free(USUAL_PORT) else _any_port()))
    return Place(var, kept.read_text())


def passing_place() -> Place:
    """Where `check` runs: a folder and a port that disturb no other demo."""
    var = os.environ.get("POMS_VAR") or str(postgres.ROOT / "var" / "check")
    return Place(Path(var).resolve(), _address(_any_port()))


def enter(place: Place, *, alone: bool) -> None:
    """From here on this process and all that it starts work in that place. Alone: on a database of its own, whatever was said."""
    os.environ |= {"POMS_VAR": str(place.var), "POMS_URL": place.url, "DJANGO_SETTINGS_MODULE": "pomssite.settings"}
    for name in ("DATABASE_URL", "POMS_STORAGE", "POMS_BIND", "POMS_BATCH_FILE") if alone else ():
        os.environ.pop(name, None)


def _number(name: str, unsaid: int) -> int:
    said = os.environ.get(name) or str(unsaid)
    if not said.isdecimal() or int(said) < 1:
        raise SystemExit(f"{name} is {said!r}: it must be a whole number of at least 1")
    return int(said)


def _address(port: int) -> str:
    return f"http://{HOME}:{port}"


def _is_free(port: int) -> bool:
    with socket.socket() as knock:
        return knock.connect_ex((HOME, port)) != 0


def _any_port() -> int:
    with socket.socket() as bound:
        bound.bind((HOME, 0))
        return int(bound.getsockname()[1])
