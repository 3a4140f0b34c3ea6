"""What may be written with % in a launch command or a login setup. Pure."""
import re
from collections.abc import Collection, Iterator

BUILT_IN = ("dataset", "parameter", "version", "group", "experimenter", "experiment")
_WORD = re.compile(r"%(?:%|\((?P<name>[^()%]*)\)(?P<end>s?)|)")


def faults(text: str, keywords: Collection[str] = ()) -> Iterator[str]:
    """A sentence for every % that the launch could not fill in."""
    known = [*BUILT_IN, *keywords]
    for word in _WORD.finditer(text):
        name = word["name"]
        if word[0] == "%%" or (name in known and word["end"]):
            continue
        yield _sentence(word[0], name, known)


def _sentence(word: str, name: str | None, known: list[str]) -> str:
    if name is None:
        return "a single % means nothing here: write %% for the sign itself, or %(keyword)s"
    if name in known:
        return f"{word} is not finished: write %({name})s"
    return f"the keyword {word} is not known; known are {', '.join(known)} (write %%({name})s for another program to fill in)"
