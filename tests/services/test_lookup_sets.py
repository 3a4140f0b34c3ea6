"""The database's answer against sets in plain Python, over random small catalogues and random queries; ten thousand in the evidence."""
import pytest

from datasets.known import read
from datasets.lookup import answer
from datasets.query import write
from pomssite.kit.errors import PomsError
from tests import fuzzed
from tests.catalogue import experiment, file

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_the_database_means_what_the_sets_mean(seed: int):
    answered, refused, wrong = fuzzed.compared(seed, 25)
    assert wrong == []
    assert answered + refused == 25 * fuzzed.QUERIES
    assert answered > refused


def test_an_odd_query_is_answered_or_refused_with_a_sentence():
    experiment()
    file("a%", metadata={"Online.detector": 5, "runs": [[7, 1]]})
    answered, refused, wrong = fuzzed.asked(1, 300)
    assert wrong == []
    assert answered > 100
    assert refused > 20


@pytest.mark.parametrize("text", ["file_name '%' and version v1", "file_name __located__ union version v1",
                                  "version v1 or file_name __no_project__"])
def test_old_texts_are_cleaned_as_they_are_read(text: str):
    experiment()
    assert write(read(text)) == "version v1"
    assert answer("lab", read(text)) == answer("lab", read("version v1"))


def test_refusals_are_sentences():
    experiment()
    with pytest.raises(PomsError, match="snapshot 999999999999999999"):
        answer("lab", read("snapshot_id 999999999999999999"))
