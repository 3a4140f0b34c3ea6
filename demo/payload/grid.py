"""What a job on the grid says to POMS: which files are mine, these I made, these I have read. Standard library only."""
import hashlib
import http.client
import json
import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

PATIENCE_S = 15 * 60                # a job outlives a restart of POMS, and a long one
LONGEST_PAUSE_S = 5.0
ANSWER_WITHIN_S = 60
LATER = {429, 500, 502, 503, 504}   # try again; any other error will not mend itself


class NoPoms(Exception):
    """POMS did not answer for as long as a job may wait."""


class Refused(Exception):
    """POMS said no, with a sentence."""


class Output(NamedTuple):
    """A file to be stored: its name, its bytes, what is to be said of it and which files it was made from."""

    name: str
    content: bytes
    metadata: Mapping[str, Any]
    parents: Sequence[str] = ()


class Grid:
    """This job's line to POMS, as its environment describes it. Every call may be repeated and is, until POMS answers."""

    def __init__(self, environment: Mapping[str, str] = os.environ, *, patience_s: float = PATIENCE_S,
                 sleep: Callable[[float], None] = time.sleep) -> None:
        self._said = environment
        self._patience_s, self._sleep = patience_s, sleep
        self.job, self.attempt = environment["POMS_JOB"], int(environment.get("POMS_ATTEMPT", "1"))
        self.index, self.jobs = int(environment.get("POMS_JOB_INDEX", "0")), int(environment.get("POMS_JOBS", "1"))
        self.label = f"{environment['POMS_CAMPAIGN']}-r{environment['POMS_RUN']}"   # another run makes other files
        self.first_launch = int(environment.get("POMS_FAMILY_STEP") or "0") == 0

    def inputs(self) -> list[dict[str, Any]]:
        """The files that are assigned to this job."""
        return self._call("inputs", {})["files"]

    def started(self) -> None:
        self._call("report", {"state": "running"})

    def consumed(self, names: Iterable[str]) -> None:
        """These inputs are done with; said last, once all that was made of them is declared."""
        self._call("report", {"files": [{"name": name, "status": "consumed"} for name in names]})

    def store(self, outputs: Sequence[Output]) -> None:
        """Put the files where they belong, each whole or not at all, then declare them."""
        folder = Path(self._said["POMS_OUTPUT_DIR"])
        self._call("declare", {"files": [_stored(folder, output) for output in outputs]})

    def _call(self, what: str, said: dict[str, Any]) -> dict[str, Any]:
        url = "/".join([self._said["POMS_URL"].rstrip("/"), "api/v1", self._said["POMS_EXPERIMENT"], "submissions",
                        self._said["POMS_TAG"], what])
        body = json.dumps(said | {"key": self._key(what, said), "job": self.job, "attempt": self.attempt}).encode()
        return self._until_answered(url, body)

    def _key(self, what: str, said: dict[str, Any]) -> str:
        """The same call of the same attempt has the same key, however often it is sent."""
        whole = json.dumps([self._said["POMS_TAG"], self.job, self.attempt, what, said], sort_keys=True)
        return hashlib.sha256(whole.encode()).hexdigest()[:32]

    def _until_answered(self, url: str, body: bytes) -> dict[str, Any]:
        pause, waited = 0.2, 0.0
        while True:
            try:
                return self._once(url, body)
            except (OSError, http.client.HTTPException, ValueError) as trouble:
                if waited >= self._patience_s:
                    raise NoPoms(f"{url} did not answer for {waited:.0f} s: {trouble}") from trouble
                print(f"{url}: {trouble}; again in {pause:.1f} s", file=sys.stderr, flush=True)
            self._sleep(pause)
            waited, pause = waited + pause, min(2 * pause, LONGEST_PAUSE_S)

    def _once(self, url: str, body: bytes) -> dict[str, Any]:
        """One call. What may pass by itself is an OSError, HTTPException or ValueError; the rest is Refused."""
        token = Path(self._said["POMS_TOKEN_FILE"]).read_text().strip()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        try:
            with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=ANSWER_WITHIN_S) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code in LATER:
                raise
            raise Refused(f"{error.code} from {url}: {error.read(2000).decode(errors='replace')}") from error


def fetch(file: Mapping[str, Any]) -> bytes:
    """The bytes of an input, from its first place that can be read here; they must be those that were declared."""
    places = [Path(unquote(urlsplit(place).path)) for place in file["locations"] if place.startswith("file:")]
    here = [place for place in places if place.is_file()]
    if not here:
        raise FileNotFoundError(f"{file['name']} is at none of its places: {', '.join(file['locations']) or 'it has none'}")
    content = here[0].read_bytes()
    if checksum(content) != file["checksum"]:
        raise ValueError(f"{file['name']} is not what was declared: {checksum(content)} instead of {file['checksum']}")
    return content


def checksum(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _stored(folder: Path, output: Output) -> dict[str, Any]:
    """Write it beside its place first: nobody ever sees half a file under the name."""
    folder.mkdir(parents=True, exist_ok=True)
    place, beside = folder / output.name, folder / f".{output.name}.{os.getpid()}"
    with beside.open("wb") as half:
        half.write(output.content)
        half.flush()
        os.fsync(half.fileno())
    beside.replace(place)
    return {"name": output.name, "size": len(output.content), "checksum": checksum(output.content), "metadata": dict(output.metadata),
            "parents": list(output.parents), "locations": [place.absolute().as_uri()]}
