"""Which login setup and job type is used in place of which: the fields of a form that asks, and what was chosen."""
from collections.abc import Mapping
from dataclasses import dataclass

from campaigns import document
from campaigns.document.mapping import Instead, used
from campaigns.document.values import storable
from campaigns.services import templates

LOGIN, TYPE = "login-", "type-"


@dataclass(frozen=True)
class Choice:
    """One name that a document uses. `here`: the experiment has one of that name; `known`: all that it has."""

    field: str
    label: str
    name: str
    known: list[str]
    chosen: str

    @property
    def here(self) -> bool:
        return self.name in self.known


def chosen(said: Mapping[str, str]) -> Instead:
    """Only what is named; an empty choice leaves a name as it is."""
    logins, types = ({name.removeprefix(start): value for name, value in said.items() if name.startswith(start) and value} for start in (LOGIN, TYPE))
    return Instead(logins, types)


def choices(doc: document.Campaign, instead: Instead, *, experiment: str) -> list[Choice]:
    """Login setups first, in the order of the stages that use them; no name that cannot be shown."""
    (known_logins, known_types), (logins, types) = templates.known(experiment), (filter(storable, names) for names in used(doc))
    return [*(Choice(f"{LOGIN}{name}", "Login setup", name, known_logins, instead.login_setups.get(name, "")) for name in logins),
            *(Choice(f"{TYPE}{name}", "Job type", name, known_types, instead.job_types.get(name, "")) for name in types)]
