"""What is strange in a pool, as its ads tell it: why a job is held, who removed it by hand, and clocks that are five minutes off."""
import classad2
import pytest

from submissions.batch.condor import history, holdcodes
from submissions.batch.condor.ads import report
from submissions.jobholds import Hold
from submissions.states import JobState

T = 1_795_420_000
H = Hold
CODES = {       # HTCondor's manual, "HoldReasonCode": what stands in the way
    H.PERSON: {1, 15}, H.POLICY: {3, 5, 20, 25, 26, 27}, H.CREDENTIAL: {4, 23}, H.FILES: {7, 8, 9, 10, 11, 12, 13, 14, 18, 22}, H.INPUTS: {16},
    H.START: {6, 17, 19, 21, 24, 35, 36, 43, 44, 45, 48}, H.DISK: {32, 33}, H.MEMORY: {34}, H.TIME: {46, 47},
}
CGROUP = "Job has gone over cgroup memory limit of 2000 megabytes. Peak usage: 2100 megabytes.  Consider resubmitting with a higher request_memory."


def held(code, why, **more):
    ad = {"ClusterId": 7, "ProcId": 3, "JobStatus": 5, "EnteredCurrentStatus": T, "HoldReasonCode": code, "HoldReason": why, **more}
    said = report(ad, "pool@", "lab1-1", "")
    assert said.state == JobState.HELD
    return said.hold, said.reason


@pytest.mark.parametrize("code", range(1, 50))
def test_each_code_of_htcondor_stands_for_one_kind(code):
    assert holdcodes.kind(code, "") == next((hold for hold, codes in CODES.items() if code in codes), None)


@pytest.mark.parametrize("code", [3, 21, 26, 34])
@pytest.mark.parametrize(("why", "wanted"), [
    ("memory usage exceeded", H.MEMORY), ("RSS above the limit", H.MEMORY), ("disk usage over request_disk", H.DISK), ("exceeded wall time", H.TIME),
    ("ran for two days", H.TIME), ("lifetime is over", H.TIME)])
def test_of_a_policy_its_words_say_what_it_is_about(code, why, wanted):
    assert holdcodes.kind(code, why) == wanted
    assert holdcodes.kind(13, why) == H.FILES, "a transfer is a transfer, whatever its path is called"


@pytest.mark.parametrize(("code", "why", "more", "said"), [
    (34, CGROUP, {}, f"used 2,100 MB of 2,000 MB: {CGROUP} (hold code 34)"),
    (26, "memory limit", {"HoldReasonSubCode": 1, "RequestMemory": 2000, "ResidentSetSize_RAW": 2100 * 1024},
     "used 2,100 MB of 2,000 MB: memory limit (hold code 26.1)"),
    (26, "memory limit", {"RequestMemory": 2000, "ResidentSetSize_RAW": 900 * 1024}, "over its memory: memory limit (hold code 26)"),
    (26, "memory limit", {"ResidentSetSize_RAW": 2100 * 1024}, "over its memory: memory limit (hold code 26)"),
    (13, "no such file", {}, "no such file (hold code 13)"), (34, "", {}, "over its memory: (hold code 34)"), (77, "", {}, "(hold code 77)"),
    (1, "via condor_hold (by user alice)", {}, "condor_hold by alice, not by POMS"), (1, "wrong energy (by user poms)", {}, "wrong energy")])
def test_the_reason_says_how_much_of_how_much(code, why, more, said):
    assert held(code, why, **more)[1] == said


def test_a_cluster_removed_by_hand_says_by_whom():
    ad = {"ClusterId": 7, "ProcId": 3, "JobStatus": 3, "EnteredCurrentStatus": T, "RemoveReason": "via condor_rm (by user alice)"}
    told = report(ad, "pool@", "lab1-1", "")
    assert (told.state, told.reason, told.hold) == (JobState.REMOVED, "condor_rm by alice, not by POMS", None)


@pytest.mark.parametrize(("theirs", "began"), [(T, T - 60), (T + 300, T - 360), (T - 300, T + 240), (T + 2, T - 60), (T - 2, T - 60), (None, T - 60)])
def test_a_queue_began_when_it_did_by_our_clock(theirs, began):
    """By a clock five minutes behind a queue that is younger than a launch would be older, and what it does not know surely absent."""
    assert history.born(T - 60, theirs, T) == began


@pytest.mark.parametrize("skew", [-300, 0, 300])
def test_the_search_for_a_launch_goes_back_behind_what_a_clock_that_is_off_calls_earlier(skew):
    """A job that was sent after `since` and ended at once left, by a clock five minutes behind, before `since`."""
    stops = classad2.ExprTree(history.before(str(T - history.SKEW_S)))
    assert stops.eval(classad2.ClassAd({"JobStatus": 4, "CompletionDate": T + 1 + skew, "LeaveJobInQueue": False})) is False
    assert stops.eval(classad2.ClassAd({"JobStatus": 4, "CompletionDate": T - 601, "LeaveJobInQueue": False})) is True
