"""Experiments, people, and who belongs where."""
from typing import Any

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property

from accounts.models.site import Held, Notice, SiteHold, Told
from accounts.models.site import held as site_held
from accounts.models.site import notice as site_notice
from accounts.policy import Role, held


class Experiment(models.Model):
    """The collaboration that owns rows; the wall between strangers. Its settings are columns with a type."""

    name = models.SlugField(max_length=32, primary_key=True)
    title = models.CharField(max_length=120, unique=True)
    active = models.BooleanField(default=True)
    launches_held_by = models.CharField(max_length=150, blank=True, help_text="who holds every launch of the experiment; empty: nobody")
    launches_held_why = models.CharField(max_length=200, blank=True)
    launches_held_at = models.DateTimeField(null=True, blank=True)
    batch_group = models.CharField(max_length=64, blank=True, help_text="empty: the experiment's name")
    ferry_unit = models.CharField(max_length=64, blank=True, help_text="who belongs here is read from this FERRY unit; empty: not at all")
    catalogue = models.CharField(max_length=32, default="default", help_text="which of DATA_HANDLERS knows its files")
    launch_limit = models.PositiveIntegerField(default=0, help_text="submissions at work at once; 0: no limit")
    job_limit = models.PositiveIntegerField(default=0, help_text="a launch waits while so many jobs are at work; 0: no limit")
    new_patience_h = models.PositiveIntegerField(default=4, help_text="hours after which a launch that nobody heard of has failed")
    stale_after_d = models.PositiveIntegerField(default=7, help_text="days without a submission after which a campaign is proposed for rest")
    logbook = models.URLField(blank=True)
    service_desk = models.URLField(blank=True)
    ferry_trouble = models.CharField(max_length=300, blank=True, editable=False, help_text="why its members are not as FERRY says")
    silent = models.JSONField(default=dict, editable=False, help_text="batch systems from which nothing is heard, and since when")
    ending = models.JSONField(default=list, editable=False, help_text="credentials of launches that end soon: role, user, kind, until, wrong")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Users(UserManager["User"]):
    """Whoever is made here is no staff by a flag."""

    def _create_user_object(self, username: str, email: str | None, password: str | None, **more: Any) -> "User":
        more.pop("is_staff", None)
        return super()._create_user_object(username, email, password, **more)   # type: ignore[misc]


class User(AbstractUser):
    """A person or a service; who they are for the single sign-on is their `Identity`."""

    PERSON, SERVICE = "person", "service"

    kind = models.CharField(max_length=8, default=PERSON, choices=[(PERSON, PERSON), (SERVICE, SERVICE)])
    objects = Users()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(kind__in=["person", "service"]), name="user_kind_is_one")]

    @property
    def is_staff(self) -> bool:     # type: ignore[override]
        """Who may enter the administration: root, and who is a superuser of an experiment, as this request finds it."""
        return self.is_superuser or bool(self.superuser_of)

    @property
    def superuser_of(self) -> tuple[str, ...]:
        """The experiments whose superuser this is: what the administration shows them."""
        return tuple(name for name, row in self.belongs.items() if row.role == Role.SUPERUSER)

    @cached_property
    def belongs(self) -> dict[str, "Membership"]:
        """To which experiments, as a request begins with it: asked once."""
        mine = self.memberships.filter(active=True, experiment__active=True).select_related("experiment")
        return {row.experiment_id: row for row in mine.annotate(site_hold=SiteHold.objects.told(), notice=Notice.objects.told())}

    @cached_property
    def site_hold(self) -> Held | None:
        """Who holds the launches of the whole site: came with the memberships; who has none asks."""
        told = [row.site_hold for row in self.belongs.values()]     # type: ignore[attr-defined]
        return site_held(told[0] if told else SiteHold.objects.now())

    @cached_property
    def notice(self) -> Told | None:
        """What everybody is told: in the same way."""
        told = [row.notice for row in self.belongs.values()]        # type: ignore[attr-defined]
        return site_notice(told[0] if told else Notice.objects.now())


class Membership(models.Model):
    """A person belongs to an experiment with a highest role; a shifter is one for as long as the flag stands."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    experiment = models.ForeignKey(Experiment, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=24, default=Role.ANALYSIS, choices=[(r.value, r.value) for r in Role if r != Role.SHIFTER])
    shifter = models.BooleanField(default=False)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "experiment"], name="one_membership_each")]

    def __str__(self) -> str:
        return f"{self.user} of {self.experiment_id}"

    @property
    def roles(self) -> tuple[Role, ...]:
        """Those that the member may act in."""
        return held(Role(self.role), shifter=self.shifter)

    @property
    def answers_for(self) -> frozenset[Role]:
        """The roles in which what is theirs goes on by itself; what a shifter launches is the production's."""
        lent = (Role.PRODUCTION,) if self.shifter else ()
        return frozenset((*self.roles, *lent)) if self.active else frozenset()
