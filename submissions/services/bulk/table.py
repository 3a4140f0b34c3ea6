"""Everything that may be done to many things at once: to add a case is to add a row to DEEDS of its kind."""
from submissions.services.bulk import of_campaigns, of_jobs, of_submissions
from submissions.services.bulk.parts import Deed, Kind

KINDS: dict[str, Kind] = {kind.name: kind for kind in (of_submissions.KIND, of_jobs.KIND, of_campaigns.KIND)}
DEEDS: dict[tuple[str, str], Deed] = {(deed.kind, deed.name): deed for deed in (*of_submissions.DEEDS, *of_jobs.DEEDS, *of_campaigns.DEEDS)}


def deeds_of(kind: str) -> list[Deed]:
    """Those of one kind, in the order of the table."""
    return [deed for deed in DEEDS.values() if deed.kind == kind]
