"""People, what they belong to, what they made, and what was changed by whom."""
from accounts.models.events import Event
from accounts.models.news import News, Touch
from accounts.models.owned import Owned, OwnedQuerySet, require
from accounts.models.people import Experiment, Membership, User

__all__ = ["Event", "Experiment", "Membership", "News", "Owned", "OwnedQuerySet", "Touch", "User", "require"]
