"""Hold, release, remove: one call for all of them, and an answer for each."""
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import htcondor2

from submissions.batch.condor import factory
from submissions.batch.condor.ads import ENDS, SPOOLING, Ad, ref_of
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
        there = self._in_queue(refs)
        answers = {ref: "" for ref in refs if ref in there} | self._of_the_absent([ref for ref in refs if ref not in there])
        todo = [ref for ref in refs if ref in there and _is_due(there[ref], due)]
        whole = _whole(there, todo)
        early = {ref for ref in todo if factory.UNMADE in there[ref] and ref.cluster not in whole}
        single = [ref for ref in todo if ref not in early and ref.cluster not in whole]
        answers |= {ref: f"{ref} is not made yet: {deed} all jobs of its submission" for ref in early}
        return answers | self._told(action, due, single, whole, f"refused to {deed}", why)

    def grant(self, refs: Sequence[JobRef], memory_mb: int) -> dict[JobRef, str]:
        """To those that are held: what they ask for, and the limit of which POMS told them."""
        there = self._in_queue(refs)
        held = [f"{ref.cluster}.{ref.proc}" for ref in refs if ref in there and _is_due(there[ref], (HELD,)) and factory.UNMADE not in there[ref]]
        for name in ("RequestMemory", "PomsMemory") if held else ():
            self.pool.edit(self.schedd, held, name, str(memory_mb))
        return dict.fromkeys(refs, "")

    def _told(self, action: Any, due: tuple[int, ...], single: Sequence[JobRef], whole: Mapping[str, list[JobRef]], no: str,
              why: str) -> dict[JobRef, str]:
        """One call for single jobs, and one for each cluster as a whole; who is still as before was refused."""
        named = [*([[f"{ref.cluster}.{ref.proc}" for ref in single]] if single else []), *(f"ClusterId == {cluster}" for cluster in whole)]
        counts = Counter[str]()
        for jobs in named:
            counts.update(self.pool.act(self.schedd, action, jobs, why))
        if not whole and counts["TotalSuccess"] + counts["TotalAlreadyDone"] == len(single):
            return {}
        after = self._in_queue([*single, *chain.from_iterable(whole.values())])
        said = ", ".join(words for name, words in REFUSALS if counts[name]) or "no reason was given"
        told = (*single, *chain.from_iterable(whole.values()))
        return {ref: f"{self.schedd.name} {no} {ref}: {said}" for ref in told if ref in after and _is_due(after[ref], due)}

    def _in_queue(self, refs: Sequence[JobRef]) -> dict[JobRef, Ad]:
        """All jobs of their clusters."""
        wanted = ("ClusterId", "ProcId", "JobStatus", "HoldReasonCode", "EnteredCurrentStatus", *factory.WANTED)
        ads = (ad for these in self._constraints(refs) for ad in self.pool.queue(self.schedd, these, wanted))
        return {ref_of(ad, self.schedd.name): ad for ad in factory.unfolded(ads, "")}

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


def _whole(there: Mapping[JobRef, Ad], todo: Sequence[JobRef]) -> dict[str, list[JobRef]]:
    """Clusters with jobs still to be made that are told as a whole: none of their jobs in the queue is left out."""
    making = {ref.cluster for ref in todo if factory.UNMADE in there[ref]}
    asked = set(todo)
    partly = {ref.cluster for ref, ad in there.items() if ref.cluster in making and ref not in asked and ad["JobStatus"] not in ENDS}
    return {cluster: [ref for ref in todo if ref.cluster == cluster] for cluster in making - partly}


def _is_due(ad: Ad, due: tuple[int, ...]) -> bool:
    """A job whose inputs are on their way is held only for that time; one that is not made yet is held if its cluster is."""
    if factory.UNMADE in ad:
        return not factory.is_removed(ad) and (HELD if ad.get("JobFactoryPaused") == 1 else 1) in due
    return ad["JobStatus"] in due and not (due == (HELD,) and ad.get("HoldReasonCode") == SPOOLING)
