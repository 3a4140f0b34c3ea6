"""A preview's id changes if and only if something of it does, what differs is named, and words are shown as a shell will have them."""
import json
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submissions import preview

LEAVES = st.none() | st.integers(-3, 3) | st.text(max_size=3) | st.booleans()
VALUES = st.recursive(LEAVES, lambda inside: st.lists(inside, max_size=2) | st.dictionaries(st.sampled_from("abc"), inside, max_size=2), max_leaves=4)
SLICES = st.fixed_dictionaries({"count": st.integers(0, 2), "first": st.lists(st.sampled_from("ab"), max_size=2), "last": st.sampled_from("ab"),
                                "names": st.sampled_from("ab"), "dimensions": st.sampled_from("ab"), "parameter": st.sampled_from("ab")})
LAUNCHES = st.fixed_dictionaries({"command": st.lists(st.sampled_from("abc"), max_size=3), "slice": SLICES,
                                  "environment": VALUES, "settings": VALUES})
HOSTILE = ("", " ", "a b", "it's", '"', "$(touch x)", "`id`", "%", "%(tune)s", "a\nb", "a\r\n\tb", "é", "🙂", "\u202eabc", "\x1b[31m",
           "\\", "\\n", "-x", "--tune=a\nb",
           "~", "*", "!", "\x7f", "\xa0", "x" * 100_000, "'\n\\'", "\U000e0001")
OVER = {"count": 400, "first": ["a"], "last": "z", "names": "1", "dimensions": "data_tier raw", "parameter": ""}


def launch(**said):
    return {"command": ["run", "-m", "2000"], "environment": {"A": "1"},
            "where": {"host": "gpvm01"}, "asks": {"memory_mb": 2000}, "slice": OVER, **said}


@given(LAUNCHES, LAUNCHES)
def test_two_have_the_same_id_only_if_nothing_differs(one, other):
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (preview.id_of(one) == preview.id_of(other)) == same == (preview.differences(one, other) == [])


@given(LAUNCHES)
def test_what_is_kept_and_read_again_has_the_same_id(one):
    assert preview.id_of(preview.plain(one)) == preview.id_of(one)
    assert preview.plain({"a": ("b", 1), "c": {"d": (1,)}}) == {"a": ["b", 1], "c": {"d": [1]}}


@pytest.mark.parametrize(("said", "sentence"), [
    ({"command": ["run", "-m", "2800"]}, "command: 2000 → 2800"),
    ({"command": ["run"]}, "command: -m 2000 → nothing"),
    ({"environment": {"A": "1", "B": "2"}}, "environment B: nothing → 2"),
    ({"environment": {"A": "x\ny"}}, "environment A: 1 → x\\ny"),
    ({"where": {"host": "gpvm02"}}, "where host: gpvm01 → gpvm02"),
    ({"asks": {"memory_mb": 2800}}, "memory_mb: 2000 → 2800"),
    ({"slice": OVER | {"count": 412, "names": "2"}}, "slice, 12 files more: 400 files → 412 files"),
    ({"slice": OVER | {"count": 399, "names": "2"}}, "slice, 1 file less: 400 files → 399 files"),
    ({"slice": OVER | {"first": ["b"], "names": "2"}}, "slice, other files: a → b"),
    ({"slice": OVER | {"dimensions": "data_tier sim"}}, "slice dimensions: data_tier raw → data_tier sim"),
])
def test_what_differs_is_named_with_what_it_was_and_is(said, sentence):
    found = preview.sentence(preview.differences(launch(), launch(**said)), 200)
    assert found.replace("\\\n  ", "").strip() == sentence


def test_what_follows_from_another_change_is_told_once():
    one, other = (launch(asks={"jobs": n}, requests={"jobs": n}, settings={"jobs": n, "cpus": n}) for n in (2, 5))
    assert [str(change) for change in preview.differences(one, other)] == ["jobs: 2 → 5", "settings cpus: 2 → 5"]


def test_a_sentence_tells_the_nearest_first_and_says_how_much_it_leaves_out():
    changes = preview.differences(launch(zeal="1"), launch(zeal="2", command=["run", "-m", "1"], environment={f"N{k}": "x" * 90 for k in range(9)}))
    text = preview.sentence(changes, 150)
    assert text.startswith("command: 2000 → 1; environment A: 1 → nothing") and text.endswith(f"and {len(changes) - 3} more") and len(text) <= 150
    assert preview.sentence([preview.Change("x" * 300, "1", "2")], 100) == "x" * 100


def test_names_stand_for_the_same_files_in_any_order_and_for_no_others():
    assert preview.of_names(["a", "b"]) == preview.of_names(("b", "a")) != preview.of_names(["ab"])
    assert preview.of_names(["a,b"]) != preview.of_names(["a", "b"])


@pytest.mark.parametrize("words", [HOSTILE[:-3], ["--tune=" + HOSTILE[-3]], HOSTILE[-2:]], ids=["many", "100 kB", "signs"])
def test_the_line_gives_a_shell_exactly_these_words(words):
    text = f"printf '%s\\0' {preview.line(list(words))}" if words[0] else f"printf '%s\\0' '' {preview.line(list(words[1:]))}"
    said = subprocess.run(["bash"], input=text.encode(), capture_output=True, check=True, env={"LANG": "C"}).stdout
    assert said.split(b"\0")[:-1] == [word.encode() for word in words]


@pytest.mark.parametrize("word", HOSTILE)
def test_what_is_shown_prints_and_says_all(word):
    assert preview.escaped(word).isprintable() and preview.quoted(word).isprintable()
    assert ("\\" in word or not word.isprintable()) or preview.escaped(word) == word


def test_a_script_says_where_and_each_variable_and_the_set_up():
    text = preview.script({"host": "gpvm01", "account": "pro", "setup": "setup x"}, {"A": "b c", "D": "e\nf"}, ["run", "-x", "a b"])
    assert text == "ssh -t pro@gpvm01\nexport A='b c'\nexport D=$'e\\nf'\nsetup x\nrun \\\n  -x 'a b'"
    assert preview.script({"host": "", "account": "pro", "setup": ""}, {}, ["-x"]) == "-x"
