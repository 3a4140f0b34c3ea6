"""The answer of a batch system of which some parts, a schedd or a login host, were silent."""
from collections.abc import Mapping

from pomssite.kit.errors import NoAnswer
from submissions.batch.port import JobRef, JobReport


class Partly(NoAnswer):
    """`look` was answered by some and not by others: why not by each of those, what the others told, and the cursor after it.

    `schedds`: those whose jobs may be untold; None: any job may."""

    def __init__(self, whom: Mapping[str, str], told: list[JobReport], cursor: str, schedds: frozenset[str] | None = None) -> None:
        super().__init__("; ".join(whom.values()))
        self.whom, self.told, self.cursor, self.schedds = whom, told, cursor, schedds

    def may_be_of(self, ref: JobRef) -> bool:
        """Whether this job may be one of those of whom nothing was told."""
        return self.schedds is None or ref.schedd in self.schedds
