"""The table of keys: which section holds what, under which name. docs/campaign-file.md is this table in words. Pure."""
import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

from campaigns.document import FIELDS

SETTINGS_KEYS = {"dataset": "dataset_or_split_data", "split": "cs_split_type", "test_split": "test_split_type",
                 "clear_schedule": "default_clear_cronjob"}     # where the key is not the field's own name
NEW = ("test_split", "join", "keep_running", "keep_stop", "recover_failed", "recovery_limit", "patience_s",
       "force_located_after_s", "release_held", "limit", "job_limit", "jobs", "memory_mb", "wall_s", "cpus",
       "disk_mb")       # files of the old form cannot say them


@dataclass(frozen=True)
class Key:
    """What a key of format 2 sets, and how its value is spelled."""

    field: str
    kind: str


def _same(kinds: dict[str, str]) -> dict[str, Key]:
    return {name: Key(name, kind) for name, kind in kinds.items()}


SETTINGS = {SETTINGS_KEYS.get(name, name): Key(name, field.kind) for name, field in FIELDS.items()}

CAMPAIGN = {"format": Key("format", "text"), "name": Key("name", "text"), "experiment": Key("experiment", "text"),
            "campaign_type": Key("kind", "choice"), "note": Key("note", "text"), "campaign_limit": Key("limit", "int"),
            "campaign_job_limit": Key("job_limit", "int"), "campaign_keywords": Key("keywords", "keywords")}
STAGE = {"was": Key("was", "text"), "note": Key("note", "text"), **SETTINGS}
_HEAD_KEYS = {key.field: name for name, key in CAMPAIGN.items()}
LOGIN_SETUP = _same({"host": "text", "account": "text", "setup": "text", "batch": "text", "active": "bool", "note": "text"})
JOB_TYPE = _same({"launch_script": "text", "parameters": "pairs", "output_file_patterns": "text", "recoveries": "recoveries",
                  "style": "choice", "input_files_per_job": "int", "output_files_per_job": "int", "active": "bool", "note": "text"})

ALONE = ("campaign", "campaign_defaults", "node_positions", "parameters", "state")
NAMED = ("campaign_stage", "dependencies", "login_setup", "job_type")
SECTIONS = ", ".join([*(f"[{kind}]" for kind in ALONE), *(f"[{kind} NAME]" for kind in NAMED)])
PLACES = {"campaign": "campaign", "campaign_defaults": "defaults", "campaign_stage": "stage", "dependencies": "dependency",
          "login_setup": "login_setup", "job_type": "job_type", "parameters": "parameters"}    # section -> place of a document's problem


def key_of(place: str, field: str) -> str:
    """The key under which a field of the document is written."""
    spelled = _HEAD_KEYS if place == "campaign" else SETTINGS_KEYS
    return spelled.get(field, field)


def title(kind: str, name: str = "") -> str:
    """A section's title: ], % and what does not print are written as %XX, and so are blanks at the ends."""
    if kind in ALONE:
        return kind
    body = "".join(quote(sign, safe="") if sign in "]%" or not sign.isprintable() else sign for sign in name)
    return f"{kind} {re.sub(r'^ +| +$', lambda blanks: '%20' * len(blanks[0]), body)}"


def untitled(text: str) -> tuple[str, str]:
    """(kind, name) of a section of format 2; ValueError if there is no such section."""
    kind, _, name = text.partition(" ")
    name = name.strip(" ")
    if kind in ALONE and name:
        raise ValueError(f"[{kind}] takes no name")
    if kind not in ALONE and (kind not in NAMED or not name):
        raise ValueError(f"there is no such section; there are {SECTIONS}")
    try:
        return kind, unquote(name, errors="strict")
    except UnicodeDecodeError as bad:
        raise ValueError("what stands after a % in a name must be the UTF-8 code of a sign, as %5D for ]; a % itself is %25") from bad
