"""A document in another place: its stages use job types and login setups that are there instead of those it names or brings. Pure."""
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from campaigns.document.data import Campaign, Settings


@dataclass(frozen=True)
class Instead:
    """Names as the document says them, and what is used in their place."""

    login_setups: Mapping[str, str] = field(default_factory=dict)
    job_types: Mapping[str, str] = field(default_factory=dict)


AS_SAID = Instead()


def used(campaign: Campaign) -> tuple[list[str], list[str]]:
    """The login setups and the job types that its stages launch with, each once, in the order of the stages. Approvals launch nothing."""
    settled = [said for said in map(campaign.settled, campaign.stages) if said.stage_type != "approval"]
    return (list(dict.fromkeys(str(said.login_setup) for said in settled)), list(dict.fromkeys(str(said.job_type) for said in settled)))


def mapped(campaign: Campaign, instead: Instead) -> Campaign:
    """The same campaign with the names replaced; what is replaced is not brought along."""
    logins, types = ({this: that for this, that in names.items() if this != that} for names in (instead.login_setups, instead.job_types))
    return replace(
        campaign, defaults=_settings(campaign.defaults, logins, types),
        stages=tuple(replace(stage, settings=_settings(stage.settings, logins, types)) for stage in campaign.stages),
        login_setups=tuple(each for each in campaign.login_setups if each.name not in logins),
        job_types=tuple(each for each in campaign.job_types if each.name not in types))


def told(campaign: Campaign, instead: Instead) -> list[str]:
    """A sentence for each name that is replaced."""
    both = (("Login setup", instead.login_setups), ("Job type", instead.job_types))
    return [f"{kind} {this} of {campaign.name} is {that} here." for kind, names in both for this, that in names.items() if this != that]


def _settings(said: Settings, logins: Mapping[str, str], types: Mapping[str, str]) -> Settings:
    login, kind = said.login_setup, said.job_type
    return replace(said, login_setup=logins.get(login, login) if login else login, job_type=types.get(kind, kind) if kind else kind)
