"""The administration's view of what runs: to be looked at only, since ledgers alone write it."""
from submissions.admin import background, rows, summaries

__all__ = ["background", "rows", "summaries"]
