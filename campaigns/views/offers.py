"""What a person may do about a reason: one row an act, with the page that asks once more before anything is done."""
from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from accounts.policy import Actor, Verb, may
from campaigns.models import Campaign
from submissions.services.outlook import Reason

Address = Callable[[str, Campaign, Reason], str]


@dataclass(frozen=True)
class Act:
    """What the button says, who may press it, and where it leads."""

    label: str
    verb: Verb
    address: Address
    asks: bool = True       # its page opens as a dialogue


@dataclass(frozen=True)
class Offer:
    """An act as a panel shows it: the first of a reason is the one that is proposed."""

    label: str
    address: str
    allowed: bool
    asks: bool


def _of_submission(deed: str) -> Address:
    return lambda exp, campaign, reason: reverse("submissions:act", args=[exp, reason.submission.pk, deed])     # type: ignore[union-attr]


def _submission(more: str = "") -> Address:
    return lambda exp, campaign, reason: reverse("submissions:submission", args=[exp, reason.submission.pk]) + more  # type: ignore[union-attr]


def _of_campaign(deed: str) -> Address:
    return lambda exp, campaign, reason: reverse("campaigns:act", args=[exp, campaign.pk, deed])


def _of_stage(name: str, *more: str, words: str = "") -> Address:
    return lambda exp, campaign, reason: reverse(f"campaigns:{name}", args=[exp, reason.stage.pk, *more]) + words   # type: ignore[union-attr]


def _of_schedule(name: str, *more: str) -> Address:
    return lambda exp, campaign, reason: reverse(f"campaigns:{name}", args=[exp, reason.schedule, *more])


ACTS: dict[str, Act] = {
    "approve": Act("Approve…", Verb.APPROVE, _of_submission("approve")),
    "decline": Act("Decline…", Verb.APPROVE, _of_submission("decline")),
    "release jobs": Act("Release…", Verb.HOLD, _of_submission("release")),
    "recover": Act("Recover…", Verb.DO, lambda exp, campaign, reason: reverse(
        "submissions:recover", args=[exp, reason.submission.pk]), asks=False),      # type: ignore[union-attr]
    "all stuck": Act("Show them all", Verb.VIEW, lambda exp, campaign, reason: reverse(
        "submissions:list", args=[exp]) + f"?stage={reason.stage.pk}&status=stuck", asks=False),     # type: ignore[union-attr]
    "locate": Act("Mark located…", Verb.DO, _of_submission("locate")),
    "jobs": Act("Show jobs", Verb.VIEW, _submission("?state=held"), asks=False),
    "submission": Act("Show submission", Verb.VIEW, _submission(), asks=False),
    "release campaign": Act("Release launches…", Verb.HOLD, _of_campaign("release")),
    "resume campaign": Act("Resume campaign…", Verb.DO, _of_campaign("resume")),
    "release stage": Act("Release launches…", Verb.HOLD, _of_stage("stage_act", "release")),
    "activate": Act("Activate…", Verb.EDIT, _of_campaign("activate")),
    "launch": Act("Launch…", Verb.DO, _of_stage("launch")),
    "test": Act("Test launch…", Verb.DO, _of_stage("launch", words="?test=1")),
    "at work": Act("Show what is at work", Verb.VIEW, lambda exp, campaign, reason: f"{reverse('submissions:list', args=[exp])}?{reason.look}",
                   asks=False),
    "slices": Act("Show slices", Verb.VIEW, _of_stage("slices"), asks=False),
    "resume": Act("Resume…", Verb.SCHEDULE, _of_schedule("schedule_act", "resume")),
    "schedule": Act("Show schedule", Verb.VIEW, _of_schedule("schedule"), asks=False),
}


def with_offers(reasons: list[Reason], campaign: Campaign, actor: Actor) -> list[tuple[Reason, list[Offer]]]:
    """Each reason with what can be done about it."""
    return [(reason, [_offer(ACTS[name], reason, campaign, actor) for name in reason.acts if _has(reason, name)]) for reason in reasons]


def _has(reason: Reason, name: str) -> bool:
    """What it is done to is there."""
    return reason.stage is not None if name in ("launch", "test") else True


def _offer(act: Act, reason: Reason, campaign: Campaign, actor: Actor) -> Offer:
    return Offer(act.label, act.address(campaign.experiment_id, campaign, reason), may(actor, act.verb, campaign.owner), act.asks)
