"""HTCondor's hold codes as one table: what each means, and the reason in words that a person can use."""
import re
from collections.abc import Mapping
from typing import Any

from submissions.jobholds import Hold

CODES: dict[int, Hold] = {
    1: Hold.PERSON, 15: Hold.PERSON,                                            # condor_hold; submitted on hold
    3: Hold.POLICY, 5: Hold.POLICY, 20: Hold.POLICY, 25: Hold.POLICY, 26: Hold.POLICY, 27: Hold.POLICY,     # the job's own policy, or the pool's
    4: Hold.CREDENTIAL, 23: Hold.CREDENTIAL,
    6: Hold.START, 17: Hold.START, 19: Hold.START, 21: Hold.START, 24: Hold.START, 35: Hold.START, 36: Hold.START, 43: Hold.START, 44: Hold.START,
    45: Hold.START, 48: Hold.START,                                             # no process, no container, a hook that failed
    **dict.fromkeys((7, 8, 9, 10, 11, 12, 13, 14, 18, 22), Hold.FILES),         # standard files, transfers, the working folder, the event log
    16: Hold.INPUTS,                                                            # being spooled; it is told as held once they are late
    32: Hold.DISK, 33: Hold.DISK,                                               # more to transfer than is allowed
    34: Hold.MEMORY,                                                            # out of resources
    46: Hold.TIME, 47: Hold.TIME,
}
SAID = (        # what such a code is really about stands in the reason alone
    (Hold.MEMORY, re.compile(r"memory|\brss\b|image ?size", re.IGNORECASE)), (Hold.DISK, re.compile(r"\bdisk", re.IGNORECASE)),
    (Hold.TIME, re.compile(r"wall|life ?time|run ?time|duration|\btoo long|\bran (?:for|longer)", re.IGNORECASE)),
)
BY_WORDS = frozenset({3, 21, 26, 34})
FIGURES = re.compile(r"limit of (?P<most>\d+) megabytes.*?usage: (?P<used>\d+) megabytes", re.IGNORECASE | re.DOTALL)


def kind(code: int, why: str) -> Hold | None:
    """None of a code that is not known."""
    found = next((hold for hold, words in SAID if code in BY_WORDS and words.search(why)), None)
    return found or CODES.get(code)


def reason(ad: Mapping[str, Any], code: int, sub: int | None, why: str, used_mb: int | None) -> str:
    """What is told of the job: how much it used of how much it had, where that is the matter, and HTCondor's own words and number."""
    number = f"(hold code {code}{f'.{sub}' if sub else ''})"
    over = _over(ad, why, used_mb) if kind(code, why) == Hold.MEMORY else ""
    return f"{over}{why} {number}" if why else f"{over}{number}"


def _over(ad: Mapping[str, Any], why: str, used_mb: int | None) -> str:
    found = FIGURES.search(why)
    asked = ad.get("RequestMemory")
    used, most = (int(found["used"]), int(found["most"])) if found else (used_mb, asked if type(asked) is int else None)
    return f"used {used:,} MB of {most:,} MB: " if used and most and used >= most else "over its memory: "
