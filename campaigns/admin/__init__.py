"""The administration's view of campaigns: to be looked at."""
from campaigns.admin import rows, steering

__all__ = ["rows", "steering"]
