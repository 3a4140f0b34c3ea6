"""The commands of jobsub_lite, word by word, and what their answers mean. Pure."""
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from submissions.batch.port import JobRef
from submissions.command import Login

Words = tuple[str, ...]
ORDERS = {"hold": "jobsub_hold", "release": "jobsub_release", "remove": "jobsub_rm"}
ROLES = {"production": "Production", "analysis": "Analysis"}
OURS = "PomsTag =!= undefined"
SAYS = "POMS: "         # so that no reason is taken for an option
AT_ONCE = 500           # ids in one command
JOB_ID = re.compile(rb"Use job id ([0-9]+)(?:\.[0-9]+)?@(\S+) to retrieve")
COMPLAINT = re.compile(r"denied|fail|error|refused|not authorized", re.IGNORECASE)
# fetches into a folder of its own and hands it over as an archive; what is printed besides goes to the errors
FETCH = 'd=$(mktemp -d) && { "$@" --destdir "$d" >&2 && tar -C "$d" -cf - .; c=$?; rm -rf -- "$d"; exit $c; }'
ENDINGS = {"stdout": ".out", "stderr": ".err", "log": ".log"}


def of_tag(tag: str) -> str:
    """The jobs of one launch, and no others."""
    return f'PomsTag =?= "{tag}"'


def of_clusters(refs: Iterable[JobRef]) -> str:
    """The jobs of these clusters that have not ended: some wait in the queue, ended, to be fetched."""
    clusters = " || ".join(f"ClusterId == {cluster}" for cluster in sorted({int(ref.cluster) for ref in refs}))
    return f"{OURS} && JobStatus =!= 3 && JobStatus =!= 4 && ({clusters})"


def reason(why: str | None) -> str | None:
    """As it was given to an order of ours."""
    return why and why.removeprefix(SAYS)


def name(ref: JobRef) -> str:
    """As jobsub writes it."""
    return f"{ref.cluster}.{ref.proc}@{ref.schedd}"


def order(deed: str, login: Login, refs: Sequence[JobRef], why: str) -> Words:
    """To these jobs, each by its id."""
    return (ORDERS[deed], *_who(login), "-J", ",".join(map(name, refs)), "-reason", f"{SAYS}{why}")


def queue(login: Login, constraint: str, wanted: Sequence[str]) -> Words:
    """The jobs that are in a queue, as JSON."""
    return ("jobsub_q", *_who(login), "--constraint", constraint, "-json", "-attributes", ",".join(wanted))


def history(login: Login, constraint: str, wanted: Sequence[str], before: str) -> Words:
    """The jobs that have left their queue, as JSON, the last one first, until the first of which `before` is true."""
    return ("jobsub_history", *_who(login), "--constraint", constraint, "-since", before, "-json", "-attributes", ",".join(wanted))


def queues() -> Words:
    """The schedds of the pool as its collector knows them: jobsub has no question for it."""
    return ("condor_status", "-schedd", "-json", "-attributes", "Name,JobQueueBirthdate")


def youngest(said: bytes) -> int | None:
    """When the youngest of these queues began; None, if it is told of none."""
    begun = [ad.get("JobQueueBirthdate") for ad in _ads(said)]
    return max((moment for moment in begun if isinstance(moment, int)), default=None)


def fetchlog(login: Login, ref: JobRef) -> Words:
    """The logs of a job, as an archive on the output."""
    return ("sh", "-c", FETCH, "sh", "jobsub_fetchlog", *_who(login), "-J", name(ref))


def _who(login: Login) -> Words:
    role = ROLES.get(login.role)
    return ("-G", login.group, *(("--role", role) if role else ()))


def ads(said: bytes) -> Iterator[Mapping[str, Any]]:
    """The jobs in an answer."""
    return (ad for ad in _ads(said) if "ClusterId" in ad)


def _ads(said: bytes) -> Iterator[Mapping[str, Any]]:
    """A list of each schedd, one after the other, with whatever is printed between."""
    text, decoder, place = said.decode(errors="replace"), json.JSONDecoder(), 0
    while (place := text.find("[", place)) >= 0:
        try:
            found, place = decoder.raw_decode(text, place)
        except json.JSONDecodeError:
            place += 1
            continue
        yield from (ad for ad in found if isinstance(ad, dict))


def schedd_of(ad: Mapping[str, Any]) -> str:
    """Who has it: the first part of its global name."""
    return str(ad.get("GlobalJobId", "")).partition("#")[0]


def told(said: bytes) -> list[tuple[str, str]]:
    """Clusters that a launch says it has made: schedd and number. A hint; the pool knows."""
    return [(schedd.decode(), cluster.decode()) for cluster, schedd in JOB_ID.findall(said)]


def answer(ref: JobRef, program: str, code: int, said: str) -> str:
    """What became of an order for this job: "" if it was done, or if there was nothing left to do."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    if code:
        return f"{program} ended with exit code {code}: {lines[-1] if lines else 'it printed nothing'}"
    mine = re.compile(rf"(?<![\d.]){re.escape(f'{ref.cluster}.{ref.proc}')}(?![\d.])")
    return next((f"{program}: {line}" for line in lines if mine.search(line) and COMPLAINT.search(line)), "")
