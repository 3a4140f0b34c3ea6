"""Where the page of a thing is that an event names: campaign:4. Names of views, so that no app below knows one above."""
from django.urls import reverse

PAGES = {
    "submission": "submissions:submission", "campaign": "campaigns:campaign", "stage": "campaigns:stage", "schedule": "campaigns:schedule",
    "bulkact": "submissions:bulk_act", "template": "campaigns:template", "plan": "campaigns:plan",
}
LISTS = {"downtime": "campaigns:downtimes", "apitoken": "tokens:list", "savedview": "campaigns:views"}      # it has no page, the list of its like has


def address(thing: str, experiment: str | None) -> str:
    """Its page, or a list in which it stands; "" if there is none."""
    kind, _, key = thing.partition(":")
    if not experiment or not key.isascii() or not key.isdecimal():
        return ""
    if kind in PAGES:
        return reverse(PAGES[kind], args=[experiment, int(key)])
    return reverse(LISTS[kind], args=[experiment]) if kind in LISTS else ""


def history(thing: str, experiment: str | None) -> str:
    """All that happened to it."""
    kind, _, key = thing.partition(":")
    known = experiment and key.isascii() and key.isdecimal() and kind.isalpha()
    return reverse("audit:of", args=[experiment, kind, int(key)]) if known else ""
