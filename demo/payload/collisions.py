"""Z to two muons in proton collisions at 13 TeV, by Pythia 8."""
import hashlib
from collections.abc import Iterator

import pythia8mc
from events import Event, Vector

SETTINGS = (
    "Print:quiet = on", "Next:numberShowEvent = 0", "Random:setSeed = on",
    "Beams:eCM = 13000.", "WeakSingleBoson:ffbar2gmZ = on", "23:onMode = off", "23:onIfAny = 13",
    "PhaseSpace:mHatMin = 60.", "PhaseSpace:mHatMax = 120.",
    "PartonLevel:MPI = off",        # other collisions of the same protons: nine tenths of the time, and no muon of the pair feels them
)
LARGEST_SEED = 900_000_000          # Pythia's own limit


def generate(*, luck: int, seed: int, first: int, count: int) -> Iterator[Event]:
    """Events [first, first + count) of a seed: whoever asks for the same ones gets the same ones."""
    engine = _engine(derived_seed(luck, seed, first))
    for number in range(first, first + count):
        while not engine.next():    # a rare event that Pythia itself gives up; the next one takes its number
            continue
        yield Event(seed, number, *_muons(engine.event))


def derived_seed(*parts: int) -> int:
    """A seed of Pythia's own for each job, so that no two jobs make the same events."""
    return 1 + int.from_bytes(hashlib.sha256(repr(parts).encode()).digest()[:8]) % LARGEST_SEED


def _engine(seed: int) -> pythia8mc.Pythia:
    engine = pythia8mc.Pythia("", False)
    for line in (*SETTINGS, f"Random:seed = {seed}"):
        if not engine.readString(line):
            raise ValueError(f"Pythia does not know the setting {line!r}")
    if not engine.init():
        raise RuntimeError("Pythia did not start")
    return engine


def _muons(record: pythia8mc.Event) -> tuple[Vector, Vector]:
    """The hardest final muon of each charge."""
    best: dict[int, Vector] = {}
    for particle in sorted((p for p in record if p.isFinal() and abs(p.id()) == 13), key=lambda p: p.pT()):
        best[particle.id()] = (particle.px(), particle.py(), particle.pz(), particle.e())
    return best[13], best[-13]
