"""Which deeds want a reason: those that stop, end or overrule what runs, or give it to somebody else. One table."""
from pomssite.kit.errors import Invalid

HISTORY = "Say why: it is kept in the history."
SHIFTER = "Say why: the next shifter reads it."
ASKED = {       # what is said to whoever gives none
    "hold launches": "Say why the launches are held: the next shifter reads it.",
    "hold all launches": "Say why all launches are held: the next shifter reads it.",
    "hold the site": "Say why all launches of the site are held: everybody reads it.",
    "stop a campaign": "Say why the campaign is stopped: the next shifter reads it.",
    "change whether a campaign is active": "Say why: it is kept in the history of the campaign.",
    "delete a campaign": "Say why: it is kept in the history of the campaign.",
    "pause a schedule": SHIFTER,
    "end a schedule": SHIFTER,
    "plan a downtime": SHIFTER,
    "hold, release or kill jobs": "Say why: it is kept with the order.",
    "mark a submission": HISTORY,
    "recover": "Say why: it is kept with the recovery.",
    "launch once more": HISTORY,
    "do a slice again": HISTORY,
    "move a split": HISTORY,
    "act on many": "Say why: it is kept in the history of each. Nothing was changed.",
    "hand over": "Say why it is handed over: it is kept in the history of each.",
    "agree with FERRY": "Say why so many people leave or lose a role: it is kept in the history of each.",
}
FREE = frozenset({      # what goes on as it was meant to, or changes no work: whoever has a reason gives it
    "launch", "release launches", "release all launches", "release the site", "resume a campaign", "resume a schedule", "change a campaign",
    "rename a campaign",
})


def given(deed: str, why: str) -> str:
    """The reason without blanks around it. Invalid: there is none, and this deed wants one. KeyError: a deed that the table does not name."""
    if not why.strip() and deed not in FREE:
        raise Invalid(f"Reason is empty. {ASKED[deed]}")
    return why.strip()
