"""The laws of the campaign document: what is written is read back, in every spelling, for any document that can be thought of."""
import json
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from campaigns import document as d
from campaigns import ini
from tests.strategies import SETTINGS, campaigns, many, states

LAWS = {        # law -> whether it holds for a document and a state
    "text and back": lambda doc, state: ini.parse(ini.write(doc)) == doc,
    "json and back": lambda doc, state: d.from_json(json.loads(json.dumps(d.to_json(doc)))) == doc,
    "the same bytes the second time": lambda doc, state: _again(ini.write(doc)) == ini.write(doc),
    "the same bytes whatever the ends of lines": lambda doc, state: _again(ini.write(doc).replace("\n", "\r\n")) == ini.write(doc),
    "text and back, with its state": lambda doc, state: _both(ini.read(ini.write(doc, state))) == (doc, state),
    "the same bytes the second time, with its state": lambda doc, state: ini.write(*_both(ini.read(ini.write(doc, state)))) == ini.write(doc, state),
}


def _again(text):
    """Through bytes, as a file goes."""
    return ini.write(ini.read(ini.text_of(text.encode(), file="c.ini", most=10**9)).campaign)


def _both(book):
    return book.campaign, book.state


def test_every_law_holds_for_any_document(record_property):
    seen = Counter()

    @many(80)
    @given(st.data(), campaigns())
    def hold(data, doc):
        state = data.draw(states([stage.name for stage in doc.stages]))
        for law, holds in LAWS.items():
            assert holds(doc, state), law
            seen[law] += 1
        seen["signs that must be spelled"] += any(sign in repr(doc) for sign in ("\\n", "%", "]", ",", "é", "🙂"))

    hold()
    for law, times in seen.items():
        record_property(law, times)


def test_settings_lie_over_one_another_in_any_order(record_property):
    seen = Counter()

    @many(80)
    @given(SETTINGS, SETTINGS, SETTINGS)
    def hold(a, b, c):
        assert a.over(b).over(c) == a.over(b.over(c))
        assert d.UNSAID.over(a) == a == a.over(d.UNSAID)
        seen["over"] += 1

    hold()
    record_property("over", seen["over"])
