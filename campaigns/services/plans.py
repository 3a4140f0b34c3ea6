"""What storing a document would do: the lines that a person reads before saying yes. Changes nothing."""
from campaigns import document
from campaigns.document.changes import Line, changes
from campaigns.services import anew, documents, sharing


def plan(doc: document.Campaign, *, experiment: str, update_shared: bool = False) -> list[Line]:
    """One line for the campaign, each stage, dependency, split that begins anew, job type and login setup; Invalid if it cannot work."""
    doc = documents.checked(doc, experiment=experiment, update_shared=update_shared)
    row = documents.living(doc.name, experiment=experiment)
    before = documents.read(row) if row else None
    splits = [split.line() for split in anew.of(row, before, doc)]
    return [*changes(before, doc), *splits, *sharing.lines(doc, experiment=experiment, update=update_shared)]
