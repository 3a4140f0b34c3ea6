"""What may be written with % in a launch command, a login setup, a dataset or a version. Pure."""
import re
from collections.abc import Collection, Iterator, Mapping

BUILT_IN = ("dataset", "parameter", "version", "group", "experimenter", "experiment")
_WORD = re.compile(r"%(?:%|\((?P<name>[^()%]*)\)(?P<end>s?)|)")
_KEYWORD = re.compile(r"%\((?P<name>[^()%]*)\)(?P<end>s?)")


def faults(text: str, keywords: Collection[str] = ()) -> Iterator[str]:
    """A sentence for every % that the launch could not fill in."""
    known = [*BUILT_IN, *keywords]
    for word in _WORD.finditer(text):
        name = word["name"]
        if word[0] == "%%" or (name in known and word["end"]):
            continue
        yield _sentence(word[0], name, known)


def free(keywords: Collection[str]) -> list[str]:
    """The keywords that mean something: the built-in words win over those of the same name."""
    return [name for name in keywords if name not in BUILT_IN]


def put_in(text: str, keywords: Mapping[str, str]) -> str:
    """A dataset or a version with the campaign's keywords put in; any other % stands for itself, as a query wants it."""
    known = free(keywords)
    return _KEYWORD.sub(lambda word: keywords[word["name"]] if word["end"] and word["name"] in known else word[0], text)


def strange(text: str, keywords: Collection[str]) -> Iterator[str]:
    """A sentence for every %(word)s of a dataset or a version that `put_in` does not know."""
    known = free(keywords)
    for word in _KEYWORD.finditer(text):
        name = word["name"]
        if name in BUILT_IN:
            yield f"{word[0]} is known to commands alone; here it must be a keyword of the campaign ({', '.join(known) or 'it has none'})"
        elif name not in known:
            yield f"the keyword {word[0]} is not one of the campaign's ({', '.join(known) or 'it has none'})"
        elif not word["end"]:
            yield f"{word[0]} is not finished: write %({name})s"


def stray(text: str) -> Iterator[str]:
    """A sentence if a % is left that begins no %(word)s: a version has no wildcards."""
    if "%" in _KEYWORD.sub("", text):
        yield "a single % means nothing in a version: write a keyword of the campaign as %(keyword)s, or leave it out"


def _sentence(word: str, name: str | None, known: list[str]) -> str:
    if name is None:
        return "a single % means nothing here: write %% for the sign itself, or %(keyword)s"
    if name in known:
        return f"{word} is not finished: write %({name})s"
    return f"the keyword {word} is not known; known are {', '.join(known)} (write %%({name})s for another program to fill in)"
