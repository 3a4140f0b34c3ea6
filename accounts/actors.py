"""Who is asking, and in which role: the same answer for a page and for the API."""
from django.http import HttpRequest

from accounts.models import ApiToken, Held, User
from accounts.policy import Actor, Role, Verb, good_for
from pomssite.kit.errors import NotAllowed

USUAL = (Role.PRODUCTION, Role.SHIFTER, Role.ANALYSIS)     # what one acts as before choosing; superuser must be chosen


def roles(user, experiment: str) -> tuple[Role, ...]:
    """The roles this user may act in there; none for a stranger."""
    if user.is_superuser:
        return tuple(Role)
    found = user.belongs.get(experiment)
    return found.roles if found else ()


def actor_of(request: HttpRequest, experiment: str) -> Actor:
    """The signed-in person in the role chosen for this experiment, if they do hold it; else NotAllowed."""
    user, token = request.user, getattr(request, "token", None)
    mine = roles(user, experiment) if user.is_authenticated else ()
    if not mine or user.pk is None:
        raise NotAllowed(f"You are not a member of {experiment}. Ask its superusers, or choose another experiment.")
    if token is not None:
        return _by_token(token, experiment, mine, reads=request.method in ("GET", "HEAD"))
    door = "api" if request.path_info.startswith("/api/") else "page"
    chosen = request.session.get("roles", {}).get(experiment, "")
    role = Role(chosen) if chosen in mine else next(usual for usual in USUAL if usual in mine)
    return Actor(user.get_username(), user.pk, experiment, role, root=user.is_superuser, door=door)


def _by_token(token: ApiToken, experiment: str, mine: tuple[Role, ...], *, reads: bool) -> Actor:
    """The person in the role of the token, if they still hold it; never more than the token is good for, and never root."""
    if token.experiment_id != experiment:
        raise NotAllowed(f"This token is for {token.experiment_id} only.")
    if token.role not in mine:
        raise NotAllowed(f"{token.user} no longer holds the role {token.role} in {experiment}: this token is good for nothing.")
    only = good_for(token.scopes)
    if reads and Verb.VIEW not in only:
        raise NotAllowed(f"This token may not read: its scopes are {', '.join(token.scopes)}.")
    return Actor(token.user.get_username(), token.user_id, experiment, Role(token.role), only=only, door="api", token=str(token))


def site_hold(request: HttpRequest) -> Held | None:
    """Who holds the launches of all experiments; asked with the memberships."""
    return request.user.site_hold if request.user.is_authenticated else None


def root(username: str) -> Actor:
    """An administrator of the site who is named on the command line, in no experiment; else NotAllowed."""
    user = User.objects.filter(username=username, is_active=True, is_superuser=True).first()
    if user is None:
        raise NotAllowed(f"{username} is no administrator of the site.")
    return Actor(username, user.pk, "", Role.SUPERUSER, root=True, door="command")


def member(username: str, experiment: str, role: str, *, door: str = "command") -> Actor:
    """Somebody who is named, on the command line unless another door is said, in a role that they do hold; else NotAllowed with a sentence."""
    user = User.objects.filter(username=username, is_active=True).first()
    mine = roles(user, experiment) if user else ()
    if user is None or role not in mine:
        may = f"may act there as {', '.join(mine)}" if mine else "does not belong there"
        raise NotAllowed(f"{username} may not act as {role} of {experiment}: this user {may}.")
    return Actor(username, user.pk, experiment, Role(role), root=user.is_superuser, door=door)
