"""Ways of looking at the list of campaigns, kept under a name: one's own, or shared with the experiment."""
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from accounts import events
from accounts.models import require
from accounts.policy import Actor, Owner, Role, Verb
from campaigns.models import SavedView
from pomssite.kit.errors import Conflict, Invalid, NotAllowed

MOST = 20


def seen(*, actor: Actor) -> QuerySet[SavedView]:
    """The actor's own and those that are shared."""
    rows: QuerySet[SavedView] = SavedView.objects.visible_to(actor)
    return rows.filter(Q(shared=True) | Q(creator_id=actor.user_id)).order_by("-shared", "name", "pk")


def may_share(*, actor: Actor) -> Owner:
    """Whose shared views are: the experiment's production."""
    return Owner(actor.user_id, actor.experiment, Role.PRODUCTION)


@transaction.atomic
def keep(name: str, words: str, *, shared: bool, actor: Actor, at: datetime) -> SavedView:
    """Under this name; one of the same name is replaced."""
    if shared:
        require(actor, Verb.EDIT, may_share(actor=actor))
    name = name.strip()
    if not name or len(name) > 60 or "\0" in name:
        raise Invalid(f"Name = {name[:80]}: give the view a name of at most 60 characters. Nothing was saved.")
    if len(words) > 500 or "\0" in words:
        raise Invalid("The view asks for too much to be kept: at most 500 characters. Nothing was saved.")
    mine = SavedView.objects.filter(experiment=actor.experiment, creator=actor.user_id, shared=shared, name=name)
    if not mine.exists() and seen(actor=actor).filter(creator=actor.user_id).count() >= MOST:
        raise Conflict(f"You have {MOST} views: drop one of them first. Nothing was saved.")
    mine.delete()
    row = _made(name, words, shared, actor)
    events.record([events.event("view saved", row, by=actor.by(), at=at, after=f"{name}: {words}")])
    return row


def _made(name: str, words: str, shared: bool, actor: Actor) -> SavedView:
    try:
        with transaction.atomic():
            return SavedView.objects.create(experiment_id=actor.experiment, creator_id=actor.user_id, creator_role=actor.makes.role,
                                            name=name, words=words, shared=shared)
    except IntegrityError as twice:
        raise Conflict(f"{actor.experiment} shares a view {name} already: choose another name. Nothing was saved.") from twice


@transaction.atomic
def drop(view: SavedView, *, actor: Actor, at: datetime) -> None:
    """One's own; a shared one whoever may share."""
    if view.creator_id != actor.user_id:
        if not view.shared:
            raise NotAllowed("This view is somebody else's own.")
        require(actor, Verb.EDIT, may_share(actor=actor))
    events.record([events.event("view dropped", view, by=actor.by(), at=at, before=f"{view.name}: {view.words}")])
    view.delete()
