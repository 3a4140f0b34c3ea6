"""What a job's ad means, as a report: states, times, why."""
import re
import signal
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from submissions.batch import endings
from submissions.batch.condor import holdcodes
from submissions.batch.port import JobRef, JobReport
from submissions.states import JobState

J = JobState
Ad = Mapping[str, Any]

STATES = {1: J.IDLE, 2: J.RUNNING, 3: J.REMOVED, 4: J.DONE, 5: J.HELD, 6: J.RUNNING, 7: J.RUNNING}
SITES = ("MATCH_GLIDEIN_Site", "MATCH_EXP_JOB_GLIDEIN_Site", "MATCH_EXP_JOBGLIDEIN_ResourceName", "MachineAttrGLIDEIN_Site0")
WANTED = ("ClusterId", "ProcId", "JobStatus", "EnteredCurrentStatus", "QDate", "NumShadowStarts", "NumHolds", "JobCurrentStartDate", "ExitCode",
          "ExitBySignal", "ExitSignal", "RemoteHost", "LastRemoteHost", "RemoteWallClockTime", "RemoteUserCpu", "RemoteSysCpu",
          "MemoryUsage", "ResidentSetSize", "ResidentSetSize_RAW", "HoldReason", "HoldReasonCode", "HoldReasonSubCode", "RemoveReason", "PomsWall",
          "PomsMemory", "RequestMemory", *SITES)
BY_USER, SPOOLING = 1, 16
BY_HAND = re.compile(r"via (?P<command>condor_(?:rm|hold)) \(by user (?P<user>[^()]*)\)")
SPOOLING_S = 600        # a job whose inputs have not come after so long waits for a person
ENDS = (3, 4)


def ref_of(ad: Ad, schedd: str) -> JobRef:
    """The job's name."""
    return JobRef(schedd, str(ad["ClusterId"]), int(ad["ProcId"]))


def report(ad: Ad, schedd: str, tag: str, site: str) -> JobReport:
    """What the ad says of its job. What a job used is told once it does not run: until then it changes every few seconds."""
    state, why = _state(ad)
    at_rest = state in (J.HELD, J.REMOVED, J.DONE, J.FAILED)
    started, ended = _number(ad, "JobCurrentStartDate"), ad["JobStatus"] in ENDS
    return JobReport(
        tag, ref_of(ad, schedd), state, heard_at(ad), attempt=_number(ad, "NumShadowStarts") or None,
        exit_code=_number(ad, "ExitCode") if ad["JobStatus"] == 4 and not ad.get("ExitBySignal") else None, signal=_signal(ad, state),
        site=next((str(ad[name]) for name in SITES if _text(ad, name)), None) or site or None, host=_host(ad),
        cpu_s=_used(ad, "RemoteUserCpu", "RemoteSysCpu") if at_rest else None, wall_s=_used(ad, "RemoteWallClockTime") if at_rest else None,
        memory_mb=_memory(ad) if at_rest else None, started_at=_moment(started), ended_at=heard_at(ad) if ended else None, reason=why,
        hold=holdcodes.kind(_number(ad, "HoldReasonCode") or 0, _text(ad, "HoldReason")) if state == J.HELD else None)


def heard_at(ad: Ad) -> datetime:
    """When the job came into its state, by the schedd's clock. That ticks in seconds: what happened to the job before, counted, gives the rest,
    so that of two changes within a second the later one was heard later."""
    starts, holds = _number(ad, "NumShadowStarts") or 0, _number(ad, "NumHolds") or 0
    place = {1: 1 if starts + holds else 0, 3: 2, 4: 2}.get(ad["JobStatus"], 0)
    return datetime.fromtimestamp(ad["EnteredCurrentStatus"], UTC).replace(microsecond=min(8 * (starts + holds) + place, 999_999))


def is_live(ad: Ad) -> bool:
    """Whether there is something to hold, release or remove."""
    return ad["JobStatus"] not in ENDS


def _state(ad: Ad) -> tuple[JobState, str | None]:
    status = ad["JobStatus"]
    if status == 5:
        return _held(ad)
    if status == 3:
        return _removed(ad)
    if status == 4:
        return _ended(ad)
    return STATES[status], None


def _held(ad: Ad) -> tuple[JobState, str | None]:
    """By whom, in words; while its inputs are on their way it is as good as idle."""
    code, why = _number(ad, "HoldReasonCode") or 0, _said(ad, "HoldReason")
    if code == SPOOLING:
        late = ad.get("ServerTime", 0) - ad["EnteredCurrentStatus"] > SPOOLING_S
        return (J.HELD, "its inputs have never come: remove it") if late else (J.IDLE, None)
    if code == BY_USER:
        return J.HELD, _by_hand(ad, "HoldReason") or why
    return J.HELD, holdcodes.reason(ad, code, _number(ad, "HoldReasonSubCode"), why, _memory(ad))


def _removed(ad: Ad) -> tuple[JobState, str | None]:
    """By a person; or by the limits that it was sent with, and then it has failed. Those of a job that was not sent by POMS are its own."""
    why = _said(ad, "RemoveReason")
    if "PeriodicRemove" not in why:
        return J.REMOVED, _by_hand(ad, "RemoveReason") or why or None
    if "PomsMemory" not in ad:
        return J.FAILED, why
    memory, most, wall = _memory(ad) or 0, _number(ad, "PomsMemory") or 0, _number(ad, "PomsWall") or 0
    if memory > most:
        return J.FAILED, f"used {memory} MB, {most} MB requested"
    ran = ad["EnteredCurrentStatus"] - (_number(ad, "JobCurrentStartDate") or ad["EnteredCurrentStatus"])
    return J.FAILED, f"ran {ran} s, {wall} s requested"


def _ended(ad: Ad) -> tuple[JobState, str | None]:
    why = endings.how(_number(ad, "ExitCode"), _number(ad, "ExitSignal") if ad.get("ExitBySignal") else None)
    return (J.FAILED if why else J.DONE), why


def _signal(ad: Ad, state: JobState) -> int | None:
    if ad["JobStatus"] == 4 and ad.get("ExitBySignal"):
        return _number(ad, "ExitSignal")
    return int(signal.SIGKILL) if ad["JobStatus"] == 3 and state == J.FAILED else None


def _host(ad: Ad) -> str | None:
    """`slot1_2@node.site` is of node.site."""
    said = _text(ad, "RemoteHost") or _text(ad, "LastRemoteHost")
    return said.rpartition("@")[2] or None


def _memory(ad: Ad) -> int | None:
    """MiB at the most: HTCondor rounds its own number up by a quarter, so the measured one if it is told."""
    kib = _number(ad, "ResidentSetSize_RAW") or _number(ad, "ResidentSetSize")
    return -(-kib // 1024) if kib else _number(ad, "MemoryUsage")


def _used(ad: Ad, *names: str) -> float | None:
    said = [ad[name] for name in names if type(ad.get(name)) in (int, float)]
    return round(float(sum(said)), 3) if said else None


def _by_hand(ad: Ad, name: str) -> str:
    """With a command of HTCondor, without a reason: by whom is all that there is to say."""
    found = BY_HAND.fullmatch(_text(ad, name))
    return f"{found['command']} by {found['user']}, not by POMS" if found else ""


def _said(ad: Ad, name: str) -> str:
    return re.sub(r" \(by user [^()]*\)$", "", _text(ad, name))


def _text(ad: Ad, name: str) -> str:
    said = ad.get(name)
    return said if isinstance(said, str) else ""


def _number(ad: Ad, name: str) -> int | None:
    said: Any = ad.get(name)
    return int(said) if type(said) in (int, float) else None      # an undefined value is a number too, by its class


def _moment(seconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
