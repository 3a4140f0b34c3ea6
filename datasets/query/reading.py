"""Text of a query -> its tree, or a sentence that names the column and what may stand there."""
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from datasets.query.terms import ALIASES, DIMS, JOINS, KEYWORDS, OPERATORS, ORDERING, RELATIONS, Dim, dim_of, whole
from datasets.query.tree import Chain, Either, Node, Not, Related, Select, Term

DEEPEST = 40                # brackets and `not` within one another
LONGEST = 200_000           # letters of a query
SHOWN = 60                  # letters of what was found
NO_BLANKS = {ord(letter): " " for letter in "\t\r\v\f"}      # one letter wide, so that a caret stands below its column
WORD = re.compile(r"""[^\s()'",=<>!]+""")
NAME = re.compile(r"[A-Za-z_][\w.]*")
QUOTED = re.compile(r"""'((?:[^']|'')*)'|"((?:[^"]|"")*)\"""")
FACTOR = "a word such as file_name, `not`, or a bracket"
WINDOW = 60                 # letters shown on either side of a fault


class BadQuery(ValueError):
    """A query that cannot be read: where, what was expected, and what stands there."""

    def __init__(self, column: int, expected: str, found: str) -> None:
        self.column, self.expected, self.text = column, expected, ""
        super().__init__(f"query, column {column}: expected {expected}, found {found}")

    @property
    def picture(self) -> str:
        """The text around the fault, and below it a caret that points at the column."""
        at = self.column - 1
        start, end = max(self.text.rfind("\n", 0, at) + 1, at - WINDOW), self.text.find("\n", at)
        line = self.text[start:min(len(self.text) if end < 0 else end, at + WINDOW)]
        shown = line.translate(NO_BLANKS).encode("utf-8", "replace").decode()      # half a letter cannot be shown
        return f"{shown}\n{' ' * (at - start)}^"


def parse(text: str) -> Node:
    """The tree of the text. BadQuery if it is not of the language."""
    try:
        return _Reader(text).whole()
    except BadQuery as bad:
        bad.text = text
        raise


@dataclass
class _Reader:
    """One rule of the grammar a method; `place` is how far the text has been read."""

    text: str
    place: int = 0
    depth: int = 0
    options: dict[str, Callable[[], Any]] = field(init=False)

    def __post_init__(self) -> None:
        self.options = {"availability": self._availability, "stride": lambda: self._number(1),
                        "offset": lambda: self._number(0), "limit": lambda: self._number(0)}

    def whole(self) -> Node:
        """All of the text."""
        if len(self.text) > LONGEST:
            raise BadQuery(LONGEST + 1, f"a query of at most {LONGEST} letters", "more")
        tree = self.query()
        if not self.at_end():
            raise self.bad("`and`, `or`, `minus`, `with` or the end")
        return tree

    def query(self) -> Node:
        """expr { "with" option { option } }"""
        tree = self._expr()
        said: dict[str, Any] = {}
        while self._take("with"):
            said.update(self._option(said))
            while self._peek() in self.options:
                said.update(self._option(said))
        return Select(tree, **said) if said else tree

    def _expr(self) -> Node:
        parts = [self._conj()]
        while self._take("or") or self._take("union"):
            parts.append(self._conj())
        return Either(tuple(parts)) if len(parts) > 1 else parts[0]

    def _conj(self) -> Node:
        first, rest = self._factor(), []
        while join := self._join():
            rest.append((join, self._factor()))
        return Chain(first, tuple(rest)) if rest else first

    def _join(self) -> str | None:
        """`and` or `minus`, said or, where a factor follows at once, unsaid."""
        said = next((join for join in JOINS if self._take(join)), None)
        if said or self.at_end() or self._peek() in {"or", "union", "with"} or self._sees(")"):
            return said
        return "and"

    def _factor(self) -> Node:
        negations = 0
        while self._take("not"):
            self._deeper()
            negations += 1
        tree = self._bracket() if self._sees("(") else self._named()
        for _ in range(negations):
            tree = Not(tree)
        self.depth -= negations
        return tree

    def _bracket(self) -> Node:
        self._symbol("(")
        self._deeper()
        tree = self.query()
        self._symbol(")")
        self.depth -= 1
        return tree

    def _deeper(self) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.bad(f"no more than {DEEPEST} brackets and `not` within one another")

    def _named(self) -> Node:
        """A relation with its bracket, or a term."""
        start = self._blank()
        found = NAME.match(self.text, start)
        said = found[0] if found else ""
        word = said if "." in said else ALIASES.get(said.lower(), said.lower())     # what the metadata call so keeps its letters
        if found is None or word in KEYWORDS:
            raise self.bad(FACTOR)
        dim = dim_of(word)
        if dim is None and word not in RELATIONS:
            raise self.bad(f"one of {', '.join((*DIMS, *RELATIONS))}, or a word of the metadata such as Online.detector")
        self.place = found.end()
        if self._sees(":"):
            self._symbol(":")
        return self._term(word, dim) if dim else Related(word, self._bracket())

    def _term(self, word: str, dim: Dim) -> Term:
        said, op = self._operator(word, dim)
        bracket = said == "in" and self._sees("(")
        if bracket:
            self._symbol("(")
        values = [self._value(word, dim, op)]
        while dim.many and self._sees(","):
            self._symbol(",")
            values.append(self._value(word, dim, op))
        if len(values) > 1 and op in ORDERING:
            raise self.bad(f"one value behind {op}")
        if bracket:
            self._symbol(")")
        return Term(word, op, tuple(values))

    def _operator(self, word: str, dim: Dim) -> tuple[str, str]:
        """As it was said, and as it is meant: `in` is `=`."""
        start = self._blank()
        said = next((op for op in OPERATORS if self._peek() == op or (not op.isalpha() and self._sees(op))), "")
        op = "=" if said == "in" else said
        if op and op not in dim.ops:
            raise self.bad(f"{word} with {' or '.join(dim.ops)}")
        self.place = start + len(said)
        return said, op

    def _value(self, word: str, dim: Dim, op: str = "") -> str:
        start, fits = self._blank(), dim.bound if dim.bound and op in ORDERING else dim.fits
        text = self._literal(f"{word} to be {dim.allowed}")
        try:
            fits(text)
        except ValueError as bad:
            raise BadQuery(start + 1, f"{word} to be {dim.allowed}", _short(text)) from bad
        return text

    def _literal(self, expected: str) -> str:
        """A text in quotes, where a doubled quote is one; or a bare word that means nothing else."""
        start = self._blank()
        if found := QUOTED.match(self.text, start):
            self.place = found.end()
            return found[1].replace("''", "'") if found[1] is not None else found[2].replace('""', '"')
        found = WORD.match(self.text, start)
        if found is None or found[0].lower() in KEYWORDS:
            raise self.bad(expected)
        self.place = found.end()
        return found[0]

    def _option(self, said: dict[str, Any]) -> dict[str, Any]:
        word = self._peek()
        if word not in self.options or word in said:
            raise self.bad(f"one of {', '.join(option for option in self.options if option not in said)}")
        self._take(word)
        return {word: self.options[word]()}

    def _availability(self) -> str:
        if self._sees(":"):
            self._symbol(":")
        return self._value("availability", DIMS["availability"]).lower()

    def _number(self, least: int) -> int:
        start, expected = self._blank(), f"a whole number of at least {least}"
        text = self._literal(expected)
        try:
            number = whole(text)
        except ValueError as bad:
            raise BadQuery(start + 1, expected, _short(text)) from bad
        if number < least:
            raise BadQuery(start + 1, expected, _short(text))
        return number

    def _blank(self) -> int:
        """Pass over blanks; where the next thing begins."""
        while self.place < len(self.text) and self.text[self.place].isspace():
            self.place += 1
        return self.place

    def at_end(self) -> bool:
        return self._blank() == len(self.text)

    def _peek(self) -> str:
        """The whole word that comes next, in small letters; `in-1` does not begin with `in`."""
        found = WORD.match(self.text, self._blank())
        return found[0].removesuffix(":").lower() if found else ""

    def _take(self, word: str) -> bool:
        """Pass over this word if it comes next."""
        if self._peek() != word:
            return False
        self.place += len(word)
        return True

    def _sees(self, symbol: str) -> bool:
        return self.text.startswith(symbol, self._blank())

    def _symbol(self, symbol: str) -> None:
        if not self._sees(symbol):
            raise self.bad(f"'{symbol}'")
        self.place += len(symbol)

    def bad(self, expected: str) -> BadQuery:
        start = self._blank()
        found = WORD.match(self.text, start)
        return BadQuery(start + 1, expected, _short(found[0] if found else self.text[start]) if start < len(self.text) else "the end")


def _short(text: str) -> str:
    return repr(text if len(text) <= SHOWN else f"{text[:SHOWN]}…")
