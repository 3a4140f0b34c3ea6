"""Launches on login hosts. `script` and `tags` put together what the host is told, `ssh` tells it, `launches` reads its answers."""
from submissions.batch.login.host import LoginHostBatch

__all__ = ["LoginHostBatch"]
