"""Who people are for the single sign-on, and which of their sessions it began."""
from django.db import models

from accounts.models.people import User


class Identity(models.Model):
    """The person whom this issuer calls by this subject; nobody else ever is, whatever else the issuer says of them."""

    user = models.OneToOneField(User, models.CASCADE, related_name="identity")
    issuer = models.CharField(max_length=250, help_text="as the provider writes it in its tokens, letter by letter")
    subject = models.CharField(max_length=255, help_text="what the provider calls the person in its claim sub")

    grouped_at = models.DateTimeField(null=True, editable=False, help_text="when the provider last told the person's groups")

    class Meta:
        verbose_name_plural = "identities"
        constraints = [models.UniqueConstraint(fields=["issuer", "subject"], name="one_person_a_subject")]

    def __str__(self) -> str:
        return f"{self.user} is {self.subject} of {self.issuer}"


class SignedOn(models.Model):
    """A session that a sign-on began: the provider may end it, by its own name for it."""

    identity = models.ForeignKey(Identity, models.CASCADE, related_name="sessions")
    sid = models.CharField(max_length=255, blank=True, help_text="what the provider calls its session")
    session = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "sessions of the sign-on"

    def __str__(self) -> str:
        return f"session of {self.identity.user_id} since {self.at:%Y-%m-%d %H:%M}"


class LogoutHeard(models.Model):
    """A logout token that was obeyed: it counts once."""

    jti = models.CharField(max_length=255, unique=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "logouts that the provider told"

    def __str__(self) -> str:
        return self.jti
