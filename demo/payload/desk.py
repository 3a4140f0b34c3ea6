"""What a job of the demo finds on its desk, and what it leaves there for poms-wrap to store, declare and report. Standard library only."""
import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit


def label() -> str:
    """The beginning of every name: another run makes other files."""
    return f"{os.environ['POMS_CAMPAIGN']}-r{os.environ['POMS_RUN']}"


def share() -> tuple[int, int]:
    """Which job this is, from 0, and of how many."""
    return int(os.environ.get("POMS_JOB_INDEX", "0")), int(os.environ.get("POMS_JOBS", "1"))


def first_launch() -> bool:
    return int(os.environ.get("POMS_FAMILY_STEP") or "0") == 0


def inputs() -> list[dict[str, Any]]:
    """The files that this program is to read."""
    return json.loads(Path(os.environ["POMS_INPUTS"]).read_text())


def fetch(file: Mapping[str, Any]) -> bytes:
    """The bytes of an input, from its first place that can be read here; they must be those that were declared."""
    places = [Path(unquote(urlsplit(place).path)) for place in file["locations"] if place.startswith("file:")]
    here = [place for place in places if place.is_file()]
    if not here:
        raise FileNotFoundError(f"{file['name']} is at none of its places: {', '.join(file['locations']) or 'it has none'}")
    content = here[0].read_bytes()
    found = f"sha256:{hashlib.sha256(content).hexdigest()}"
    if found != file["checksum"]:
        raise ValueError(f"{file['name']} is not what was declared: {found} instead of {file['checksum']}")
    return content


def leave(name: str, content: bytes, metadata: Mapping[str, Any]) -> None:
    """An output, and what is to be said of it."""
    Path(f"{name}.meta.json").write_text(json.dumps(metadata))
    Path(name).write_bytes(content)
