"""The snapshot: all that shapes a launch, copied, and the command and environment that come of it. Reads rows and writes none."""
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings as site
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from campaigns.document import Settings, settings_from
from campaigns.models import CampaignTag, Dependency, JobType, JobTypeRecovery, LoginSetup, Slice, Stage
from campaigns.services import documents
from datasets import patterns
from submissions import command
from submissions.models import LaunchIntent

JOB_TYPE = ("id", "name", "launch_script", "parameters", "output_file_patterns", "style", "input_files_per_job", "output_files_per_job")
TEMPLATES = ("host", "account", "setup")
LOGIN_SETUP = ("id", "name", *TEMPLATES, "batch")
WRAP, IN_JOB = "poms-wrap", Path(__file__).parents[2] / "in_job" / "poms_wrap.py"


@dataclass(frozen=True)
class Launch:
    """One launch, as far as its command and its environment name it."""

    number: int | str
    tag: str
    launcher: str
    run: int | str = ""
    parent: int | None = None
    step: int = 0
    dimensions: str = ""
    parameter: str = ""
    role: str = ""

    @property
    def dataset(self) -> str:
        """What %(dataset)s stands for: the value of a split of parameters, else the project that is named as its tag."""
        return self.parameter or self.tag


def launch_of(intent: LaunchIntent, row: Slice | None, *, number: int | str, tag: str, run: int | str) -> Launch:
    """The launch that an intent asks for, over this slice, or over what the intent itself says."""
    over = row or intent
    return Launch(number, tag, intent.creator.username, run, intent.parent_id, intent.step, over.dimensions, over.parameter, intent.creator_role)


def shape(stage: Stage, settings: Settings, login: LoginSetup, *, for_test: bool, overrides: command.Pairs = ()) -> dict[str, Any]:
    """Settings, job type, login setup, keywords, every layer of overrides and what they make, and what outputs are wanted."""
    campaign, experiment = stage.campaign, stage.campaign.experiment
    job_type = documents.job_type_of(settings, experiment.pk)
    layers = _layers(stage, settings, job_type.parameters, for_test=for_test, overrides=overrides)
    pairs, (tags, waited, plan) = command.layered(pairs for _, pairs in layers), _beside(stage, job_type)
    return {
        "settings": asdict(settings), "job_type": _copied(job_type, JOB_TYPE) | {"recoveries": plan},
        "login_setup": _copied(login, LOGIN_SETUP),
        "catalogue": experiment.catalogue, "group": experiment.batch_group or experiment.pk, "campaign": campaign.name, "kind": campaign.kind,
        "tags": tags, "stage": stage.name, "keywords": dict(campaign.keywords), "layers": layers, "pairs": pairs,
        "requests": command.requests(asdict(settings), pairs), "patterns": _patterns(waited or [job_type.output_file_patterns]),
        "test": for_test or campaign.kind == campaign.TEST,
    }


def worded(shaped: dict[str, Any], stage: Stage, launch: Launch) -> dict[str, Any]:
    """Where, with which set-up, which words and which variables, as it is launched. BadCommand: they cannot be made.

    Keywords of the campaign are for the command alone, and the words that POMS fills in win over them.
    """
    known = {
        "dataset": launch.dataset, "parameter": launch.dataset, "version": shaped["settings"]["software_version"], "group": shaped["group"],
        "experiment": stage.campaign.experiment_id, "experimenter": launch.launcher}
    return {"login": {name: command.filled(shaped["login_setup"][name], known) for name in TEMPLATES}
            | {"group": shaped["group"], "role": launch.role, "experiment": stage.campaign.experiment_id, "user": launch.launcher},
            "command": command.words(shaped["job_type"]["launch_script"], shaped["pairs"], {**shaped["keywords"], **known}),
            "environment": dict(_environment(shaped, stage, launch))}


def spec_of(shaped: dict[str, Any], *, tag: str, inputs: int, token: str) -> command.JobSpec:
    """What the batch system is handed, over so many input files."""
    asked = {name: value for name, value in shaped["requests"].items() if name != "jobs"}
    return command.JobSpec(
        tag=tag, argv=tuple(shaped["command"]), style=shaped["job_type"]["style"], environment=tuple(shaped["environment"].items()),
        jobs=command.jobs_of(shaped["requests"]["jobs"], inputs), inputs=_files_beside(shaped["command"], token), login=login_of(shaped), **asked)


def login_of(shaped: dict[str, Any]) -> command.Login | None:
    """Where a command that submits is run; a payload is run by the batch system itself."""
    return command.Login(**shaped["login"]) if shaped["job_type"]["style"] == "submitter" else None


def _files_beside(words: Sequence[str], token: str) -> tuple[tuple[str, str], ...]:
    """The files that go with it: the token, and poms-wrap where the command names it."""
    wanted = any(word.rpartition("/")[2] == WRAP for word in words)
    return (("token", token), *(((WRAP, IN_JOB.read_text(encoding="utf-8")),) if wanted else ()))


def _copied(row: JobType | LoginSetup, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _layers(stage: Stage, settings: Settings, parameters: command.Pairs, *, for_test: bool, overrides: command.Pairs) -> list[tuple[str, Any]]:
    """Lowest first: what is asked for at the launch lies over the stage, and once more over the test."""
    defaults = settings_from(stage.campaign.defaults)
    merged = (defaults.param_overrides or ()) if settings.merge_overrides else ()
    test = (settings.test_param_overrides or ()) if for_test else ()
    return [("job type", parameters), ("campaign", merged), ("stage", settings.param_overrides or ()), ("launch", overrides), ("test", test),
            ("launch again", overrides)]


def _beside(stage: Stage, job_type: JobType) -> tuple[list[str], list[str], list[dict[str, Any]]]:
    """The labels of the campaign, the patterns for which dependents wait, and the recoveries of the job type: one question."""
    labels = CampaignTag.objects.filter(campaign=OuterRef("campaign")).order_by("tag__name").values("tag__name")
    edges = Dependency.objects.filter(upstream=OuterRef("pk"), retired_at=None).order_by("pk").values("pattern")
    plan = JobTypeRecovery.objects.filter(job_type=job_type.pk).order_by("order").values(row=JSONObject(kind="kind", overrides="overrides"))
    return Stage.objects.filter(pk=stage.pk).values_list(ArraySubquery(labels), ArraySubquery(edges), ArraySubquery(plan)).get()


def _patterns(texts: list[str]) -> list[str]:
    """The outputs that somebody waits for, each once."""
    return list(dict.fromkeys(part for text in texts for part in patterns.split(text)))


def _environment(shaped: dict[str, Any], stage: Stage, launch: Launch) -> tuple[tuple[str, str], ...]:
    experiment = stage.campaign.experiment_id
    return command.environment({
        "POMS_URL": site.POMS_URL, "POMS_EXPERIMENT": experiment, "POMS_TAG": launch.tag,
        "POMS_DATASET": launch.tag if launch.dimensions else "", "POMS_PARAMETER": launch.parameter,
        "POMS_FAMILY_STEP": launch.step + 1 if launch.parent else 0, "POMS_OUTPUT_DIR": site.POMS_STORAGE / experiment,
        "POMS_RUN": launch.run, "POMS4_SUBMISSION_ID": launch.number, "POMS4_CAMPAIGN_ID": stage.campaign_id,
        "POMS4_CAMPAIGN_NAME": command.one_word(shaped["campaign"]), "POMS4_CAMPAIGN_TYPE": shaped["kind"],
        "POMS4_CAMPAIGN_STAGE_ID": stage.pk, "POMS4_CAMPAIGN_STAGE_NAME": command.one_word(shaped["stage"]),
        "POMS4_CAMPAIGN_STAGE_TYPE": shaped["settings"]["stage_type"], "POMS4_TEST_LAUNCH": shaped["test"], "POMS_TEST": site.POMS_TEST,
        "POMS_CAMPAIGN_NAME": command.campaign_and_stage(shaped["campaign"], shaped["stage"]), "POMS_CAMPAIGN_TAGS": ",".join(shaped["tags"]),
        "POMS_PARENT_TASK_ID": launch.parent or "", "POMS_TASK_DEFINITION_ID": shaped["job_type"]["id"] or "",
        "POMS_LAUNCHER": launch.launcher, "JOBSUB_GROUP": shaped["group"]})
