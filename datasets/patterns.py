"""What `file_pattern` and `output_file_patterns` mean: a comma list of patterns, split in one place for all who read it. Pure."""
from datasets.query import quoted


def split(text: str) -> tuple[str, ...]:
    """The patterns of a comma list, equal neighbours once; `%` if it says nothing. A comma within brackets is no end."""
    said = [part.strip() for part in _apart(text) if part.strip()]
    return tuple(part for n, part in enumerate(said) if n == 0 or part != said[n - 1]) or ("%",)


def _apart(text: str) -> list[str]:
    parts, depth = [""], 0
    for sign in text:
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth <= 0:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def dimensions(pattern: str) -> str:
    """The query that one pattern means: like a file name, unless a blank says that it is a fragment of dimensions."""
    return f"({pattern.strip()})" if " " in pattern.strip() else f"file_name like {quoted(pattern.strip())}"


def any_of(text: str) -> str:
    """The query that means files of any pattern of a comma list."""
    parts = [dimensions(part) for part in split(text)]
    return parts[0] if len(parts) == 1 else f"({' or '.join(parts)})"
