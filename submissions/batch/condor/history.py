"""How far back a schedd remembers the jobs that left its queue."""
import time
from datetime import datetime

from submissions.batch.condor.ads import Ad
from submissions.batch.condor.pool import Pool, Schedd

KEPT_S = 30 * 86400
GONE_S = 3600
SKEW_S = 600            # so far may a schedd's clock be off ours
ANSWER_S = 2            # so much is not the clock's fault
ROTATION = ("MAX_HISTORY_LOG", 20_971_520), ("HISTORY_HELPER_MAX_HISTORY", 10_000)
FEW = 5000              # ads that are weighed one by one
BY_DATE = ("ROTATE_HISTORY_DAILY", "ROTATE_HISTORY_MONTHLY")
NEVER = "ClusterId == 0"      # the tools take no bare `false`


def before(moment: str) -> str:
    """True of a job that left the queue before then. History is in the order of leaving: whatever stands behind such a job left before then too.

    Only a job that ended by itself and was not kept says when it left; one that was kept to be fetched left in KEPT_S at the latest, and one that
    was removed may have stayed for days.
    """
    return f"JobStatus == 4 && CompletionDate + (LeaveJobInQueue =?= false ? 0 : {KEPT_S}) < ({moment})"


def _left_before(moment: int) -> str:
    """The same for a witness alone: a job that was removed while nothing of it ran, and that was not kept, left within the hour."""
    at_once = "JobStatus == 3 && JobUniverse == 5 && (LastJobStatus == 1 || LastJobStatus == 5) && LeaveJobInQueue =?= false"
    return f"({before(str(moment))}) || ({at_once} && EnteredCurrentStatus + {GONE_S} < {moment})"


def reaches_back(pool: Pool, schedd: Schedd, since: datetime) -> bool:
    """Whether a job that was sent then and has left the queue would surely be found in the history."""
    begun = int(since.timestamp())
    if begun <= born(schedd.born, pool.clock(schedd), int(time.time())):
        return False                # another queue than the one of that time, or of the same second: who knows
    if pool.history(schedd, _left_before(begun - SKEW_S), ["ClusterId"], NEVER, most=1):
        return True
    return _is_whole(pool, schedd)


def born(said: int, theirs: int | None, ours: int) -> int:
    """When the queue began, by our clock: the schedd tells it by its own. A second or two are the time that its answer took."""
    ahead = 0 if theirs is None else theirs - ours
    return said - ahead if abs(ahead) > ANSWER_S else said


def _is_whole(pool: Pool, schedd: Schedd) -> bool:
    """Whether nothing was ever dropped: then the file that is full, of a known size, would still be there beside the newest."""
    if any(pool.setting(schedd, name, "false").lower() not in ("false", "0", "") for name in BY_DATE):
        return False
    if int(pool.setting(schedd, "MAX_HISTORY_ROTATIONS", "2")) < 1:
        return False
    size, most = (int(pool.setting(schedd, name, str(unsaid))) for name, unsaid in ROTATION)
    count = len(pool.history(schedd, "true", ["ClusterId"], NEVER, most=most))
    return count < min(most, FEW) and _bytes(pool.history(schedd, "true", [], NEVER, most=most)) < size


def _bytes(ads: list[Ad]) -> int:
    return sum(len(str(ad)) for ad in ads)
