"""A detector on the back of an envelope: how well it measures muons, which it misses, and which events are kept. Pure."""
from collections.abc import Iterable

import numpy as np
from events import Event, Vector

MUON_MASS = 0.1056584       # GeV
EFFICIENCY = 0.96           # of each muon
RESOLUTION = 0.012          # of the transverse momentum: this, and with it in quadrature
CURVATURE = 1e-4            # so much for each GeV of it
LOWEST_PT = 20.0
HIGHEST_ETA = 2.4
WINDOW = (70.0, 110.0)      # GeV, of the pair's mass


def simulate(events: Iterable[Event], *, luck: int) -> list[Event]:
    """The same events as the detector saw them: measured muons, or the reason why the selection cut them."""
    return [_seen(event, np.random.default_rng([luck, event.seed, event.number])) for event in events]


def mass(minus: Vector, plus: Vector) -> float:
    px, py, pz, energy = np.add(minus, plus)
    return float(np.sqrt(max(energy**2 - px**2 - py**2 - pz**2, 0.0)))


def _seen(event: Event, chance: np.random.Generator) -> Event:
    """An event's chance is its own, so it looks the same in whatever file it comes."""
    found = bool((chance.random(2) < EFFICIENCY).all())
    minus, plus = (_measured(muon, chance.standard_normal()) for muon in (event.minus, event.plus))
    cut = "efficiency" if not found else _why_cut(minus, plus)
    return Event(*event.pair, None, None, cut) if cut else Event(*event.pair, minus, plus)


def _measured(muon: Vector, shift: float) -> Vector:
    px, py, pz, _ = muon
    scale = max(1 + shift * np.hypot(RESOLUTION, CURVATURE * np.hypot(px, py)), 0.01)
    px, py, pz = (float(scale * value) for value in (px, py, pz))
    return px, py, pz, float(np.sqrt(px**2 + py**2 + pz**2 + MUON_MASS**2))


def _why_cut(minus: Vector, plus: Vector) -> str:
    """The first cut that it does not pass, by name."""
    pt, eta = zip(_pt_eta(minus), _pt_eta(plus), strict=True)
    cuts = {"pt": min(pt) >= LOWEST_PT, "eta": max(eta) <= HIGHEST_ETA, "mass": WINDOW[0] <= mass(minus, plus) <= WINDOW[1]}
    return next((name for name, passed in cuts.items() if not passed), "")


def _pt_eta(muon: Vector) -> tuple[float, float]:
    px, py, pz, _ = muon
    pt = float(np.hypot(px, py))
    return pt, abs(float(np.arcsinh(pz / max(pt, 1e-9))))
