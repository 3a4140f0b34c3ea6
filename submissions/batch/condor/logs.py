"""What a job wrote, and HTCondor's own diary of it, as files in the folder of its launch."""
import re
from pathlib import Path

from submissions.batch.condor.ads import Ad, report
from submissions.states import JobState

J = JobState
# HTCondor's number of an event -> what the job is after it, in our words
AFTER = {"000": J.IDLE, "001": J.RUNNING, "004": J.IDLE, "009": J.REMOVED, "012": J.HELD, "013": J.IDLE}
EVENT = re.compile(r"^(\d{3}) \([\d.]+\) (\S+ \S+) (.*)$", re.MULTILINE)


def path_of(folder: Path, ad: Ad, kind: str) -> Path:
    """Where it is, once it has been brought back."""
    return folder / f"{ad['ProcId']}.{kind}"


def diary(folder: Path | None, ad: Ad) -> bytes:
    """Its events, each with the state that it led to; without the file of them, what the job's ad tells of its times."""
    try:
        text = path_of(folder, ad, "log").read_text(errors="replace") if folder else ""
    except FileNotFoundError:
        text = ""
    return (EVENT.sub(lambda event: f"{event[2]} {_word(event[1], ad)} {event[3]}", text) if text else _times(ad)).encode()


def _word(number: str, ad: Ad) -> str:
    """What an end came to stands in the ad."""
    return report(ad, "", "", "").state if number == "005" else AFTER.get(number, "event").lower()


def _times(ad: Ad) -> str:
    told = report(ad, "", "", "")
    times = [(ad.get("QDate"), J.IDLE), (ad.get("JobCurrentStartDate"), J.RUNNING), (ad["EnteredCurrentStatus"], told.state)]
    lines = [f"{at} {state}" for at, state in times if isinstance(at, int)]
    return "".join(f"{line}\n" for line in lines) + (f"{told.reason}\n" if told.reason else "")
