"""What to run: a list of words, never a line for a shell. Pure."""
from dataclasses import dataclass


@dataclass(frozen=True)
class JobSpec:
    """All a batch system needs to know of one launch, and nothing of Django."""

    tag: str
    argv: tuple[str, ...]
    environment: tuple[tuple[str, str], ...] = ()
    inputs: tuple[tuple[str, str], ...] = ()    # (name, content): files of mode 0600 beside the job; the token is one
    style: str = "payload"                      # or `submitter`: a command that submits by itself
    jobs: int = 1
    memory_mb: int = 2000                       # a job over it is killed
    wall_s: int = 3600
    cpus: int = 1
    disk_mb: int = 10000
