"""Hold, release, remove: one call for all of them, and an answer for each."""
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import htcondor2

from submissions.batch.condor.ads import SPOOLING, Ad, ref_of
from submissions.batch.condor.pool import Pool, Schedd
from submissions.batch.port import JobRef

HELD = 5
# deed -> what HTCondor calls it, and in which of its states a job has still to be told
DEEDS: dict[str, tuple[Any, tuple[int, ...]]] = {
    "hold":    (htcondor2.JobAction.Hold, (1, 2, 6, 7)),
    "release": (htcondor2.JobAction.Release, (HELD,)),
    "remove":  (htcondor2.JobAction.Remove, (1, 2, HELD, 6, 7)),
}
REFUSALS = (("TotalPermissionDenied", "permission denied"), ("TotalBadStatus", "not possible as it is now"), ("TotalError", "an error"),
            ("TotalNotFound", "no longer in the queue"))
PIECE = 500             # clusters in one question


@dataclass(frozen=True)
class Orders:
    """To the jobs of one schedd; `ours` is true of a job that POMS sent, `forgotten` of where to stop in the history."""

    pool: Pool
    schedd: Schedd
    ours: str
    forgotten: str

    def carry_out(self, deed: str, refs: Sequence[JobRef], why: str) -> dict[JobRef, str]:
        """"" for what is done, or what was over before; else what is wrong."""
        action, due = DEEDS[deed]
        before = self._in_queue(refs)
        answers = dict.fromkeys(before, "") | self._of_the_absent([ref for ref in refs if ref not in before])
        todo = [ref for ref in refs if ref in before and _is_due(before[ref], due)]
        if not todo:
            return answers
        counts = self.pool.act(self.schedd, action, [f"{ref.cluster}.{ref.proc}" for ref in todo], why)
        if counts["TotalSuccess"] + counts["TotalAlreadyDone"] == len(todo):
            return answers
        after = self._in_queue(todo)
        said = ", ".join(words for name, words in REFUSALS if counts[name]) or "no reason was given"
        return answers | {ref: f"{self.schedd.name} refused to {deed} {ref}: {said}" for ref in todo if ref in after and _is_due(after[ref], due)}

    def _in_queue(self, refs: Sequence[JobRef]) -> dict[JobRef, Ad]:
        wanted, asked = ("ClusterId", "ProcId", "JobStatus", "HoldReasonCode"), set(refs)
        ads = (ad for these in self._constraints(refs) for ad in self.pool.queue(self.schedd, these, wanted))
        return {ref: ad for ad in ads if (ref := ref_of(ad, self.schedd.name)) in asked}

    def _of_the_absent(self, refs: Sequence[JobRef]) -> dict[JobRef, str]:
        """Over, or never heard of."""
        ads = (ad for these in self._constraints(refs) for ad in self.pool.history(self.schedd, these, ("ClusterId", "ProcId"), self.forgotten))
        ended = {ref_of(ad, self.schedd.name) for ad in ads}
        return {ref: "" if ref in ended else f"{ref} is not known here" for ref in refs}

    def _constraints(self, refs: Sequence[JobRef]) -> list[str]:
        """By cluster: they are few, and the jobs of one are asked for together."""
        clusters = sorted({int(ref.cluster) for ref in refs if ref.cluster.isdecimal()})
        pieces = (clusters[n:n + PIECE] for n in range(0, len(clusters), PIECE))
        return [f"{self.ours} && ({' || '.join(f'ClusterId == {cluster}' for cluster in piece)})" for piece in pieces]


def _is_due(ad: Ad, due: tuple[int, ...]) -> bool:
    """A job whose inputs are on their way is held only for that time."""
    return ad["JobStatus"] in due and not (due == (HELD,) and ad.get("HoldReasonCode") == SPOOLING)
