"""The first word of an address: an experiment, unless it is a word that the site keeps for itself."""
from django.urls import register_converter

RESERVED = ("api", "admin", "oidc", "me", "poms", "static", "healthz", "readyz", "metrics", "c", "events")


class ExperimentName:
    """An experiment's name in an address."""

    regex = rf"(?!(?:{'|'.join(RESERVED)})/)[-a-zA-Z0-9_]{{1,32}}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(ExperimentName, "exp")
