"""The administration of people and experiments, and of what the libraries keep."""
from accounts.admin import libraries, people

__all__ = ["libraries", "people"]
