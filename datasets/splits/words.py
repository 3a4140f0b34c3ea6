"""A dataset as text: what query it means, and how another condition is put to it."""
import re

from datasets.query import quoted

NOTHING = ("", "none", "from_parent")      # a dataset that names no files; read without regard to case


def dimensions(dataset: str) -> str:
    """The query that a dataset's text means: a name is a definition, a text with a blank or colon is a query as it stands."""
    text = dataset.strip()
    if text.lower() in NOTHING:
        return ""
    return text if is_query(text) else f"defname: {quoted(text)}"


def narrowed(dataset: str, condition: str) -> str:
    """Those of its files that fit the condition too."""
    words = dimensions(dataset)
    return f"({words}) {condition}" if is_query(dataset.strip()) else f"{words} {condition}"


def is_query(text: str) -> bool:
    return re.search(r"[\s:]", text) is not None
