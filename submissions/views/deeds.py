"""The deeds that concern a submission, as its pages offer them."""
from dataclasses import dataclass

from accounts.policy import Actor, Verb
from submissions.models import Submission
from submissions.services.deeds import DEEDS, RECOVER, Deed, why_not
from submissions.states import Status


@dataclass(frozen=True)
class Offer:
    """A deed as a page offers it: at once, or not now, with the reason."""

    deed: Deed
    why_not: str


def offers(submission: Submission, actor: Actor) -> list[Offer]:
    """All that concern it; what may not be done is shown with the reason. Approving concerns approval stages alone."""
    approval = submission.status == Status.AWAITING
    found = [Offer(deed, why_not(deed, submission, actor=actor)) for deed in [*DEEDS.values(), RECOVER] if approval == (deed.verb == Verb.APPROVE)]
    return [offer for offer in found if not (offer.deed.seldom and offer.why_not)]


def possible(submission: Submission, actor: Actor) -> list[Deed]:
    """Those that may be done now, as the menu of a row offers them."""
    return [offer.deed for offer in offers(submission, actor) if not offer.why_not]
