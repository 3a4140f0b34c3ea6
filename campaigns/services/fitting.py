"""Do a shared job type and the campaigns that use it fit together? Its commands may hold keywords that one of them does not have."""
from collections.abc import Collection, Iterator

from django.db.models import QuerySet

from campaigns import document
from campaigns.document.parts import type_faults
from campaigns.models import Campaign
from campaigns.services import sharing


def misfits(doc: document.Campaign, experiment: str, *, update: bool) -> list[document.Problem]:
    """What would be wrong once this document is stored: in this campaign, and in others that use what it changes."""
    return [*_with_what_is_there(doc, experiment, update=update), *(_in_other_campaigns(doc, experiment) if update else ())]


def _with_what_is_there(doc: document.Campaign, experiment: str, *, update: bool) -> Iterator[document.Problem]:
    """Job types that the campaign runs as the experiment has them."""
    brought = {job_type.name for job_type in doc.job_types} if update else set()
    used = {str(settings.job_type) for settings in map(doc.settled, doc.stages) if settings.stage_type != "approval"} - brought
    for job_type in sharing.job_types(sorted(used), experiment=experiment):
        yield from _faults(job_type, [key for key, _ in doc.keywords], f"the experiment's job type {job_type.name} does not fit this campaign")


def _in_other_campaigns(doc: document.Campaign, experiment: str) -> Iterator[document.Problem]:
    for job_type, before in sharing.beside(doc, experiment):
        if isinstance(job_type, document.JobType) and before not in (None, job_type):
            for campaign in _users(job_type.name, experiment).exclude(name=doc.name):
                yield from _faults(job_type, [key for key, _ in campaign.keywords], f"campaign {campaign.name} uses this job type")


def _faults(job_type: document.JobType, keywords: Collection[str], whose: str) -> Iterator[document.Problem]:
    for field, value, sentence in type_faults(job_type, keywords):
        yield document.Problem(("job_type", job_type.name), field, value, f"{whose}: {sentence}")


def _users(job_type: str, experiment: str) -> QuerySet[Campaign]:
    """Campaigns that live and have a living stage that runs with it."""
    return Campaign.objects.filter(pk__in=sharing.stages_with("job_type", job_type, experiment=experiment).values("campaign")).order_by("name")
