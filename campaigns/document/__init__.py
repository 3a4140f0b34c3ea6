"""A campaign as a document: plain frozen data, where None means 'not said' and () means 'said: nothing'. Pure."""
from campaigns.document.data import (
    HOUSE_DEFAULTS,
    UNSAID,
    Campaign,
    Dependency,
    JobType,
    LoginSetup,
    Pairs,
    Recovery,
    Settings,
    Stage,
    campaign_part,
    settled,
    version_part,
    without_loops,
)
from campaigns.document.fields import FIELDS, RECOVERY_KINDS, REQUESTS, Field
from campaigns.document.soundness import Problem, Unsound, check, notices, problems
from campaigns.document.spelling import from_json, lists_of, pairs_from, said, settings_from, to_json

__all__ = [
    "FIELDS", "HOUSE_DEFAULTS", "RECOVERY_KINDS", "REQUESTS", "UNSAID", "Campaign", "Dependency", "Field", "JobType", "LoginSetup",
    "Pairs", "Problem", "Recovery", "Settings", "Stage", "Unsound", "campaign_part", "check", "from_json", "lists_of", "notices",
    "pairs_from", "problems", "said", "settings_from", "settled", "to_json", "version_part", "without_loops",
]
