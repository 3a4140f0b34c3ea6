"""What a person changes in a campaign's document: a table of small changes, each of a sound document into another."""
import random
from collections.abc import Callable
from dataclasses import replace

from campaigns.document import Campaign, Dependency, JobType, LoginSetup, Recovery, Settings, Stage

RAW = ("raw", "raw0", "raw1")
LISTED = "raw0,raw1,raw2"
VALUES = '[["1", "2"], ["a", "b"]]'
SPLITS = (("nfiles(1)", RAW), ("nfiles(2)", RAW), ("drainingn(1)", RAW), ("drainingn(2)", RAW), ("none", RAW), ("list", (LISTED,)),
          ("multiparam", (VALUES,)))
USUAL = SPLITS[:4]
MORE = (("@memory_mb", "4000"),)
PLANS = (
    (Recovery("consumed_status"), Recovery("consumed_status", MORE), Recovery("pending_files")),
    (Recovery("pending_files", MORE), Recovery("added_files")), (Recovery("process_status"), Recovery("delivered_not_consumed")), ())
DOWN = Settings(dataset="from_parent")
FEEDS = {"gen": (), "sim": ("gen",), "cmp": ("gen", "sim"), "merge": ("sim", "gen"), "extra": ("gen", "sim", "cmp"), "aux": ()}     # kind -> above
Edit = Callable[[Campaign, random.Random], Campaign]


def kind(name: str) -> str:
    """A stage may be renamed; what it makes stays the same."""
    return name.split("-", maxsplit=1)[0]


def job_type(name: str, recoveries: tuple[Recovery, ...] = PLANS[0]) -> JobType:
    return JobType(name, "run", output_file_patterns=f"%.{name}", recoveries=recoveries, style="payload")


def first(rng: random.Random) -> Campaign:
    """A campaign to begin with."""
    split, datasets = rng.choice(SPLITS if rng.random() < 0.4 else USUAL)
    gen = Settings(dataset=rng.choice(datasets), split=split, keep_running=0 if split == "none" else rng.choice([0, 2, 3]), job_type="gen")
    common = Settings(login_setup="farm", completion_pct=100, patience_s=rng.choice([0, 3600]), software_version=rng.choice(["", "v1"]),
                      jobs=rng.choice([1, 2, "per_file"]), limit=rng.choice([0, 0, 2]), recovery_limit=rng.choice([1, 3]))
    stages = (Stage("gen", gen), Stage("sim", Settings(join="each", job_type="sim").over(DOWN)))
    edges = (Dependency("gen", "sim", "%.gen"),)
    doc = Campaign("mc", "dune", defaults=common, dependencies=edges, stages=stages, login_setups=(LoginSetup("farm", "", "", ""),),
                   job_types=tuple(job_type(name, rng.choice(PLANS[:3])) for name in FEEDS))
    for name in rng.sample(("cmp", "merge", "extra", "aux"), rng.randrange(3)):
        doc = _with(doc, name, rng)
    return doc


def changed(doc: Campaign, rng: random.Random) -> tuple[str, Campaign]:
    """Which edit, and what it makes of the document."""
    name = rng.choice(list(EDITS))
    return name, EDITS[name](doc, rng)


def _said(doc: Campaign, name: str, **settings: object) -> Campaign:
    """One stage says something else now."""
    return replace(doc, stages=tuple(replace(stage, settings=replace(stage.settings, **settings)) if stage.name == name else stage
                                     for stage in doc.stages))


def _roots(doc: Campaign) -> list[str]:
    return [stage.name for stage in doc.stages if doc.settled(stage).dataset != "from_parent"]


def _any(doc: Campaign, rng: random.Random) -> str:
    return rng.choice([stage.name for stage in doc.stages])


def _split(doc: Campaign, rng: random.Random) -> Campaign:
    """As the form sends it: split and dataset together."""
    split, datasets = rng.choice(SPLITS)
    return _cut_so(doc, rng, split, datasets)


def _finer(doc: Campaign, rng: random.Random) -> Campaign:
    return _cut_so(doc, rng, rng.choice(USUAL)[0], RAW)


def _cut_so(doc: Campaign, rng: random.Random, split: str, datasets: tuple[str, ...]) -> Campaign:
    """The dataset stays if it is one for this split."""
    if not (roots := _roots(doc)):
        return doc
    name = rng.choice(roots)
    now = next(stage.settings.dataset for stage in doc.stages if stage.name == name)
    return _said(doc, name, split=split, dataset=now if now in datasets else rng.choice(datasets))


def _dataset(doc: Campaign, rng: random.Random) -> Campaign:
    roots = [stage.name for stage in doc.stages if stage.settings.dataset in RAW]
    return _said(doc, rng.choice(roots), dataset=rng.choice(RAW)) if roots else doc


def _keep(doc: Campaign, rng: random.Random) -> Campaign:
    roots = _roots(doc)
    return _said(doc, rng.choice(roots), keep_running=rng.choice([0, 1, 2, 4])) if roots else doc


def _overrides(doc: Campaign, rng: random.Random) -> Campaign:
    return _said(doc, _any(doc, rng), param_overrides=(("--events=", str(rng.randrange(9))), *rng.choice([(), MORE])))


def _requests(doc: Campaign, rng: random.Random) -> Campaign:
    said = rng.choice([{"jobs": 1}, {"jobs": 3}, {"jobs": "per_file"}, {"limit": 1}, {"limit": 0}, {"memory_mb": 4000}, {"software_version": "v2"}])
    return _said(doc, _any(doc, rng), **said)


def _recovering(doc: Campaign, rng: random.Random) -> Campaign:
    said = rng.choice([{"recovery_limit": 0}, {"recovery_limit": 2}, {"recover_failed": False}, {"recover_failed": True}, {"patience_s": 0},
                       {"completion_type": "complete"}, {"completion_type": "located"}])
    return _said(doc, _any(doc, rng), **said)


def _types(doc: Campaign, rng: random.Random) -> Campaign:
    """Their recoveries; how they are told apart stays."""
    return replace(doc, job_types=tuple(job_type(one.name, rng.choice(PLANS)) for one in doc.job_types))


def _add(doc: Campaign, rng: random.Random) -> Campaign:
    free = sorted(set(FEEDS) - {kind(stage.name) for stage in doc.stages})
    return _with(doc, rng.choice(free), rng) if free else doc


def _with(doc: Campaign, new: str, rng: random.Random) -> Campaign:
    """One more stage: over raw files, or over what others of its kinds make."""
    above = [stage.name for stage in doc.stages if kind(stage.name) in FEEDS[new]]
    if FEEDS[new] and not above:
        return doc
    if not above:
        stage = Stage(new, Settings(dataset=rng.choice(RAW), split=rng.choice(USUAL)[0], keep_running=rng.choice([0, 1]), job_type=new))
        return replace(doc, stages=(*doc.stages, stage))
    join = {"merge": "drained", "cmp": "all"}.get(new, "each")
    edges = tuple(Dependency(name, new, f"%.{kind(name)}") for name in (above[:1] if join != "all" else above))
    types = (*doc.job_types, *(() if new in {one.name for one in doc.job_types} else (job_type(new),)))
    return replace(doc, stages=(*doc.stages, Stage(new, Settings(join=join, job_type=new).over(DOWN))), job_types=types,
                   dependencies=(*doc.dependencies, *edges))


def _remove(doc: Campaign, rng: random.Random) -> Campaign:
    """A stage with its edges, and with it what nothing feeds any more."""
    gone = {_any(doc, rng)}
    while more := {edge.downstream for edge in doc.dependencies if edge.upstream in gone} - gone:
        gone |= more
    left = tuple(stage for stage in doc.stages if stage.name not in gone)
    return replace(doc, stages=left, dependencies=tuple(edge for edge in doc.dependencies if not {edge.upstream, edge.downstream} & gone)) \
        if left else doc


def _edge(doc: Campaign, rng: random.Random) -> Campaign:
    """Taken away where another one still feeds the stage; or put back."""
    fed = [edge for edge in doc.dependencies if sum(other.downstream == edge.downstream for other in doc.dependencies) > 1]
    if fed:
        gone = rng.choice(fed)
        return replace(doc, dependencies=tuple(edge for edge in doc.dependencies if edge != gone))
    free = [Dependency(up.name, down.name, f"%.{kind(up.name)}") for up in doc.stages for down in doc.stages
            if kind(up.name) in FEEDS[kind(down.name)]]
    free = [edge for edge in free if edge not in doc.dependencies]
    return replace(doc, dependencies=(*doc.dependencies, rng.choice(free))) if free else doc


def _rename(doc: Campaign, rng: random.Random) -> Campaign:
    old = _any(doc, rng)
    new = f"{kind(old)}-{rng.randrange(3)}"
    if new in {stage.name for stage in doc.stages}:
        return doc
    stages = tuple(replace(stage, name=new, was=old) if stage.name == old else stage for stage in doc.stages)
    edges = tuple(replace(edge, upstream=new if edge.upstream == old else edge.upstream,
                          downstream=new if edge.downstream == old else edge.downstream) for edge in doc.dependencies)
    return replace(doc, stages=stages, dependencies=edges)


EDITS: dict[str, Edit] = {
    "finer split": _finer, "dataset": _dataset, "split": _split, "keep running": _keep, "overrides": _overrides, "requests": _requests,
    "recovering": _recovering, "job types": _types, "stage added": _add, "stage removed": _remove, "edge": _edge, "renamed": _rename,
}
