"""Are there files as a document speaks of them? The catalogue is asked, quickly, and outside of any transaction."""
from collections.abc import Iterator
from time import monotonic

from accounts.models import Experiment
from campaigns import document, ini
from campaigns.document import matching
from pomssite.kit.errors import Invalid, NoAnswer
from pomssite.kit.registry import backend

MOST, SECONDS = 40, 2.0         # queries that are asked, and how long the next one may still begin
NONE = "no file of the experiment fits it so far"
SILENT = "nobody knows whether there are such files, nor of what comes after it: the catalogue does not answer ({})"
REST = "it was not looked for, nor was what comes after it: {} of {} were, as many as a page waits for"


def warnings(book: ini.Book, *, experiment: str) -> list[str]:
    """What may stand in a file and is doubtful, each with its line: of its text, and of the files that it speaks of. It refuses nothing."""
    return [*map(str, [*book.warnings, *book.desk.placed(_doubts(book.campaign, experiment))])]


def doubtful(doc: document.Campaign, *, experiment: str) -> list[str]:
    """The same of a document that nobody wrote as a text."""
    return [*map(str, [*document.notices(doc), *_doubts(doc, experiment)])]


def _doubts(doc: document.Campaign, experiment: str) -> list[document.Problem]:
    return matching.doubts(doc, without_files(doc, experiment=Experiment.objects.get(pk=experiment)))


def without_files(doc: document.Campaign, *, experiment: Experiment) -> dict[str, str]:
    """Of the queries that the document's patterns and datasets mean: those that mean no file now, each with a sentence; and the first
    that the catalogue did not answer, or that was one too many."""
    return dict(_found([*dict.fromkeys(each.dimensions for each in matching.spoken(doc))], experiment))


def _found(queries: list[str], experiment: Experiment) -> Iterator[tuple[str, str]]:
    catalogue, began = backend("DATA_HANDLERS", experiment.catalogue), monotonic()
    for asked, words in enumerate(queries):
        if asked == MOST or monotonic() - began > SECONDS:
            yield words, REST.format(asked, len(queries))
            return
        try:
            if not catalogue.files(experiment.pk, words, limit=1):
                yield words, NONE
        except Invalid as unknown:
            yield words, str(unknown)
        except NoAnswer as silent:
            yield words, SILENT.format(silent)
            return
