"""The names of the campaign's files: the same work makes the same name, whichever submission, job or attempt does it."""


def generated(label: str, seed: int, index: int) -> str:
    return f"{label}-s{seed}-j{index}.gen.jsonl.gz"


def simulated(parent: str) -> str:
    """One file in, one file out: only the tier differs."""
    return parent.replace(".gen.", ".sim.")


def merged(label: str) -> str:
    return f"{label}.merged.jsonl.gz"


def fitted(label: str) -> str:
    return f"{label}.fit.json"


def plotted(label: str) -> str:
    return f"{label}.plot.png"
