"""A dataset that is a list, as rows to be edited, and what is cut from it, slice by slice. Pure."""
from collections.abc import Sequence
from dataclasses import dataclass

from campaigns.document import Campaign, Settings, templates
from datasets import splits

SHOWN = 50      # slices
MOST = 300      # texts that have fields of their own; more are written as a text


@dataclass(frozen=True)
class Table:
    """The rows of a dataset; the texts of its slices in their order, of very many the first, and how many there are."""

    rows: Sequence[Sequence[str]]
    each: str
    many: bool
    hint: str
    slices: Sequence[str]
    count: int

    @property
    def more(self) -> int:
        return max(0, self.count - len(self.slices))


def of(campaign: Campaign, settings: Settings) -> Table | None:
    """None where the split cuts no list, or the list cannot be read or is too long: then its text is edited as it stands."""
    try:
        split, _ = splits.parse(str(settings.split))
        if split.rows is None:
            return None
        rows = split.rows.read(str(settings.dataset))
    except splits.BadSplit:
        return None
    if sum(map(len, rows)) > MOST:
        return None
    meant = templates.put_in(str(settings.dataset), dict(campaign.keywords))
    try:
        cut, count = split.begun(meant, SHOWN), splits.length(str(settings.split), meant) or 0
    except splits.BadSplit:
        cut, count = [], 0
    return Table(rows, split.rows.each, split.rows.many, split.hint, cut, count)


def text(split: str, dataset: str, rows: Sequence[Sequence[str]]) -> str:
    """The dataset that says these rows; BadSplit if this split cuts no list."""
    found = splits.parse(split)[0].rows
    if found is None:
        raise splits.BadSplit(f"split {split} cuts no list: its dataset has no rows")
    return found.write(rows, dataset)
