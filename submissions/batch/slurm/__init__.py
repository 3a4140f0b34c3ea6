"""Slurm behind the port; `commands` asks its programs, `records` says what their answers mean, `jobcomp` remembers the ended, `spec` what is sent."""
from submissions.batch.slurm.batch import SlurmBatch

__all__ = ["SlurmBatch"]
