"""One turn of the editor: a text, perhaps an edit of it, and all that is shown of what comes of it. Pure."""
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from campaigns import ini
from campaigns.document import Campaign, Dependency, Problem, notices, problems
from campaigns.document.soundness import Names, Place
from campaigns.editing import edits, form, marks, picture
from campaigns.ini.write import write

MOST = 100      # problems that are listed
More = Callable[[Campaign], tuple[Iterable[Problem], Iterable[Problem]]]     # what its caller knows besides: what is wrong, what is doubtful


@dataclass(frozen=True)
class Wrong:
    """One thing to mend: the line that says it, the part and the field if the document has them."""

    line: int
    sentence: str
    place: Place = ()
    field: str = ""
    warns: bool = False

    @property
    def key(self) -> str:
        return json.dumps(self.place)

    @property
    def words(self) -> str:
        kind, *names = self.place or ("text",)
        return " ".join([" → ".join(names[:2]) or kind, self.field.replace("_", " ")]).strip()


@dataclass(frozen=True)
class Turn:
    """What is shown after it. Where the text cannot be read, `picture` is None and the form is empty."""

    text: str
    place: Place
    campaign: Campaign | None
    picture: Mapping[str, Any] | None
    form: form.Form | None
    wrong: Sequence[Wrong]
    refused: edits.Refused | None

    @property
    def errors(self) -> int:
        return sum(not each.warns for each in self.wrong)

    @property
    def parts(self) -> list[tuple[str, str, list[tuple[str, str, bool]]]]:
        """What may be chosen besides the campaign and its defaults, by kind: its key, its name, whether it is shown."""
        campaign = self.campaign or Campaign("")
        edges: list[tuple[str, ...]] = [(each.upstream, each.downstream, each.pattern) for each in campaign.dependencies]
        found: list[tuple[str, str, list[tuple[str, ...]]]] = [
            ("stage", "Stages", [(each.name,) for each in campaign.stages]), ("dependency", "Dependencies", edges),
            ("job_type", "Job types", [(each.name,) for each in campaign.job_types]),
            ("login_setup", "Login setups", [(each.name,) for each in campaign.login_setups])]
        return [(kind, title, [(json.dumps([kind, *names]), " → ".join(names[:2]), self.place == (kind, *names)) for names in rows])
                for kind, title, rows in found]


def _no_more(_campaign: Campaign) -> tuple[Iterable[Problem], Iterable[Problem]]:
    return (), ()


def turn(text: str, *, place: Place = ("campaign",), wish: Mapping[str, Any] | None = None, known: Mapping[str, Names] | None = None,
         more: More = _no_more) -> Turn:
    """`known`: the names that the experiment has, as `problems` wants them; `wish`: the edit, if one is asked for."""
    book, names, refused = ini.look(text), known or {}, None
    if wish:
        try:
            text, place = _edited(book, text, place, wish, names)
            book = ini.look(text)
        except edits.Refused as no:
            refused = no
    if book.desk.faults or not book.desk.readable:
        faults = [Wrong(fault.line, _sentence(fault)) for fault in sorted(book.desk.faults, key=lambda fault: fault.line)]
        return Turn(text, place, None, None, None, faults[:MOST], refused)
    return _seen(book, text, place, names, refused, more)


def _edited(book: ini.Book, text: str, place: Place, wish: Mapping[str, Any], names: Mapping[str, Names]) -> tuple[str, Place]:
    if fault := min(book.desk.faults, key=lambda each: each.line, default=None):
        raise edits.Refused(f"Line {fault.line} of the text cannot be read: mend it first, else it would be lost.")
    taken = {*(names.get("known_types") or ()), *(names.get("known_logins") or ())}
    edit = edits.Edit(str(wish.get("do") or ""), place, wish, names.get("known_stages") or (), taken)
    campaign, after = edits.done(book.campaign, edit)
    return write(campaign, book.state, renames=True), after


def _seen(book: ini.Book, text: str, place: Place, names: Mapping[str, Names], refused: edits.Refused | None, more: More) -> Turn:
    campaign = book.campaign
    wrong, doubtful = more(campaign)
    found, doubts = problems(campaign, **names), [*notices(campaign), *doubtful]
    told_already = {(each.place, each.field, each.value) for each in found}
    found += [each for each in wrong if (each.place, each.field, each.value) not in told_already]
    if edits.place_of(campaign, place) is None:
        place = ("campaign",)
    told = [*(_wrong(book, problem) for problem in found[:MOST]), *(_wrong(book, problem, warns=True) for problem in doubts[:MOST]),
            *(Wrong(each.line, _sentence(each), warns=True) for each in book.desk.warnings)]
    shown = form.of(campaign, place, form.Told(found, doubts, refused), names)
    return Turn(text, place, campaign, picture.of(campaign, found, doubts), shown, told, refused)


def _wrong(book: ini.Book, problem: Problem, *, warns: bool = False) -> Wrong:
    told = book.desk.placed([problem])
    edge = next((each for each in book.campaign.dependencies if marks.concerns(each, problem)), None)
    return Wrong(told[0].line if told else 1, problem.sentence, _edge(edge) if edge else problem.place, problem.field, warns)


def _edge(edge: Dependency) -> Place:
    return ("dependency", edge.upstream, edge.downstream, edge.pattern)


def _sentence(fault: ini.Fault) -> str:
    said = f"[{fault.section}] {fault.key}".strip() if fault.section else fault.key
    return f"{said}: {fault.sentence}" if said else fault.sentence
