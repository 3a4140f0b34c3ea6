"""How a test makes a thing: experiments, people, campaigns, and what becomes of them."""
from datetime import UTC, datetime
from itertools import count

from accounts.models import Experiment, Membership, User
from accounts.policy import Actor, By, Role
from campaigns.document import Campaign as Document
from campaigns.document import Dependency, JobType, LoginSetup, Recovery, Settings, Stage
from campaigns.models import Campaign
from campaigns.services import documents
from datasets.models import Definition, File, FileLocation
from submissions.models import LaunchIntent
from submissions.services import intents

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
TEST = By("test")
NUMBERS = count(1)


def make_experiment(name: str = "dune") -> Experiment:
    return Experiment.objects.get_or_create(name=name, defaults={"title": name.upper()})[0]


def make_user(name: str = "ann", experiment: str = "dune", role: Role = Role.PRODUCTION) -> User:
    """A member with this as the highest role; a shifter is an analyst with the flag."""
    user = User.objects.get_or_create(username=name)[0]
    highest = Role.ANALYSIS if role == Role.SHIFTER else role
    Membership.objects.update_or_create(user=user, experiment=make_experiment(experiment),
                                        defaults={"role": highest, "shifter": role == Role.SHIFTER})
    return user


def make_actor(name: str = "ann", experiment: str = "dune", role: Role = Role.PRODUCTION) -> Actor:
    return Actor(name, make_user(name, experiment, role).pk, experiment, role, door="test")


def make_document(name: str = "mc", stages: tuple[Stage, ...] | None = None, dependencies: tuple[Dependency, ...] | None = None,
                  defaults: Settings = Settings(), recoveries: tuple[Recovery, ...] = (Recovery("consumed_status"),)) -> Document:
    """Two stages, gen before reco, over the definition raw, unless other ones are said."""
    base = Settings(dataset="raw", login_setup="farm", job_type="payload").over(Settings())
    stages = stages or (Stage("gen"), Stage("reco", Settings(dataset="from_parent")))
    edges = (Dependency("gen", "reco"),) if dependencies is None else dependencies
    return Document(name, defaults=defaults.over(base), stages=stages, dependencies=edges,
                    login_setups=(LoginSetup("farm", "", "", ""),),
                    job_types=(JobType("payload", "run", recoveries=recoveries, style="payload"),))


def make_campaign(doc: Document | None = None, *, actor: Actor | None = None, files: tuple[str, ...] = ("a", "b")) -> Campaign:
    """Stored, with the definition raw over these files."""
    actor = actor or make_actor()
    make_files(files, experiment=actor.experiment)
    return documents.store(doc or make_document(), actor=actor, at=NOON)


def make_files(names: tuple[str, ...], *, definition: str = "raw", experiment: str = "dune") -> None:
    """Files with a location, and the definition that means every file of tier raw."""
    make_experiment(experiment)
    for name in names:
        made = File.objects.create(experiment_id=experiment, name=name, size=1, checksum=f"sha256:{name}", data_tier="raw", created_at=NOON)
        FileLocation.objects.create(file=made, url=f"file:///{name}")
    Definition.objects.get_or_create(experiment_id=experiment, name=definition, defaults={"dimensions": "data_tier raw"})


def make_intent(campaign: Campaign, stage: str = "", *, key: str = "", at: datetime = NOON) -> LaunchIntent:
    """A person asked to launch the stage (the first, unless one is named)."""
    row = campaign.stages.get(name=stage) if stage else campaign.stages.first()
    return intents.begin(row, key=key or f"manual:{next(NUMBERS)}", owner=campaign.owner, by=TEST, at=at)
