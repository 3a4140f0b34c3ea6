"""Every field of a document with its place in a form: under which heading, what it is called, and how it is asked for. Pure."""
from dataclasses import dataclass

from campaigns.document.fields import CAMPAIGN_KINDS, FIELDS, STYLES
from campaigns.ini import keys


@dataclass(frozen=True)
class Asked:
    """One field of a form: `kind` says how its value is spelled, `allowed` what may be chosen."""

    field: str
    label: str
    kind: str
    allowed: tuple[str, ...] = ()
    hint: str = ""
    long: bool = False      # a text of several lines


@dataclass(frozen=True)
class Group:
    title: str
    asked: tuple[Asked, ...]


def _settings(title: str, *rows: tuple[str, str, str]) -> Group:
    return Group(title, tuple(Asked(name, label, FIELDS[name].kind, FIELDS[name].allowed, hint, name == "dataset") for name, label, hint in rows))


def _part(known: dict[str, keys.Key], *rows: tuple[str, str, str], long: tuple[str, ...] = (), **allowed: tuple[str, ...]) -> tuple[Asked, ...]:
    kinds = {key.field: key.kind for key in known.values()}
    return tuple(Asked(name, label, kinds[name], allowed.get(name, ()), hint, name in long) for name, label, hint in rows)


SETTINGS = (
    _settings(
        "What it reads",
        ("dataset", "Dataset", "A definition, a query, or the list that the split cuts"),
        ("split", "Split", "none, nfiles(10), byrun, new, list, multiparam and more"),
        ("test_split", "Split of test launches", "Said to be empty: as other launches")),
    _settings(
        "What it runs",
        ("job_type", "Job type", ""), ("login_setup", "Login setup", ""), ("software_version", "Software version", ""), ("vo_role", "VO role", ""),
        ("param_overrides", "Parameters", ""), ("merge_overrides", "The campaign's parameters come first", ""),
        ("test_param_overrides", "Parameters of test launches", "")),
    _settings(
        "When it runs",
        ("stage_type", "Type", ""), ("join", "Waits for", "each: one submission upstream; all: the whole lineage; drained: the end of the split"),
        ("keep_running", "Keep running", "So many families alive at once"), ("keep_stop", "Stop after failures", "So many in a row"),
        ("clear_schedule", "The end of the split ends its schedule", ""), ("limit", "Submissions at once", "0: no limit"),
        ("job_limit", "Jobs at once", "0: no limit")),
    _settings(
        "What a job asks for",
        ("jobs", "Jobs", "A number, or per_file"), ("memory_mb", "Memory, MB", ""), ("wall_s", "Time, s", ""), ("cpus", "CPUs", ""),
        ("disk_mb", "Disk, MB", "")),
    _settings(
        "When it is done",
        ("completion_type", "Completion", ""), ("completion_pct", "Completion, %", ""),
        ("output_ancestor_depth", "Steps from input to output", ""), ("patience_s", "Recovered after, s", "Completed below its percentage"),
        ("force_located_after_s", "Taken as Located after, s", "0: never")),
    _settings(
        "When something fails",
        ("recover_failed", "Recover failed submissions", ""), ("recovery_limit", "Recoveries at most", ""),
        ("release_held", "Releases of a held job", "0: never")),
)
CAMPAIGN = (Group("Campaign", _part(
    keys.CAMPAIGN,
    ("name", "Name", ""), ("note", "Note", ""), ("kind", "Type", "test: each launch is a test"), ("keywords", "Keywords", "What stands for %(name)s"),
    ("limit", "Submissions at once", "0: no limit"), ("job_limit", "Jobs at once", "0: no limit"),
    ("experiment", "Experiment", "For information only"),
    long=("note",), kind=CAMPAIGN_KINDS)),
    Group("Parameters", (Asked("parameters", "Parameters", "pairs", hint="What was put in for {{name}}"),)))
STAGE = Group("Stage", (Asked("name", "Name", "name"), Asked("note", "Note", "text", long=True)))
ELSE = Group("Else", (Asked("was", "Was called", "text", hint="The name that it had: it keeps its slices, schedules and history"),
                      Asked("position", "Place in the graph", "position", hint="x, y; empty: placed by itself")))
DEPENDENCY = (Group("Dependency", (Asked("upstream", "From", "stage"), Asked("downstream", "To", "stage"),
                                   Asked("pattern", "Files", "text", hint="A pattern as reco%.root; % is any file"))),)
JOB_TYPE = (Group("Job type", (Asked("name", "Name", "name"), *_part(
    keys.JOB_TYPE,
    ("launch_script", "Command", ""), ("parameters", "Parameters", ""), ("output_file_patterns", "Output files", ""),
    ("recoveries", "Recoveries", 'As [["pending_files", [["@memory_mb", "4000"]]]]'),
    ("style", "Style", "submitter: the command submits; payload: POMS does"),
    ("input_files_per_job", "Input files a job", ""), ("output_files_per_job", "Output files a job", ""),
    ("active", "Active", ""), ("note", "Note", ""),
    long=("launch_script", "recoveries", "note"), style=STYLES))),)
LOGIN_SETUP = (Group("Login setup", (Asked("name", "Name", "name"), *_part(
    keys.LOGIN_SETUP,
    ("host", "Host", ""), ("account", "Account", ""), ("setup", "Set-up", ""), ("batch", "Batch system", ""),
    ("active", "Active", ""), ("note", "Note", ""),
    long=("setup", "note")))),)

FORMS: dict[str, tuple[Group, ...]] = {"campaign": CAMPAIGN, "defaults": SETTINGS, "stage": (STAGE, *SETTINGS, ELSE), "dependency": DEPENDENCY,
                                       "job_type": JOB_TYPE, "login_setup": LOGIN_SETUP}


def asked(kind: str, field: str) -> Asked | None:
    """The field of this name in the form of such a part."""
    return next((each for group in FORMS[kind] for each in group.asked if each.field == field), None)
