"""What each setting may be: one row a setting, for the reader of files and for the checks. Pure."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Field:
    kind: str                       # text, name, bool, int, number, pairs, choice, split, jobs
    allowed: tuple[str, ...] = ()
    least: int | None = None
    above: int | None = None
    most: int | None = None
    words: str = ""                 # a text in which the campaign's keywords are put in: dataset, version


RECOVERY_KINDS = ("added_files", "consumed_status", "delivered_not_consumed", "pending_files", "process_status")
OLD_RECOVERY_KINDS = {"proj_status": "process_status"}
CAMPAIGN_KINDS = ("regular", "test")
STYLES = ("submitter", "payload")
REQUESTS = ("@memory_mb", "@wall_s", "@cpus", "@disk_mb", "@jobs")      # keys of an override that ask the batch system
PER_FILE = "per_file"
NAME_LENGTH = 200
PATTERN_LENGTH = 500
LONGEST = 1_000_000        # characters of any one text
LARGEST = 2_147_483_647

MOST_RELEASES = 20         # of one held job: what has not passed by then will not

_COUNT = Field("int", least=0)
_SOME = Field("int", least=1)
_TEXT, _NAME, _PAIRS, _BOOL, _SPLIT = Field("text"), Field("name"), Field("pairs"), Field("bool"), Field("split")

FIELDS: dict[str, Field] = {
    "vo_role": _TEXT,
    "software_version": Field("text", words="version"),
    "dataset": Field("text", words="dataset"),
    "split": _SPLIT,
    "test_split": _SPLIT,
    "completion_type": Field("choice", allowed=("located", "complete")),
    "completion_pct": Field("number", above=0, most=100),
    "param_overrides": _PAIRS,
    "test_param_overrides": _PAIRS,
    "merge_overrides": _BOOL,
    "login_setup": _NAME,
    "job_type": _NAME,
    "stage_type": Field("choice", allowed=("regular", "generator", "test", "approval", "datatransfer")),
    "output_ancestor_depth": _SOME,
    "clear_schedule": _BOOL,
    "join": Field("choice", allowed=("each", "all", "drained")),
    "keep_running": _COUNT,
    "keep_stop": _SOME,
    "recover_failed": _BOOL,
    "recovery_limit": _COUNT,
    "patience_s": _COUNT,
    "force_located_after_s": _COUNT,
    "release_held": Field("int", least=0, most=MOST_RELEASES),
    "limit": _COUNT,
    "job_limit": _COUNT,
    "jobs": Field("jobs", least=1),
    "memory_mb": _SOME,
    "wall_s": _SOME,
    "cpus": _SOME,
    "disk_mb": _SOME,
}
