"""What may go wrong, said once; each door turns these into its own answer."""
from django.core.exceptions import PermissionDenied


class PomsError(Exception):
    """A refusal with a sentence for a person."""


class NotAllowed(PomsError, PermissionDenied):
    """A 403: Django and the REST framework both know what to do with it."""


class Refused(PomsError):
    """The world outside said no: it surely did not happen."""


class NoAnswer(PomsError):
    """The world outside said nothing: it may have happened."""


class Conflict(PomsError):
    """Somebody else was quicker; nothing was changed, look again."""


class Invalid(PomsError):
    """What was said cannot be taken: the sentence names the field, the value and what to do."""
