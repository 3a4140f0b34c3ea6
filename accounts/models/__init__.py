"""People, what they belong to, what they made, and what was changed by whom."""
from accounts.models.events import Event
from accounts.models.ferry import FerrySync
from accounts.models.news import News, Touch
from accounts.models.owned import Owned, OwnedQuerySet, require
from accounts.models.people import Experiment, Membership, User
from accounts.models.signon import Identity, LogoutHeard, SignedOn
from accounts.models.site import Held, Notice, SiteHold, Told
from accounts.models.tokens import ApiToken

__all__ = ["ApiToken", "Event", "Experiment", "FerrySync", "Held", "Identity", "LogoutHeard", "Membership", "News", "Notice", "Owned",
           "OwnedQuerySet", "SignedOn", "SiteHold", "Told", "Touch", "User", "require"]
