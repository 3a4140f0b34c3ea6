"""HTCondor behind the port; `pool` talks to its daemons, `spec` says what is sent, `ads` what an answer means, `history` how far it reaches."""
from submissions.batch.condor.batch import HTCondorBatch

__all__ = ["HTCondorBatch"]
