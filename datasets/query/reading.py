"""Text of a query -> its tree, or a sentence that names the column and what may stand there."""
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from datasets.query.terms import ALIASES, DIMS, JOINS, KEYWORDS, OPERATORS, RELATIONS, whole
from datasets.query.tree import Chain, Either, Node, Not, Related, Select, Term

DEEPEST = 40                # brackets within brackets
WORD = re.compile(r"""[^\s()'",=<>!]+""")
NAME = re.compile(r"[A-Za-z_][\w.]*")
QUOTED = re.compile(r"""'((?:[^']|'')*)'|"((?:[^"]|"")*)\"""")
FACTOR = "a word such as file_name, `not`, or a bracket"


class BadQuery(ValueError):
    """A query that cannot be read: where, what was expected, and what stands there."""

    def __init__(self, column: int, expected: str, found: str) -> None:
        self.column, self.expected = column, expected
        super().__init__(f"query, column {column}: expected {expected}, found {found}")


def parse(text: str) -> Node:
    """The tree of the text. BadQuery if it is not of the language."""
    reader = _Reader(text)
    tree = reader.query()
    if not reader.at_end():
        raise reader.bad("`and`, `or`, `minus`, `with` or the end")
    return tree


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
            negations += 1
            if negations > DEEPEST:
                raise self.bad(f"no more than {DEEPEST} `not` in a row")
        tree = self._bracket() if self._sees("(") else self._named()
        for _ in range(negations):
            tree = Not(tree)
        return tree

    def _bracket(self) -> Node:
        self._symbol("(")
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.bad(f"no more than {DEEPEST} brackets within one another")
        tree = self.query()
        self._symbol(")")
        self.depth -= 1
        return tree

    def _named(self) -> Node:
        """A relation with its bracket, or a term."""
        start = self._blank()
        found = NAME.match(self.text, start)
        word = ALIASES.get(found[0].lower(), found[0].lower()) if found else ""
        if found is None or word in KEYWORDS:
            raise self.bad(FACTOR)
        if word not in DIMS and word not in RELATIONS:
            raise self.bad(f"one of {', '.join((*DIMS, *RELATIONS))}")
        self.place = found.end()
        if self._sees(":"):
            self._symbol(":")
        return Related(word, self._bracket()) if word in RELATIONS else self._term(word)

    def _term(self, word: str) -> Term:
        dim, op = DIMS[word], self._operator(word)
        values = [self._value(word)]
        while dim.many and self._sees(","):
            self._symbol(",")
            values.append(self._value(word))
        if len(values) > 1 and op in {"<", "<=", ">", ">="}:
            raise self.bad(f"one value behind {op}")
        return Term(word, op, tuple(values))

    def _operator(self, word: str) -> str:
        start = self._blank()
        op = next((op for op in OPERATORS if self._peek() == op or (not op.isalpha() and self._sees(op))), "")
        allowed = DIMS[word].ops
        if op and ("=" if op == "in" else op) not in allowed:
            raise self.bad(f"{word} with {' or '.join(allowed)}")
        self.place = start + len(op)
        return "=" if op == "in" else op

    def _value(self, word: str) -> str:
        start = self._blank()
        text = self._literal(f"{word} to be {DIMS[word].allowed}")
        try:
            DIMS[word].fits(text)
        except ValueError as bad:
            raise BadQuery(start + 1, f"{word} to be {DIMS[word].allowed}", repr(text)) from bad
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
        return self._value("availability").lower()

    def _number(self, least: int) -> int:
        start, expected = self._blank(), f"a whole number of at least {least}"
        text = self._literal(expected)
        try:
            number = whole(text)
        except ValueError as bad:
            raise BadQuery(start + 1, expected, repr(text)) from bad
        if number < least:
            raise BadQuery(start + 1, expected, repr(text))
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
        return BadQuery(start + 1, expected, repr(found[0] if found else self.text[start]) if start < len(self.text) else "the end")
