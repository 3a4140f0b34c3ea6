"""What a campaign document may not say: every fault at once, each as a place, a value and a sentence. Pure."""
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields

from campaigns import graph
from campaigns.document import templates, values
from campaigns.document.data import Campaign, Settings
from campaigns.document.fields import CAMPAIGN_KINDS, FIELDS, PATTERN_LENGTH, Field
from campaigns.document.parts import login_faults, type_faults
from campaigns.document.values import Fault
from datasets import splits

LIMITS = ("limit", "job_limit")      # of the whole campaign
Place = tuple[str, ...]     # ("campaign",) ("defaults",) ("parameters",), or with a name: stage, dependency, login_setup, job_type


@dataclass(frozen=True)
class Problem:
    """One thing that cannot work: where it is said, and what is allowed there."""

    place: Place
    field: str
    value: object
    sentence: str

    def __str__(self) -> str:
        field = f" {self.field}" if self.field else ""
        return f"{' '.join(self.place)}:{field} = {values.short(self.value)}: {self.sentence}"


class Unsound(ValueError):
    """The document says what cannot work; `problems` holds each of them."""

    def __init__(self, found: Iterable[Problem]) -> None:
        self.problems = tuple(found)
        super().__init__("\n".join(map(str, self.problems)))


Names = Collection[str] | None   # None: the caller does not know
Runs = Sequence[tuple[str, Settings]]   # each stage's name, with the settings it runs with


def check(campaign: Campaign, *, known_logins: Names = None, known_types: Names = None, known_stages: Names = None) -> None:
    """Raise Unsound with all that is wrong. Names that the caller does not know are not looked up."""
    found = problems(campaign, known_logins=known_logins, known_types=known_types, known_stages=known_stages)
    if found:
        raise Unsound(found)


def problems(campaign: Campaign, *, known_logins: Names = None, known_types: Names = None, known_stages: Names = None) -> list[Problem]:
    """All that is wrong. `known_stages` are those that the campaign has now; None: it is a new one."""
    runs = [(stage.name, campaign.settled(stage)) for stage in campaign.stages]
    return [*_head(campaign), *_names(campaign), *_settings(campaign), *_renames(campaign, known_stages), *_parts(campaign),
            *_edges(campaign), *_endings(campaign, dict(runs)), *_datasets(campaign, runs),
            *_shared(campaign, runs, "login_setup", known_logins), *_shared(campaign, runs, "job_type", known_types)]


def notices(campaign: Campaign) -> list[Problem]:
    """What may stand, and does not do what its writer may think."""
    taken = [key for key, _ in campaign.keywords if key not in templates.free([key])]
    return [*(Problem(("campaign",), "keywords", key, f"%({key})s is a word that POMS fills in by itself: give the keyword another name")
              for key in taken), *_unreached(campaign)]


def _unreached(campaign: Campaign) -> Iterator[Problem]:
    lost = graph.unreached([stage.name for stage in campaign.stages], [(edge.upstream, edge.downstream) for edge in campaign.dependencies])
    for stage in campaign.stages if lost else ():
        if stage.name in lost:
            yield Problem(("stage", stage.name), "name", stage.name,
                          "nothing comes here: no stage that begins a run leads to it, since it waits for stages that wait for one another")


def _at(place: Place, faults: Iterable[Fault]) -> Iterator[Problem]:
    return (Problem(place, *fault) for fault in faults)


def _head(campaign: Campaign) -> Iterator[Problem]:
    place = ("campaign",)
    yield from _at(place, values.name("name", campaign.name))
    yield from _at(place, values.plain("note", campaign.note))
    yield from _at(place, values.choice("kind", campaign.kind, CAMPAIGN_KINDS))
    yield from _at(place, values.words("keywords", campaign.keywords))
    for field in LIMITS:
        yield from _at(place, values.whole(field, getattr(campaign, field), FIELDS[field]))
    yield from _at(("parameters",), values.words("parameters", campaign.parameters))
    if not campaign.stages:
        yield Problem(place, "name", campaign.name, "a campaign needs at least one stage")


def _names(campaign: Campaign) -> Iterator[Problem]:
    for kind, things in (("stage", campaign.stages), ("login_setup", campaign.login_setups), ("job_type", campaign.job_types)):
        counted = Counter(thing.name for thing in things)       # type: ignore[attr-defined]
        for name, times in counted.items():
            yield from _at((kind, name), values.name("name", name))
            if times > 1:
                yield Problem((kind, name), "name", name, f"the name is used {times} times: give each {kind} its own")


def _settings(campaign: Campaign) -> Iterator[Problem]:
    yield from _at(("defaults",), _said(campaign.defaults, campaign))
    for stage in campaign.stages:
        place = ("stage", stage.name)
        yield from _at(place, values.plain("note", stage.note))
        yield from _at(place, values.position("position", stage.position))
        yield from _at(place, _said(stage.settings, campaign))


def _renames(campaign: Campaign, known: Names) -> Iterator[Problem]:
    """`was` must name one stage that is there now and no longer in the document."""
    names, told = {stage.name for stage in campaign.stages}, Counter(stage.was for stage in campaign.stages)
    for stage in campaign.stages:
        yield from _at(("stage", stage.name), values.plain("was", stage.was))
        found = ""
        if stage.was in names:
            found = "a stage of this name is still in the document, so it was not renamed"
        elif told[stage.was] > 1:
            found = "two stages cannot have had the same name"
        elif known is not None and stage.was not in known and stage.name not in known:
            found = f"the campaign has no stage of this name; it has {values.some(sorted(known))}"
        if stage.was and found:
            yield Problem(("stage", stage.name), "was", stage.was, found)


def _said(settings: Settings, campaign: Campaign) -> Iterator[Fault]:
    keywords = [key for key, _ in campaign.keywords]
    for field in fields(settings):
        value, rule = getattr(settings, field.name), FIELDS[field.name]
        if value is not None:
            yield from _RULES[rule.words or rule.kind](field.name, value, rule, keywords)


_RULES = {
    "text": lambda name, value, field, keywords: values.plain(name, value),
    "dataset": lambda name, value, field, keywords: values.dataset(name, value, keywords),
    "version": lambda name, value, field, keywords: values.version(name, value, keywords),
    "name": lambda name, value, field, keywords: values.name(name, value),
    "bool": lambda name, value, field, keywords: values.yes_or_no(name, value),
    "int": lambda name, value, field, keywords: values.whole(name, value, field),
    "number": lambda name, value, field, keywords: values.number(name, value, field),
    "choice": lambda name, value, field, keywords: values.choice(name, value, field.allowed),
    "pairs": lambda name, value, field, keywords: values.overrides(name, value, keywords),
    "jobs": lambda name, value, field, keywords: values.jobs(name, value, field),
    "split": lambda name, value, field, keywords: _split(name, value, field),
}


def _split(name: str, value: object, field: Field) -> Iterator[Fault]:
    yield from values.plain(name, value)
    if not isinstance(value, str) or (not value and name == "test_split"):
        return
    try:
        splits.parse(value)
    except ValueError as error:
        yield name, value, str(error)


def _parts(campaign: Campaign) -> Iterator[Problem]:
    keywords = [key for key, _ in campaign.keywords]
    for login in campaign.login_setups:
        yield from _at(("login_setup", login.name), login_faults(login))
    for job_type in campaign.job_types:
        yield from _at(("job_type", job_type.name), type_faults(job_type, keywords))


def _edges(campaign: Campaign) -> Iterator[Problem]:
    names = {stage.name for stage in campaign.stages}
    counted, told = Counter((edge.upstream, edge.downstream, edge.pattern) for edge in campaign.dependencies), values.some(sorted(names))
    for (upstream, downstream, pattern), times in counted.items():
        place = ("dependency", downstream)
        for field, name in (("upstream", upstream), ("downstream", downstream)):
            if name not in names:
                yield Problem(place, field, name, f"there is no such stage; the stages are {told}")
        yield from _at(place, values.patterns("pattern", pattern, PATTERN_LENGTH))
        if not pattern:
            yield Problem(place, "pattern", pattern, "a dependency needs a file pattern; % means every file")
        if times > 1:
            yield Problem(place, "upstream", upstream, f"this dependency is said {times} times")
    around = graph.cycle((edge.upstream, edge.downstream) for edge in campaign.dependencies)
    if around:
        way = " > ".join(map(values.short, (*around, around[0]) if len(around) < values.SHOWN else (*around[:values.SHOWN], "…", around[0])))
        yield Problem(("dependency", around[0]), "upstream", around[-1], f"the stages wait for one another: {way}")


def _endings(campaign: Campaign, runs: Mapping[str, Settings]) -> Iterator[Problem]:
    """Nothing may wait for the end of a split that has none."""
    edges = [(edge.upstream, edge.downstream) for edge in campaign.dependencies]
    loops = {upstream for upstream, downstream in edges if upstream == downstream}
    endless = {name for name, settings in runs.items() if not _ends(settings)}
    for name, settings in runs.items() if endless else ():
        if (settings.keep_running or name in loops) and name in endless:
            yield Problem(("stage", name), "keep_running", settings.keep_running, _never(name, settings))
        if settings.join == "drained":
            yield from (Problem(("stage", name), "join", "drained", _never(above, runs[above]))
                        for above in sorted(graph.before(name, edges) & endless))


def _datasets(campaign: Campaign, runs: Runs) -> Iterator[Problem]:
    """A split may want its dataset spelled in its own way; what a dependent gets from upstream is not known yet."""
    fed = {edge.downstream for edge in campaign.dependencies if edge.upstream != edge.downstream}
    for name, settings in runs:
        dataset = str(settings.dataset)
        if name in fed and dataset.strip().lower() in splits.NOTHING:
            continue
        for text in {str(settings.split), str(settings.test_split or "none")}:
            yield from (Problem(("stage", name), "dataset", dataset, sentence) for sentence in _misread(text, dataset))


def _misread(split: str, dataset: str) -> Iterator[str]:
    try:
        splits.parse(split)
    except ValueError:
        return      # the split itself is a problem of its own
    try:
        splits.length(split, dataset)
    except ValueError as error:
        yield str(error)


def _never(name: str, settings: Settings) -> str:
    return f"it waits for the end of the split of {name}, and {settings.split} never ends: choose a split that does"


def _ends(settings: Settings) -> bool:
    try:
        return bool(splits.parse(str(settings.split))[0].ends)
    except ValueError:
        return True     # the split itself is a problem of its own


def _shared(campaign: Campaign, runs: Runs, field: str, known: Names) -> Iterator[Problem]:
    """Each stage that launches names a job type and a login setup that exist; an approval launches nothing."""
    if known is None:
        return
    here = {part.name for part in (campaign.login_setups if field == "login_setup" else campaign.job_types)}     # type: ignore[attr-defined]
    told = values.some(sorted({*here, *known}))
    for stage, settings in runs:
        name = getattr(settings, field)
        if settings.stage_type != "approval" and name not in here and name not in known:
            yield Problem(("stage", stage), field, name, f"there is no such {field.replace('_', ' ')}, in this document or in the "
                          f"experiment; known are {told}")
