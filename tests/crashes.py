"""The machine dies: batch systems that do, before or after a job is sent."""
from tests.fakes import MemoryBatch


class Crash(BaseException):
    """Death: no handler of errors hears of it."""


class CrashingAfter(MemoryBatch):
    """Dies once, after the job was sent."""

    dead = False

    def submit(self, spec):
        refs = super().submit(spec)
        self._die()
        return refs

    def _die(self):
        first, self.dead = not self.dead, True
        if first:
            raise Crash


class CrashingBefore(CrashingAfter):
    """Dies once, before the job is sent."""

    def submit(self, spec):
        self._die()
        return super().submit(spec)
