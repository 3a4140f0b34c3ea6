"""The local batch system, a grid in a box; `queue` and `store` are its memory, `negotiator` and `starter` its hands."""
from submissions.batch.local.box import LocalBatch
from submissions.batch.local.stop import stop_all

__all__ = ["LocalBatch", "stop_all"]
