"""What the launcher finds out before it decides, and the snapshot of all that shapes a launch."""
from dataclasses import asdict

from django.conf import settings as site
from django.db.models import Q

from accounts.models import Membership
from accounts.policy import Role, held
from campaigns.document import Settings, settings_from
from campaigns.models import Hold, JobType, LoginSetup, Stage
from campaigns.services import documents
from submissions import command, gate, recovery
from submissions.models import LaunchIntent, Submission

JOB_TYPE = ("name", "launch_script", "parameters", "output_file_patterns", "style", "input_files_per_job", "output_files_per_job")
LOGIN_SETUP = ("name", "host", "account", "setup", "batch")


def facts(intent: LaunchIntent, settings: Settings) -> gate.Facts:
    """What the gate wants to know."""
    stage, campaign = intent.stage, intent.stage.campaign
    experiment = campaign.experiment
    batch = documents.login_of(settings, experiment.pk).batch
    at_work = Submission.objects.at_work()
    return gate.Facts(
        experiment_hold=_held(experiment.launches_held_by, experiment.launches_held_why), **_holds(intent),
        retired=bool(stage.retired_at or campaign.retired_at), inactive=not campaign.active,
        owner=intent.creator.username, role=intent.creator_role, owner_holds_role=_holds_role(intent),
        batch=batch, batch_known=batch in site.BATCH_SYSTEMS,
        limit=settings.limit or 0, at_work=at_work.filter(stage=stage).count() if settings.limit else 0,
        experiment_limit=experiment.launch_limit,
        experiment_at_work=at_work.filter(experiment=experiment).count() if experiment.launch_limit else 0)


def at_limit(stage: int, limit: int) -> bool:
    """Counted once more under the stage's lock: two launchers that saw the last place free must not both take it."""
    Stage.objects.select_for_update(no_key=True).get(pk=stage)
    return Submission.objects.at_work().filter(stage=stage).count() >= limit


def _held(who: str, why: str) -> str:
    return f"{who}: {why}" if who and why else who


def _holds(intent: LaunchIntent) -> dict[str, str]:
    stage = intent.stage
    standing = Hold.objects.filter(Q(stage=stage) | Q(campaign=stage.campaign_id), lifted_at=None).select_related("by")
    return {"stage_hold" if hold.stage_id else "campaign_hold": _held(hold.by.username, hold.why) for hold in standing}


def _holds_role(intent: LaunchIntent) -> bool:
    """An automatic launch runs in its owner's name; who has left, or lost the role, launches nothing more."""
    if intent.creator.is_superuser and intent.creator.is_active:
        return True
    member = Membership.objects.filter(user=intent.creator_id, experiment=intent.experiment_id, active=True).first()
    return bool(member and intent.creator.is_active and intent.creator_role in held(Role(member.role), shifter=member.shifter))


def snapshot(intent: LaunchIntent, settings: Settings) -> dict:
    """All that shapes the launch, copied: settings, job type, login setup, keywords, the layers of overrides, what outputs are wanted."""
    campaign = intent.stage.campaign
    job_type = documents.job_type_of(settings, intent.experiment_id)
    pairs = command.layered(_layers(intent, settings, job_type))
    return {
        "settings": asdict(settings), "job_type": _copied(job_type, JOB_TYPE) | {"recoveries": list(job_type.recoveries.values("kind", "overrides"))},
        "login_setup": _copied(documents.login_of(settings, intent.experiment_id), LOGIN_SETUP),
        "catalogue": campaign.experiment.catalogue, "campaign": campaign.name, "stage": intent.stage.name,
        "keywords": dict(campaign.keywords), "pairs": pairs,
        "requests": command.requests(asdict(settings), pairs), "patterns": _patterns(intent, job_type.output_file_patterns),
        "test": intent.for_test or campaign.kind == campaign.TEST,
    }


def _copied(row: JobType | LoginSetup, names: tuple[str, ...]) -> dict:
    return {name: getattr(row, name) for name in names}


def _layers(intent: LaunchIntent, settings: Settings, job_type: JobType) -> list[command.Pairs]:
    """Lowest first, as the original layers them (spec 03 §3.3)."""
    defaults = settings_from(intent.stage.campaign.defaults)
    merged = (defaults.param_overrides or ()) if settings.merge_overrides else ()
    test = (settings.test_param_overrides or ()) if intent.for_test else ()
    return [job_type.parameters, merged, settings.param_overrides or (), test, intent.overrides]


def _patterns(intent: LaunchIntent, otherwise: str) -> list[str]:
    """The outputs that somebody waits for: of the dependents' patterns, else the job type's."""
    waited = intent.stage.dependents.filter(retired_at=None).order_by("pk").values_list("pattern", flat=True)
    return list(dict.fromkeys(part for text in [*waited] or [otherwise] for part in recovery.patterns(text)))
