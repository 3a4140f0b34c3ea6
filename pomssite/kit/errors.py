"""What may go wrong, said once, and how HTTP calls it; pages and the API put the sentence into their own form."""
from http import HTTPStatus

from django.core.exceptions import PermissionDenied


class PomsError(Exception):
    """A refusal with a sentence for a person."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class NotAllowed(PomsError, PermissionDenied):
    """Not for this person in this role. Also Django's own refusal, for doors that only know that."""

    status = HTTPStatus.FORBIDDEN


class Refused(PomsError):
    """The world outside said no: it surely did not happen."""


class NoAnswer(PomsError):
    """The world outside said nothing: it may have happened."""

    status = HTTPStatus.SERVICE_UNAVAILABLE


class Forgotten(NoAnswer):
    """It may have happened, and the world outside does not remember: to ask again will tell no more."""


class Conflict(PomsError):
    """Somebody else was quicker; nothing was changed, look again."""

    status = HTTPStatus.CONFLICT


class Invalid(PomsError):
    """What was said cannot be taken: the sentence names the field, the value and what to do."""
