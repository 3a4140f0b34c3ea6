"""The rows on which work is done: experiments, people, campaigns with their stages, and what steers them."""
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from random import Random

from django.contrib.auth.hashers import make_password

from accounts.models import Event, Experiment, Membership, User
from campaigns import document
from campaigns.document import Dependency as Edge
from campaigns.document import Settings
from campaigns.document import Stage as Part
from campaigns.models import (
    Campaign,
    CampaignTag,
    CampaignVersion,
    Dependency,
    Downtime,
    Hold,
    JobType,
    JobTypeRecovery,
    LoginSetup,
    Schedule,
    Stage,
    Tag,
)
from datasets.models import Definition
from tests.sizes import plan
from tests.sizes.plan import EXPERIMENTS, PEOPLE
from tests.sizes.pouring import fill

ROOT = "root"
LABELS = ("keepup", "mc10", "urgent", "calibration", "paper-2026", "nightly", "low-priority", "summer")
LATEST = "v10_12_0"
OWNED = ("experiment_id", "creator_id", "creator_role")
SETTINGS = Settings(software_version=LATEST, dataset="raw", login_setup="farm", job_type="reconstruct", memory_mb=2000, wall_s=28_800)
USERS = {name: number for number, name in enumerate((*PEOPLE, ROOT), 1)}


def people(password: str) -> None:
    """Members of every experiment, the last of them analysts; ann is also a superuser, root may everything. All have this password."""
    kept = make_password(password)
    fill(Experiment, ["name", "title"], [(name, name.upper()) for name in EXPERIMENTS])
    fill(User, ["id", "username", "first_name", "password", "is_superuser"],
         [(number, name, name.title(), kept, name == ROOT) for name, number in USERS.items()])
    roles = {"ann": "superuser", **dict.fromkeys(PEOPLE[9:], "analysis")}
    fill(Membership, ["user_id", "experiment_id", "role", "shifter"],
         [(USERS[name], experiment, roles.get(name, "production"), name == PEOPLE[-1]) for name in PEOPLE for experiment in EXPERIMENTS])


def shared(at: datetime) -> None:
    """What campaigns share: one job type with recoveries, one login setup, and what is meant by raw."""
    rows = [(number, name, USERS["ann"], "production") for number, name in enumerate(EXPERIMENTS, 1)]
    fill(JobType, ["id", *OWNED, "name", "launch_script", "output_file_patterns"],
         [(*row, "reconstruct", "fife_launch -c reconstruct.cfg", "%.root") for row in rows])
    kinds = ("consumed_status", "pending_files")
    fill(JobTypeRecovery, ["job_type_id", "order", "kind", "overrides"],
         [(number, order, kind, [["@memory_mb", "4000"]] if order else []) for number, *_ in rows for order, kind in enumerate(kinds)])
    fill(LoginSetup, ["id", *OWNED, "name", "host", "account", "setup"],
         [(*row, "farm", f"{row[1]}gpvm01.example.org", f"{row[1]}pro", "source setup.sh") for row in rows])
    fill(Definition, ["experiment_id", "name", "dimensions", "created_at"], [(name, "raw", "data_tier raw", at) for name in EXPERIMENTS])


def campaigns(made: Sequence[plan.Campaign], now: datetime, luck: Random) -> None:
    """Each with its stages, edges, versions, labels; those that go on have schedules, a few are held."""
    versions = list(_versions(made, now, luck))
    for number, campaign, *_ in versions:
        made[campaign - 1].version = number
    fill(Campaign, ["id", *OWNED, "name", "active", "created_at", "version_id", "defaults"],
         [(c.number, c.experiment, USERS[c.creator], _role(c), c.name, c.ends == 0, _moment(now, c.begins), c.version, document.said(SETTINGS))
          for c in made])
    fill(CampaignVersion, ["id", "campaign_id", "number", "document", "by", "at"], versions)
    fill(Stage, ["id", "campaign_id", "name", "settings", "order"],
         [(s.number, c.number, s.name, document.said(settings_of(s)), s.order) for c in made for s in c.stages])
    fill(Dependency, ["upstream_id", "downstream_id", "pattern"],
         [(s.above.number, s.number, "%.root") for c in made for s in c.stages if s.above])
    fill(Event, ["experiment_id", "what", "thing", "by", "role", "door", "after", "at"],
         [(c.experiment, "campaign created", f"campaign:{c.number}", c.creator, _role(c), "page", "version 1", _moment(now, c.begins)) for c in made])
    _labels(made, luck)
    _steering(made, now, luck)


def _role(campaign: plan.Campaign) -> str:
    return "analysis" if campaign.is_analysis else "production"


def _moment(now: datetime, seconds: float) -> datetime:
    return now + timedelta(seconds=seconds)


def settings_of(stage: plan.Stage) -> Settings:
    if stage.is_approval:
        return Settings(stage_type="approval", dataset="from_parent")
    return Settings(dataset="from_parent", join="each") if stage.above else Settings(split="drainingn(500)", keep_running=4)


def _versions(made: Sequence[plan.Campaign], now: datetime, luck: Random) -> Iterator[tuple]:
    """Some were changed more than once."""
    numbers = count(1)
    for campaign in made:
        doc = document.Campaign(
            campaign.name, campaign.experiment, defaults=SETTINGS, stages=tuple(Part(s.name, settings_of(s)) for s in campaign.stages),
            dependencies=tuple(Edge(s.above.name, s.name, "%.root") for s in campaign.stages if s.above))
        for number in range(1, 2 + int(luck.random() ** 3 * 6)):
            kept = document.to_json(replace(doc, note=f"version {number}"))
            yield next(numbers), campaign.number, number, kept, campaign.creator, _moment(now, campaign.begins * 0.9 ** number)


def _labels(made: Sequence[plan.Campaign], luck: Random) -> None:
    tags = {(experiment, name): number for number, (experiment, name) in enumerate(((e, n) for e in EXPERIMENTS for n in LABELS), 1)}
    fill(Tag, ["id", *OWNED, "name"], [(number, e, USERS["ann"], "production", n) for (e, n), number in tags.items()])
    fill(CampaignTag, ["tag_id", "campaign_id", "by_id"],
         [(tags[c.experiment, name], c.number, USERS[c.creator]) for c in made for name in luck.sample(LABELS, int(luck.random() ** 2 * 4))])


def _steering(made: Sequence[plan.Campaign], now: datetime, luck: Random) -> None:
    going = [campaign for campaign in made if campaign.ends == 0]
    soon = {campaign: now + timedelta(minutes=luck.randrange(1, 1440)) for campaign in going if luck.random() < 0.5}
    fill(Schedule, [*OWNED, "stage_id", "cron", "due_at", "next_at", "last_at", "launches"],
         [(c.experiment, USERS[c.creator], _role(c), c.stages[0].number, "15 */2 * * *", at, at, now, 400) for c, at in soon.items()])
    held = [campaign for campaign in going if luck.random() < 0.04] or going[:1]
    fill(Hold, ["campaign_id", "by_id", "role", "why", "at"],
         [(c.number, USERS["jkim"], "production", "the storage of the site is full", now - timedelta(hours=5)) for c in held])
    lifted = [(None, stage.number, USERS["alee"], "production", "new release", _moment(now, c.begins / 2), "alee", _moment(now, c.begins / 3))
              for c in made for stage in c.stages[1:2]]
    fill(Hold, ["campaign_id", "stage_id", "by_id", "role", "why", "at", "lifted_by", "lifted_at"], lifted)
    fill(Downtime, [*OWNED, "begins_at", "ends_at", "why"],
         [(e, USERS["ann"], "production", now - timedelta(days=30 * n), now - timedelta(days=30 * n - 1), "maintenance of the schedds")
          for e in EXPERIMENTS for n in range(2, 14)])
