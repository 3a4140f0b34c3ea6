"""How the jobs of a command that submits by itself are marked, so that they can be found again. Pure.

Any condor_submit takes SUBMIT_ATTRS and their values from its environment, DAGMan's own submissions too; jobsub_lite takes JOBSUB_EXTRA_LINES.
"""
import re
from shlex import quote

from submissions.command import JobSpec

TAG = "PomsTag"
NUMBERS = ("POMS_TASK_ID", "POMS_CAMPAIGN_ID", "POMS4_CAMPAIGN_STAGE_ID", "POMS4_CAMPAIGN_ID", "POMS4_SUBMISSION_ID", "POMS4_TEST_LAUNCH")
TEXTS = ("POMS_LAUNCHER", "POMS_CAMPAIGN_NAME", "POMS4_CAMPAIGN_STAGE_NAME", "POMS4_CAMPAIGN_NAME", "POMS4_CAMPAIGN_TYPE")
# what a job under jobsub is given of our environment; one with a blank or a semicolon would break jobsub's own list
PASSED = ("POMS_CAMPAIGN_ID", "POMS_TASK_ID", "POMS4_SUBMISSION_ID", "POMS_TAG", "POMS_URL", "POMS_EXPERIMENT", "POMS_OUTPUT_DIR", "POMS_DATASET",
          "POMS_PARAMETER")
STRANGE = re.compile(r"[^\w.:+@/#=-]")      # a comma ends a line of jobsub, a quote ends a text, $ begins a macro
# the site's own list first, as plain words: a list that names itself would be expanded for ever
ATTRS = """poms_attrs=$(condor_config_val SUBMIT_ATTRS 2>/dev/null) || poms_attrs=
poms_attrs=$(set -f; for word in $(printf %s "$poms_attrs" | tr ',' ' '); do
    case $word in *[!A-Za-z0-9_.]*) ;; *) printf '%s ' "$word" ;; esac
done)"""


def attributes(spec: JobSpec) -> dict[str, str]:
    """ClassAd attributes of every job: name and expression. Names keep their letters; what would end a text or a line is written `_`."""
    said = dict(spec.environment)
    marks = [f"POMS_TASK_ID_{said.get('POMS_TASK_ID', '')}", f"POMS_CAMPAIGN_ID_{said.get('POMS_CAMPAIGN_ID', '')}",
             *filter(None, said.get("POMS_CAMPAIGN_TAGS", "").split(","))]
    return {TAG: f'"{spec.tag}"', "FIFE_CATEGORIES": f'"{";".join(map(_plain, marks))}"',
            **{name: said[name] for name in NUMBERS if re.fullmatch(r"\d+|True|False", said.get(name, ""))},
            **{name: f'"{_plain(said[name])}"' for name in TEXTS if said.get(name)}}


def _plain(text: str) -> str:
    return STRANGE.sub("_", text)


def lines(spec: JobSpec) -> list[str]:
    """What the launch script exports."""
    marks = attributes(spec)
    extra = ",".join(f"+{name}={value}" for name, value in marks.items())
    said = dict(spec.environment)
    passed = ",".join(name for name in PASSED if re.fullmatch(r"[^\s;,'\"]+", said.get(name, "")))
    return [
        ATTRS, f'export _CONDOR_SUBMIT_ATTRS="${{poms_attrs}}{" ".join(marks)}"',
        *(f"export _CONDOR_{name}={quote(value)}" for name, value in marks.items()),
        f'export JOBSUB_EXTRA_LINES="${{JOBSUB_EXTRA_LINES:+$JOBSUB_EXTRA_LINES,}}"{quote(extra)}',
        f'export JOBSUB_EXTRA_ENVIRONMENT="${{JOBSUB_EXTRA_ENVIRONMENT:+$JOBSUB_EXTRA_ENVIRONMENT,}}"{quote(passed)}']
