"""Every address there is, asked by everybody there is: what each answers is what the one table of rights says. Nobody is told more, nobody less.

    EVERYBODY=1         all of them over both campaigns (else those whom it concerns over the second)
    RESULT=file         how many pairs were tried, and the surprises, as JSON
"""
import json
import os
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client

from accounts import tokens
from accounts.models import Membership
from accounts.models.owned import Owned
from accounts.policy import SCOPES, Actor, Owner, Role, Scope, Verb, may
from campaigns import library
from campaigns.models import SavedView, Slice
from pomssite.kit import clock
from submissions import tokens as job_tokens
from submissions.models import GridCluster
from tests.http import test_strangers
from tests.http.test_strangers import ROUTES, filled
from tests.http.wants import EMPTY, OF, Want
from tests.makers import make_actor, make_user

scene = test_strangers.scene
PEOPLE = {      # name: experiment, role; ana made the second campaign
    "eve": ("nova", Role.SUPERUSER), "ana": ("dune", Role.ANALYSIS), "bob": ("dune", Role.ANALYSIS), "sam": ("dune", Role.SHIFTER),
    "pam": ("dune", Role.PRODUCTION), "sue": ("dune", Role.SUPERUSER), "root": ("dune", Role.SUPERUSER),
    "left": ("dune", Role.SUPERUSER), "off": ("dune", Role.SUPERUSER),
}
TOKENS = {f"token of {scope}": scope for scope in Scope}
JOBS = {"job of it": 1, "job of another": 2}     # which of the simulations
EVERYBODY = ["nobody", *PEOPLE, *TOKENS, *JOBS]
CONCERNED = ["ana", "bob", "sam", "pam", "sue"]
BOTH = EVERYBODY if os.environ.get("EVERYBODY") else CONCERNED
PROGRAMS = (".json", ".csv", ".zip")        # lists that tokens read
SAID = {"accounts:role": {"experiment": "dune", "role": "analysis"}}
PRODUCTION = Owner(0, "dune", Role.PRODUCTION)
seen: dict[str, list[str]] = {"pairs": [], "surprises": []}


@dataclass(frozen=True)
class Who:
    """Somebody, with the browser or program in which they come."""

    name: str
    client: Client
    actor: Actor | None = None      # as the table of rights knows them; None: it does not


def person(name: str) -> Who:
    experiment, role = PEOPLE[name]
    user, client = make_user(name, experiment, role), Client()
    user.is_superuser, user.is_active = name == "root", True
    user.save()
    client.force_login(user)
    session = client.session
    session["roles"] = {"dune": str(role)}
    session.save()
    if name == "left":
        Membership.objects.filter(user=user).update(active=False)
    type(user).objects.filter(pk=user.pk).update(is_active=name != "off")
    known = experiment == "dune" and name not in ("left", "off")
    return Who(name, client, Actor(name, user.pk, "dune", role, root=name == "root") if known else None)


def program(name: str, scene) -> Who:
    """With a token of pam's, or with that of a job."""
    pam = make_actor("pam")
    if name in JOBS:
        text, actor = job_tokens.make(scene.of("simulate")[JOBS[name]]), None
    else:
        text = tokens.make(name, [TOKENS[name]], 1, actor=pam, at=clock.now())[1]
        actor = Actor("pam", pam.user_id, "dune", Role.PRODUCTION, only=SCOPES[TOKENS[name]])
    return Who(name, Client(headers={"Authorization": f"Bearer {text}"}), actor)


def come(name: str, scene) -> Who:
    who = person(name) if name in PEOPLE else program(name, scene) if name in (*TOKENS, *JOBS) else Who(name, Client())
    who.client.raise_request_exception = False
    return who


def addresses(scene) -> dict[str, str]:
    """Each with things that are there, and deeds that can be asked for."""
    row, campaign = scene.of("simulate")[0], scene.campaign
    piece = Slice.objects.filter(stage__campaign=campaign).first()
    cluster = GridCluster.objects.filter(submission__stage__campaign=campaign).first()
    said = {"campaigns:frame": "/dune/frame/held/", "campaigns:named": f"/dune/campaigns/named/{campaign.name}/", "cluster": f"/c/{cluster.cluster}",
            "campaigns:restore": f"/dune/campaigns/{campaign.pk}/versions/1/restore/",
            "campaigns:slice_act": f"/dune/stages/{piece.stage_id}/slices/{piece.number}/again/", "old": "/show_campaigns/dune/production",
            "campaigns:template": f"/dune/templates/{next(iter(library.shipped()))}/",
            "members:ferry": "/dune/members/ferry/ask/", "members:shift": f"/dune/members/{make_actor().user_id}/begin/"}
    made = {name: filled(scene, address) for name, address in ROUTES}
    tags = {name: made[name].replace(row.tag, scene.of("simulate")[JOBS["job of it"]].tag) for name in made if name.startswith("submissions_api")}
    said["campaigns:view_drop"] = f"/dune/campaigns/views/{SavedView.objects.get().pk}/drop/"
    deeds = {"campaigns:plan_act": "apply", "campaigns:schedule_act": "pause"}
    return made | tags | {name: f"{made[name].removesuffix('hold/')}{deed}/" for name, deed in deeds.items()} | said


def expected(who: Who, want: object, address: str, method: str, owner: Owner) -> bool:
    """What the table says."""
    if want in (Want.OPEN, Want.JOB):
        return want is Want.OPEN or who.name == "job of it"
    if who.actor is None or want is Want.SHUT or who.name in TOKENS and not takes_tokens(address, method, who):
        return False
    return ASKED[want](who.actor, owner) if isinstance(want, Want) else may(who.actor, want, owner)


def takes_tokens(address: str, method: str, who: Who) -> bool:
    return address.startswith("/api/") or method == "get" and address.endswith(PROGRAMS) and Verb.VIEW in who.actor.only


ASKED = {
    Want.MEMBER: lambda actor, owner: True,
    Want.MAKES: lambda actor, owner: may(actor, Verb.CREATE, actor.makes),
    Want.MAKER: lambda actor, owner: actor.user_id == owner.user_id,
    Want.OWNER: lambda actor, owner: may(actor, Verb.ADMIN, PRODUCTION) or actor.user == "ann",
    Want.PRODUCTION: lambda actor, owner: may(actor, Verb.SCHEDULE, PRODUCTION),
    Want.SHIFTS: lambda actor, owner: may(actor, Verb.EDIT, PRODUCTION),
    Want.SHARED: lambda actor, owner: may(actor, Verb.EDIT, owner) or may(actor, Verb.EDIT, PRODUCTION),
    Want.ADMIN: lambda actor, owner: may(actor, Verb.ADMIN, PRODUCTION),
    Want.ROOT: lambda actor, owner: actor.root,
}


def reached(answer) -> bool:
    """It was not sent away: not to sign in, not refused, not told that there is nothing."""
    away = answer.status_code in (302, 303) and ("/sign-in/" in answer["Location"] or "/admin/login/" in answer["Location"])
    return not (away or answer.status_code in (401, 403, 404, 405))


def theirs(made_by: str) -> Owner:
    """The campaign and all about it is production's, as the scene has it; or ana's analysis."""
    if made_by == "ann":
        return Owner(make_actor("ann").user_id, "dune", Role.PRODUCTION)
    ana = make_user("ana", role=Role.ANALYSIS)
    for model in apps.get_models():
        if issubclass(model, Owned):
            model.objects.update(creator=ana, creator_role=Role.ANALYSIS)
    return Owner(ana.pk, "dune", Role.ANALYSIS)


def test_every_address_has_its_row():
    assert {name for name, _ in ROUTES} - OF.keys() == set() == OF.keys() - {name for name, _ in ROUTES}


@pytest.mark.parametrize(("name", "made_by"), [*product(EVERYBODY, ["ann"]), *product(BOTH, ["ana"])])
def test_everybody_reaches_what_the_table_says_and_nothing_else(scene, name, made_by):
    there, owner = addresses(scene), theirs(made_by)
    who = come(name, scene)
    cookies = dict(who.client.cookies)
    for route, address in there.items():
        for method, want in zip(("get", "post"), OF[route], strict=True):
            point = transaction.savepoint()
            who.client.cookies.clear(), who.client.cookies.update(cookies)
            judge(who, want, route, address, method, owner, getattr(who.client, method)(address, SAID.get(route)))
            transaction.savepoint_rollback(point)
    told()
    mine = [text for text in seen["surprises"] if text.startswith(f"{name} over {owner.role}")]
    assert mine == []


def judge(who, want, route, address, method, owner, answer):
    may_be = expected(who, want, address, method, owner)
    was = want is Want.OPEN or reached(answer)
    seen["pairs"].append(route)
    if answer.status_code == 500 or may_be != was and not (may_be and route in EMPTY):
        seen["surprises"].append(f"{who.name} over {owner.role}: {method} {address} ({route}) answers {answer.status_code}, and it takes {want}")


def told():
    if os.environ.get("RESULT"):
        Path(os.environ["RESULT"]).write_text(json.dumps(
            {"pairs": len(seen["pairs"]), "routes": len(set(seen["pairs"])), "who": len(EVERYBODY), "surprises": seen["surprises"]}))
