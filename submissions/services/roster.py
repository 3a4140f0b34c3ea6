"""The members of an experiment as FERRY says: asked while no transaction is open, decided purely, written all or nothing with what follows."""
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings as site
from django.db import transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from accounts import events, identities, members, reasons
from accounts.ferry.decision import LISTS, Decision, Said, decide
from accounts.models import Experiment, FerrySync, require
from accounts.policy import Actor, By, Owner, Role, Verb
from pomssite.kit.errors import Conflict, Invalid, NoAnswer, Refused
from pomssite.kit.loops import for_each
from pomssite.kit.registry import backend
from submissions import pulses
from submissions.services import departures

FERRY = By("ferry")
AGAIN = timedelta(minutes=10)       # after a look that came to nothing
EMPTY = "FERRY names nobody in any of its three lists"
log = logging.getLogger(__name__)


def is_on() -> bool:
    """This server knows where FERRY is."""
    return "default" in site.DIRECTORIES


def turn(*, now: Callable[[], datetime]) -> int:
    """One experiment, the one that is due longest: a task's time is enough for one. If more are due, the next is looked at at once."""
    if not is_on():
        return 0
    due = list(_due(now())[:2])
    done = for_each(due[:1], lambda row: _claim(row, at=now()) and bool(sync(row, now=now)), lambda row, why: _trouble(row, why, at=now()))
    if len(due) > 1:
        pulses.wake("ferry")
    return done


def _due(at: datetime) -> QuerySet[Experiment]:
    next_at = Subquery(FerrySync.objects.filter(pk=OuterRef("pk")).values("next_at"))
    rows = Experiment.objects.filter(active=True).exclude(ferry_unit="").annotate(next_at=next_at)
    return rows.filter(Q(next_at=None) | Q(next_at__lte=at)).order_by(F("next_at").asc(nulls_first=True), "pk")


def _claim(row: Experiment, *, at: datetime) -> bool:
    """Whoever is killed over it leaves it to a later turn, and the others are not behind it."""
    FerrySync.objects.get_or_create(experiment=row)
    free = FerrySync.objects.filter(Q(next_at=None) | Q(next_at__lte=at), pk=row.pk)
    return free.update(next_at=at + AGAIN) == 1


def _trouble(row: Experiment, why: str, *, at: datetime) -> None:
    """A fault of ours: nothing was changed."""
    with transaction.atomic():
        _noted(row, FerrySync.objects.get_or_create(experiment=row)[0], Decision(trouble=why), {}, at=at)


def sync(experiment: Experiment, *, now: Callable[[], datetime], door: str = "task") -> Decision:
    """Ask, decide, write. What another has changed while FERRY was asked is seen; a second look changes nothing."""
    said = ask(experiment)
    with transaction.atomic():
        Experiment.objects.select_for_update(no_key=True).get(pk=experiment.pk)
        FerrySync.objects.get_or_create(experiment=experiment)
        row = FerrySync.objects.select_for_update(no_key=True).get(experiment=experiment)
        found, at = _decided(experiment, said, agreed=row.agreed), now()
        if found.changes and not found.asks:
            by, why = By(FERRY.user, door=door), f"{row.agreed_by} agreed: {row.agreed_why}" if found.mark == row.agreed else ""
            changed = members.carry_out(found.changes, experiment.pk, by=by, at=at, why=why)
            departures.stand_down([member.user_id for member in changed], by=by, at=at)
        _noted(experiment, row, found, said, at=at)
    return found


@transaction.atomic
def lapse(*, at: datetime) -> int:
    """Of whom the single sign-on has told no groups for so long, what groups gave has ended; how many memberships."""
    gone = identities.lapsed(site.SIGN_ON, at=at) if site.SIGN_ON else []
    departures.stand_down({row.user_id for row in gone}, by=identities.BY, at=at)
    return len(gone)


def preview(experiment: Experiment) -> Decision:
    """What a look would come to now. Nothing is written."""
    said = ask(experiment)
    with transaction.atomic():
        return _decided(experiment, said, agreed="")


def ask(experiment: Experiment) -> dict[Role, Said]:
    """The three lists, or why there is none. After no answer the others are not asked: they would be late, too."""
    if not is_on() or not experiment.ferry_unit:
        raise Invalid(f"{experiment.pk} has no FERRY unit." if is_on() else "This server does not know where FERRY is: set POMS_FERRY_URL.")
    said: dict[Role, Said] = {}
    for role in LISTS:
        try:
            said[role] = backend("DIRECTORIES").members(experiment.ferry_unit, role)
        except Refused as no:
            said[role] = str(no)
        except NoAnswer as no:
            said[role] = str(no)
            break
    return said


def _decided(experiment: Experiment, said: dict[Role, Said], *, agreed: str) -> Decision:
    return decide(said, members.of(experiment.pk), apart=members.services(), most_percent=site.POMS_FERRY_MOST_PERCENT, agreed=agreed)


def _noted(experiment: Experiment, row: FerrySync, found: Decision, said: dict[Role, Said], *, at: datetime) -> None:
    """What became of it, for the page; the first time that something is wrong it is an event, and told on every page of its superusers."""
    trouble = found.trouble or (EMPTY if found.empty else found.asks)
    told = [change.words for change in found.changes]
    row.at, row.why, row.next_at = at, trouble, at + (min(AGAIN, _every()) if found.trouble else _every())
    row.outcome = row.FAILED if found.trouble else row.EMPTY if found.empty else row.WAITS if found.asks else row.DONE
    row.counts = {role: len(people) for role, people in said.items() if not isinstance(people, str)}
    if row.outcome in (row.DONE, row.WAITS):        # else what waits, and what was agreed to, is as it was
        row.waiting, row.mark = (told, found.mark) if found.asks else ([], "")
        row.agreed = row.agreed_by = row.agreed_why = ""
    if not trouble:
        row.done_at = at
        row.changes, row.changed_at = (told, at) if told else (row.changes, row.changed_at)
    row.save()
    _alarm(experiment, trouble[:300], at=at)


def _every() -> timedelta:
    return timedelta(seconds=site.POMS_FERRY_EVERY_S)


def _alarm(experiment: Experiment, trouble: str, *, at: datetime) -> None:
    if Experiment.objects.filter(pk=experiment.pk).exclude(ferry_trouble=trouble).update(ferry_trouble=trouble):
        told = events.event("members not as in FERRY" if trouble else "members as in FERRY", experiment, by=FERRY, at=at, why=trouble)
        told.experiment_id = experiment.pk
        events.record([told])
    if trouble:
        log.error("the members of %s were not changed: %s", experiment.pk, trouble)


@transaction.atomic
def soon(experiment: Experiment, *, actor: Actor, at: datetime) -> None:
    """Somebody does not want to wait for the next look."""
    require(actor, Verb.ADMIN, Owner.of_experiment(experiment.pk))
    FerrySync.objects.update_or_create(experiment=experiment, defaults={"next_at": at})
    _told("FERRY asked", experiment, actor, at=at)


@transaction.atomic
def agree(experiment: Experiment, mark: str, *, actor: Actor, at: datetime, why: str) -> None:
    """To exactly the changes of this mark. FERRY is asked once more: if it says anything else by then, nothing is changed."""
    require(actor, Verb.ADMIN, Owner.of_experiment(experiment.pk))
    reasons.given("agree with FERRY", why)
    row = FerrySync.objects.select_for_update(no_key=True).filter(experiment=experiment).first()
    if row is None or not mark or row.mark != mark:
        raise Conflict("What waits is not what you were shown. Look at it again. Nothing was changed.")
    row.agreed, row.agreed_by, row.agreed_why, row.next_at = mark, actor.user, why.strip()[:200], at
    row.save(update_fields=["agreed", "agreed_by", "agreed_why", "next_at"])
    _told("changes agreed to", experiment, actor, at=at, after="; ".join(f"{who} {what}" for who, what, _, _ in row.waiting), why=why.strip())


def _told(what: str, experiment: Experiment, actor: Actor, *, at: datetime, **more: str) -> None:
    told = events.event(what, experiment, by=actor.by(), at=at, **more)
    told.experiment_id = experiment.pk
    events.record([told])
    pulses.wake("ferry")
