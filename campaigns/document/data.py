"""The parts of a campaign document, and how settings lie over one another. Pure."""
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from campaigns.document import templates

Pairs: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Settings:
    """What may be said for a campaign (its defaults) or for a stage."""

    vo_role: str | None = None
    software_version: str | None = None
    dataset: str | None = None
    split: str | None = None
    test_split: str | None = None               # empty: a test launch is cut as any other
    completion_type: str | None = None
    completion_pct: float | int | None = None
    param_overrides: Pairs | None = None
    test_param_overrides: Pairs | None = None
    merge_overrides: bool | None = None         # the campaign's param_overrides come before the stage's
    login_setup: str | None = None
    job_type: str | None = None
    stage_type: str | None = None
    output_ancestor_depth: int | None = None
    clear_schedule: bool | None = None          # a split that has run out ends its schedule
    join: str | None = None
    keep_running: int | None = None             # so many families of the stage alive at once
    keep_stop: int | None = None                # ... until so many in a row ended without being Located
    recover_failed: bool | None = None
    recovery_limit: int | None = None
    patience_s: int | None = None               # Completed below its percentage is recovered after so long
    force_located_after_s: int | None = None    # ... and is Located all the same after so long; 0: never
    release_held: int | None = None             # so often a job is released by itself that the batch system holds and that may go on
    limit: int | None = None                    # submissions of the stage at work at once; 0: no limit
    job_limit: int | None = None                # ... and jobs: a launch waits while so many are at work
    jobs: int | str | None = None               # a number, or "per_file"
    memory_mb: int | None = None
    wall_s: int | None = None
    cpus: int | None = None
    disk_mb: int | None = None

    def over(self, base: "Settings") -> "Settings":
        """What I say stands; what I leave unsaid, base says."""
        return Settings(**{**vars(base), **self.said()})

    def said(self) -> dict[str, Any]:
        """Only what is said."""
        return {name: value for name, value in vars(self).items() if value is not None}


UNSAID = Settings()
HOUSE_DEFAULTS = Settings(
    vo_role="Production", software_version="", dataset="", split="none", test_split="", completion_type="located", completion_pct=95,
    param_overrides=(), test_param_overrides=(), merge_overrides=False, login_setup="generic", job_type="generic", stage_type="regular",
    output_ancestor_depth=1, clear_schedule=True, join="each", keep_running=0, keep_stop=3, recover_failed=True, recovery_limit=3,
    patience_s=3600, force_located_after_s=0, release_held=0, limit=0, job_limit=0, jobs=1, memory_mb=2000, wall_s=3600, cpus=1,
    disk_mb=10000)


@dataclass(frozen=True)
class Stage:
    name: str
    settings: Settings = UNSAID
    note: str = ""
    was: str = ""                               # the name it had: read by a plan, never written
    position: tuple[float, float] | None = None


@dataclass(frozen=True)
class Dependency:
    upstream: str
    downstream: str
    pattern: str = "%"


@dataclass(frozen=True)
class LoginSetup:
    name: str
    host: str
    account: str
    setup: str
    batch: str = "default"
    note: str = ""
    active: bool = True


@dataclass(frozen=True)
class Recovery:
    kind: str
    overrides: Pairs = ()


@dataclass(frozen=True)
class JobType:
    name: str
    launch_script: str
    parameters: Pairs = ()
    output_file_patterns: str = "%"
    recoveries: tuple[Recovery, ...] = ()
    style: str = "submitter"
    input_files_per_job: int = 1
    output_files_per_job: int = 1
    note: str = ""
    active: bool = True


@dataclass(frozen=True)
class Campaign:
    name: str
    experiment: str = ""
    kind: str = "regular"
    note: str = ""
    keywords: Pairs = ()
    defaults: Settings = UNSAID
    stages: tuple[Stage, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    login_setups: tuple[LoginSetup, ...] = ()
    job_types: tuple[JobType, ...] = ()
    parameters: Pairs = ()
    limit: int = 0                              # of all its stages together; 0: no limit
    job_limit: int = 0

    def __post_init__(self) -> None:
        """Dependencies are a set: kept in the order of the stages, so that equal campaigns are equal."""
        places = {stage.name: place for place, stage in reversed([*enumerate(self.stages)])}

        def place(edge: Dependency) -> tuple[int, int, str, str, str]:
            down, up = (places.get(name, len(self.stages)) for name in (edge.downstream, edge.upstream))
            return down, up, edge.downstream, edge.upstream, edge.pattern

        object.__setattr__(self, "dependencies", tuple(sorted(self.dependencies, key=place)))

    def settled(self, stage: Stage) -> Settings:
        """The settings a stage runs with: its own, then the campaign's, then the house's; the campaign's keywords are put in."""
        return settled(stage.settings, self.defaults, self.keywords)


def settled(settings: Settings, defaults: Settings, keywords: Pairs) -> Settings:
    """A stage's settings over its campaign's over the house's; the dataset and the version with the campaign's keywords put in."""
    found, known = {**vars(HOUSE_DEFAULTS), **defaults.said(), **settings.said()}, dict(keywords)
    return Settings(**{**found, **{name: templates.put_in(str(found[name]), known) for name in ("dataset", "software_version")}})


def campaign_part(campaign: Campaign) -> Campaign:
    """The campaign without what it shares with others, and without the names that stages had."""
    stages = tuple(replace(stage, was="") if stage.was else stage for stage in campaign.stages)
    return replace(version_part(campaign), stages=stages)


def version_part(campaign: Campaign) -> Campaign:
    """What a version keeps: the campaign without what it shares with others; which stage it renamed is known by `was`."""
    return replace(campaign, login_setups=(), job_types=())


def without_loops(campaign: Campaign) -> Campaign:
    """A stage that depends on itself, as old files say it, is a stage with keep_running = 1."""
    loops = {edge.downstream for edge in campaign.dependencies if edge.upstream == edge.downstream}
    edges = tuple(edge for edge in campaign.dependencies if edge.upstream != edge.downstream)
    stages = tuple(_kept(campaign, stage) if stage.name in loops else stage for stage in campaign.stages)
    return replace(campaign, stages=stages, dependencies=edges) if loops else campaign


def _kept(campaign: Campaign, stage: Stage) -> Stage:
    already = campaign.settled(stage).keep_running
    return stage if already else replace(stage, settings=replace(stage.settings, keep_running=1))
