"""Random queries, by a seed: trees of any shape over given words, and texts that are nearly queries."""
from collections.abc import Iterator, Mapping, Sequence
from random import Random

from datasets.query import Chain, Either, Node, Not, Related, Select, Term, write
from datasets.query.terms import AVAILABILITY, KEYWORDS, ORDERING, RELATIONS, dim_of

Pool = Mapping[str, Sequence[str]]      # word: values that may stand behind it
NAMES = ("a", "a%", "%", "_", "x y", "it's", '"', "é", "🙂", "a,b", "(", "1", "5-7", "-1.5e3", "007", "and", "With", "true", "\\", "\n",
         "__located__", "2026-01", "co%", "'); drop table x; --", "\u202e", "a" * 1000)
NUMBERS = ("0", "7", "007", "999999999999999999")
TIMES = ("2026-01-31", "2026-01-31T12:00:00Z", "2026-01-31 12:00:00.5+05:30", "0001-01-01", "9999-12-31T23:59:59-00:00", "2026-W05-3")
FACTS = ("cosmic", "5", "-2.5", "1e3", "5-7", "-3--1", "2026-01", "true", "null", "a%", "x'y", "{}", "é", "9" * 40)
ODD: Pool = {
    "defname": NAMES, "snapshot_id": NUMBERS, "snapshot_for_project_name": NAMES, "project_name": NAMES, "project_id": NUMBERS,
    "consumed_status": ("co%", "failed", "%", "un%"), "file_name": NAMES, "version": NAMES, "data_tier": NAMES, "file_format": NAMES,
    "data_stream": FACTS, "file_type": FACTS, "Online.detector": FACTS, "a.b.c": FACTS, "run_number": ("7", "7-9", "7.0001", "0-999999999999999999"),
    "create_date": TIMES, "end_time": TIMES, "produced_by": ("lab1-41", "x y-0", "--7"), "availability": AVAILABILITY,
}
FACTUAL: Pool = {word: values for word, values in ODD.items()
                 if not word.endswith(("name", "_id", "_status")) or word == "file_name"}     # no names that must be known
SCRAPS = (*sorted(KEYWORDS), *RELATIONS, *ODD, "(", ")", "'", '"', ",", ":", "<", ">=", "!=", "=", "%", "\0", "\ud800", "\n", " ", "\u2028", "-",
          "availability", "limit", "offset", "stride", "9" * 30, "1e999", "٣", "İ", "K", "𝟕", "file_name", "((((", "not " * 9, "''", '""', "..", "#")


def tree_of(luck: Random, pool: Pool, deep: int = 3) -> Node:
    """Any tree of these words."""
    if deep == 0 or luck.random() < 0.3:
        return term_of(luck, pool)
    return luck.choice(SHAPES)(luck, pool, deep - 1)


def term_of(luck: Random, pool: Pool) -> Term:
    word = luck.choice(list(pool))
    dim = dim_of(word)
    op = luck.choice(("", *dim.ops))
    values = pool[word]
    if op in ORDERING:
        values = [value for value in values if not dim.bound or value.isdecimal()]
    most = 3 if dim.many and op not in ORDERING else 1
    return Term(word, op, tuple(luck.choice(values) for _ in range(luck.randint(1, most))))


def _chain(luck: Random, pool: Pool, deep: int) -> Node:
    rest = tuple((luck.choice(("and", "minus")), tree_of(luck, pool, deep)) for _ in range(luck.randint(1, 3)))
    return Chain(tree_of(luck, pool, deep), rest)


def _either(luck: Random, pool: Pool, deep: int) -> Node:
    return Either(tuple(tree_of(luck, pool, deep) for _ in range(luck.randint(2, 3))))


def _not(luck: Random, pool: Pool, deep: int) -> Node:
    return Not(tree_of(luck, pool, deep))


def _related(luck: Random, pool: Pool, deep: int) -> Node:
    return Related(luck.choice(RELATIONS), tree_of(luck, pool, deep))


def _select(luck: Random, pool: Pool, deep: int) -> Node:
    said = {"availability": luck.choice(AVAILABILITY), "stride": luck.randint(1, 3), "offset": luck.randint(0, 3), "limit": luck.randint(0, 4)}
    kept = luck.sample(sorted(said), luck.randint(1, 4))
    return Select(tree_of(luck, pool, deep), **{word: said[word] for word in kept})


SHAPES = (_chain, _chain, _either, _not, _related, _select)


def texts(seed: int, many: int) -> Iterator[str]:
    """Texts of the language, and what fingers, mails and old files make of them."""
    luck = Random(seed)
    for _ in range(many):
        text = write(tree_of(luck, ODD, luck.randint(0, 4))) if luck.random() < 0.8 else ""
        for _ in range(luck.choice((0, 1, 1, 2, 5, 20))):
            text = luck.choice(DAMAGE)(luck, text)
        yield text


def _cut_out(luck: Random, text: str) -> str:
    start = luck.randint(0, len(text))
    return text[:start] + text[start + luck.randint(0, 6):]


def _put_in(luck: Random, text: str) -> str:
    place = luck.randint(0, len(text))
    scrap = luck.choice(SCRAPS) if luck.random() < 0.7 else chr(luck.randrange(0x110000))
    blank = luck.choice(("", " "))
    return f"{text[:place]}{blank}{scrap}{blank}{text[place:]}"


def _doubled(luck: Random, text: str) -> str:
    start = luck.randint(0, len(text))
    piece = text[start:start + luck.randint(1, 40)]
    return text[:start] + piece * luck.randint(2, 5) + text[start:]


def _swapped(luck: Random, text: str) -> str:
    words = text.split(" ")
    luck.shuffle(words)
    return " ".join(words)


def _other_case(luck: Random, text: str) -> str:
    return luck.choice((text.upper, text.lower, text.swapcase))()


DAMAGE = (_cut_out, _cut_out, _put_in, _put_in, _doubled, _swapped, _other_case)
