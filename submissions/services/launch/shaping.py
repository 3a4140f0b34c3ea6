"""The snapshot: all that shapes a launch, copied, and the command and environment that come of it. Reads rows and writes none."""
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings as site
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from campaigns.document import Settings, settings_from
from campaigns.models import CampaignTag, Dependency, JobType, LoginSetup, Stage
from campaigns.services import documents
from datasets import patterns
from submissions import command

JOB_TYPE = ("id", "name", "launch_script", "parameters", "output_file_patterns", "style", "input_files_per_job", "output_files_per_job")
TEMPLATES = ("host", "account", "setup")
LOGIN_SETUP = ("id", "name", *TEMPLATES, "batch")


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


def shape(stage: Stage, settings: Settings, login: LoginSetup, *, for_test: bool, overrides: command.Pairs = ()) -> dict[str, Any]:
    """Settings, job type, login setup, keywords, every layer of overrides and what they make, and what outputs are wanted."""
    campaign, experiment = stage.campaign, stage.campaign.experiment
    job_type = documents.job_type_of(settings, experiment.pk)
    layers = _layers(stage, settings, job_type.parameters, for_test=for_test, overrides=overrides)
    pairs, (tags, waited) = command.layered(pairs for _, pairs in layers), _beside(stage)
    return {
        "settings": asdict(settings), "job_type": _copied(job_type, JOB_TYPE) | {"recoveries": _recoveries(job_type)},
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
            | {"group": shaped["group"], "role": launch.role},
            "command": command.words(shaped["job_type"]["launch_script"], shaped["pairs"], {**shaped["keywords"], **known}),
            "environment": dict(_environment(shaped, stage, launch))}


def _copied(row: JobType | LoginSetup, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _recoveries(job_type: JobType) -> list[dict[str, Any]]:
    rows = job_type.recoveries.values_list("kind", "overrides") if job_type.pk else []
    return [{"kind": kind, "overrides": overrides} for kind, overrides in rows]


def _layers(stage: Stage, settings: Settings, parameters: command.Pairs, *, for_test: bool, overrides: command.Pairs) -> list[tuple[str, Any]]:
    """Lowest first: what is asked for at the launch lies over the stage, and once more over the test."""
    defaults = settings_from(stage.campaign.defaults)
    merged = (defaults.param_overrides or ()) if settings.merge_overrides else ()
    test = (settings.test_param_overrides or ()) if for_test else ()
    return [("job type", parameters), ("campaign", merged), ("stage", settings.param_overrides or ()), ("launch", overrides), ("test", test),
            ("launch again", overrides)]


def _beside(stage: Stage) -> tuple[list[str], list[str]]:
    """The labels of the campaign, and the patterns for which dependents wait: one question."""
    labels = CampaignTag.objects.filter(campaign=OuterRef("campaign")).order_by("tag__name").values("tag__name")
    edges = Dependency.objects.filter(upstream=OuterRef("pk"), retired_at=None).order_by("pk").values("pattern")
    return Stage.objects.filter(pk=stage.pk).values_list(ArraySubquery(labels), ArraySubquery(edges)).get()


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
