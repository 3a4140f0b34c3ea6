"""The physics of the demo campaign: the same work gives the same bytes, and the peak is where it belongs."""
import sys
from collections import Counter
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "demo" / "payload"))

from collisions import derived_seed, generate
from detector import MUON_MASS, mass, simulate
from events import Event, pack, unpack
from peak import fit
from troubles import meet, trouble
from verify import kept_of, verified

LUCK = 7


@pytest.fixture(scope="module")
def events():
    return [event for seed in (1, 2) for first in (0, 100) for event in generate(luck=LUCK, seed=seed, first=first, count=100)]


@pytest.fixture(scope="module")
def merged(events):
    return kept_of(events, luck=LUCK)


def at_rest(mass_gev):
    """A pair of that mass, back to back across the beam."""
    energy = mass_gev / 2
    momentum = (energy**2 - MUON_MASS**2) ** 0.5
    return Event(1, 0, (momentum, 0.0, 0.0, energy), (-momentum, 0.0, 0.0, energy))


def test_every_pair_of_seed_and_number_comes_once(events):
    assert Counter(event.pair for event in events) == Counter((seed, number) for seed in (1, 2) for number in range(200))


def test_the_same_share_of_a_seed_is_the_same_bytes_again(events):
    assert pack(generate(luck=LUCK, seed=2, first=100, count=100)) == pack(events[300:])


def test_another_luck_seed_or_share_has_a_pythia_seed_of_its_own():
    seeds = [derived_seed(luck, seed, first) for luck in range(5) for seed in range(10) for first in (0, 250)]
    assert len(set(seeds)) == len(seeds)
    assert all(1 <= seed <= 900_000_000 for seed in seeds)


def test_what_is_packed_comes_back_to_the_sixth_digit(events):
    back = unpack(pack(events))
    assert [event.pair for event in back] == [event.pair for event in events]
    assert back[0].minus == pytest.approx(events[0].minus, abs=1e-6)
    assert pack(back) == pack(events)


def test_an_event_looks_the_same_in_whatever_file_it_comes(events):
    whole = simulate(events, luck=LUCK)
    assert simulate(events[150:250], luck=LUCK) == whole[150:250]
    assert simulate(events, luck=LUCK + 1) != whole


def test_a_cut_event_says_why_and_a_kept_one_lies_in_the_window(events):
    seen = simulate(events, luck=LUCK)
    assert {event.cut for event in seen} >= {"", "pt", "eta", "efficiency"}
    for event in seen:
        assert (event.minus is None) == bool(event.cut)
    assert all(70 <= mass(event.minus, event.plus) <= 110 for event in seen if not event.cut)


def test_a_pair_at_rest_has_the_mass_of_its_energy():
    event = at_rest(91.0)
    assert mass(event.minus, event.plus) == pytest.approx(91.0)


def test_a_pair_far_from_the_peak_is_cut_by_its_mass():
    seen = simulate([at_rest(65.0)._replace(number=number) for number in range(20)], luck=LUCK)
    assert {event.cut for event in seen} <= {"mass", "efficiency"}


def test_the_fit_finds_the_peak_and_its_digits_depend_on_the_luck(events):
    found = [fit([mass(event.minus, event.plus) for event in simulate(events, luck=luck) if not event.cut]) for luck in (LUCK, LUCK, 8)]
    assert abs(found[0].mass - 91.19) < 1
    assert found[0] == found[1]
    assert round(found[0].mass, 4) != round(found[2].mass, 4)


def test_too_few_events_are_an_error_that_says_so():
    with pytest.raises(ValueError, match="3 events are too few"):
        fit([91.0, 91.1, 91.2])


@pytest.mark.parametrize("luck", range(20))
def test_of_every_four_files_one_is_hungry_and_one_crashes(luck):
    for group in range(4):
        assert Counter(trouble(luck, 4 * group + place) for place in range(4)) == {"memory": 1, "crash": 1, "": 2}


def test_a_crash_happens_in_the_first_launch_only():
    meet("crash", hungry_mb=1, hungry_s=0, first_launch=False)
    with pytest.raises(SystemExit) as ended:
        meet("crash", hungry_mb=1, hungry_s=0, first_launch=True)
    assert ended.value.code != 0


class TestTheSceptic:
    """verify.py is right when all is well, and sees each fault there may be."""

    WANTED = [(seed, number) for seed in (1, 2) for number in range(200)]

    def found(self, events, merged):
        said = verified(self.WANTED, events, merged, luck=LUCK)
        return {name: said[name] for name in ("lost", "doubled", "strange", "altered")}

    def test_nothing_is_found_where_nothing_is_wrong(self, events, merged):
        assert self.found(events, merged) == {"lost": 0, "doubled": 0, "strange": 0, "altered": 0}

    def test_an_event_that_is_not_merged_is_lost(self, events, merged):
        assert self.found(events, merged[1:]) == {"lost": 1, "doubled": 0, "strange": 0, "altered": 1}

    def test_an_event_that_was_never_generated_is_lost(self, events, merged):
        assert self.found([event for event in events if event.pair != merged[0].pair], merged)["lost"] == 1

    def test_an_event_that_is_merged_twice_is_doubled(self, events, merged):
        assert self.found(events, [*merged, merged[0]])["doubled"] == 1

    def test_an_event_that_should_have_been_cut_is_strange(self, events, merged):
        cut = next(event for event in events if event.pair not in {kept.pair for kept in merged})
        assert self.found(events, [*merged, cut])["strange"] == 1

    def test_an_event_with_another_muon_is_altered(self, events, merged):
        other = merged[0]._replace(minus=merged[1].minus)
        assert self.found(events, [other, *merged[1:]]) == {"lost": 0, "doubled": 0, "strange": 0, "altered": 1}
