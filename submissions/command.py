"""What to run: a list of words, never a line for a shell. Pure."""
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from campaigns.document import REQUESTS as REQUEST_KEYS
from campaigns.document.fields import PER_FILE

Pairs = Sequence[Sequence[str]]
UNSET = "unset"                         # ["unset", "--flag"] in a layer takes the key away again
REQUESTS = tuple(key.removeprefix("@") for key in REQUEST_KEYS)


class BadCommand(ValueError):
    """The words cannot be made: a sentence that names the word."""


@dataclass(frozen=True)
class Login:
    """Where and as whom a command that submits is run, and what is run before it."""

    host: str
    account: str
    setup: str = ""
    group: str = ""         # the batch group, and the role in it
    role: str = ""
    experiment: str = ""
    user: str = ""          # who launches


@dataclass(frozen=True)
class JobSpec:
    """All a batch system needs to know of one launch, and nothing of Django."""

    tag: str
    argv: tuple[str, ...]
    environment: tuple[tuple[str, str], ...] = ()
    inputs: tuple[tuple[str, str], ...] = ()    # (name, content): files of mode 0600 beside the job; programs (#!) 0700, on its PATH
    style: str = "payload"                      # or `submitter`: a command that submits by itself
    jobs: int = 1
    memory_mb: int = 2000                       # a job over it is killed
    wall_s: int = 3600
    cpus: int = 1
    disk_mb: int = 10000
    login: Login | None = None                  # of a submitter


def mode_of(content: str) -> int:
    """An input is for the job alone; a program may be run."""
    return 0o700 if content.startswith("#!") else 0o600


def layered(layers: Iterable[Pairs]) -> tuple[tuple[str, str], ...]:
    """Pairs in the order in which their keys first appear; a later layer's value stands in the earlier one's place."""
    merged: dict[str, str] = {}
    for layer in layers:
        for key, value in layer:
            if key == UNSET:
                merged.pop(value, None)
            else:
                merged[key] = value
    return tuple(merged.items())


def words(script: str, pairs: Pairs, keywords: Mapping[str, str]) -> tuple[str, ...]:
    """The command as a list. Key and value are joined as they are; a key that ends with a blank is a word of its own."""
    said = [*_taken_apart(script), *(word for key, value in pairs if not key.startswith("@") for word in _joined(key, value))]
    return tuple(filled(word, keywords) for word in said)


def _taken_apart(script: str) -> list[str]:
    try:
        return shlex.split(script)
    except ValueError as open_:
        raise BadCommand(f"the launch script {script!r} cannot be taken apart into words: {str(open_).lower()}") from open_


def _joined(key: str, value: str) -> tuple[str, ...]:
    if key.endswith(" "):
        return (*key.split(), value) if value else tuple(key.split())
    return (f"{key}{value}",) if key or value else ()


def filled(text: str, keywords: Mapping[str, str]) -> str:
    """`%(name)s` replaced and `%%` halved. BadCommand names an unknown keyword or a stray %."""
    try:
        return text % keywords
    except KeyError as unknown:
        raise BadCommand(f"{text!r}: the keyword %({unknown.args[0]})s is not known") from unknown
    except (TypeError, ValueError) as stray:
        raise BadCommand(f"{text!r}: a single % means nothing here, write %% for the sign itself ({stray})") from stray


def requests(settings: Mapping[str, object], pairs: Pairs) -> dict[str, object]:
    """What is asked of the batch system: the settings' words, then those of `@` pairs. BadCommand names one that is no number."""
    asked = {name: settings[name] for name in REQUESTS}
    for key, value in pairs:
        if key.startswith("@"):
            asked[key[1:]] = value if (key, value) == ("@jobs", PER_FILE) else _number(key, value)
    return asked


def _number(key: str, value: str) -> int:
    if key not in REQUEST_KEYS:
        raise BadCommand(f"override {key!r}: what can be asked for is {', '.join(REQUEST_KEYS)}")
    if not (value.isdecimal() and int(value) > 0):
        raise BadCommand(f"override {key} is {value!r}: write a whole number of at least 1")
    return int(value)


def jobs_of(asked: object, inputs: int) -> int:
    """How many jobs: the number that was asked for, or one for each input file."""
    return max(inputs, 1) if asked == PER_FILE else int(str(asked))


def environment(names: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """The variables of a launch, old names of the same things included."""
    said = {name: str(value) for name, value in names.items()}
    said |= {old: said[new] for old, new in OLD_NAMES.items() if new in said}
    return tuple(sorted(said.items()))


def one_word(name: str) -> str:
    """A name as old clients read it: blanks are written `_`."""
    return name.replace(" ", "_")


def campaign_and_stage(campaign: str, stage: str) -> str:
    """`campaign__stage`; equal names once, and a stage's name without the campaign's before it."""
    if campaign == stage:
        return one_word(stage)
    return one_word(f"{campaign}__{stage.removeprefix(campaign)}")


OLD_NAMES = {
    "POMS_TASK_ID": "POMS4_SUBMISSION_ID", "POMS_CAMPAIGN_ID": "POMS4_CAMPAIGN_STAGE_ID",
    "POMS_CAMPAIGN": "POMS4_CAMPAIGN_NAME", "POMS_STAGE": "POMS4_CAMPAIGN_STAGE_NAME", "GROUP": "JOBSUB_GROUP",
}
