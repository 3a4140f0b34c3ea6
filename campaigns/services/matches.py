"""Are there files as a document speaks of them? The catalogue is asked, quickly, and outside of any transaction."""
from itertools import islice
from time import monotonic

from accounts.models import Experiment
from campaigns import document
from campaigns.document.matching import spoken
from pomssite.kit.errors import Invalid, NoAnswer
from pomssite.kit.registry import backend

MOST, SECONDS = 40, 2.0         # queries that are asked, and how long the next one may still begin
NONE = "no file of the experiment fits it so far"


def without_files(doc: document.Campaign, *, experiment: Experiment) -> dict[str, str]:
    """Of the queries that the document's patterns and datasets mean: those that mean no file now, each with a sentence."""
    catalogue, found, began = backend("DATA_HANDLERS", experiment.catalogue), {}, monotonic()
    for words in islice(dict.fromkeys(each.dimensions for each in spoken(doc)), MOST):
        if monotonic() - began > SECONDS:
            break
        try:
            if not catalogue.files(experiment.pk, words, limit=1):
                found[words] = NONE
        except Invalid as unknown:
            found[words] = str(unknown)
        except NoAnswer:
            break
    return found
