"""Where the mass peak is: a Voigt curve on a falling background, fitted to single events. Pure."""
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from detector import WINDOW
from scipy.optimize import minimize
from scipy.special import voigt_profile

WIDTH = 2.4952              # GeV, of the Z
GRID = np.linspace(*WINDOW, 801)
FEWEST = 20                 # events, below which a fit says nothing


class Peak(NamedTuple):
    """What the fit found; `error` is the standard error of the mass."""

    mass: float
    error: float
    resolution: float
    background: float       # its share of the events
    slope: float            # of the background, per GeV
    events: int


def fit(masses: Sequence[float]) -> Peak:
    """The most likely peak; the same masses give the same digits."""
    if len(masses) < FEWEST:
        raise ValueError(f"{len(masses)} events are too few for a fit: give it {FEWEST} or more")
    seen = np.sort(np.asarray(masses))
    found = minimize(_unlikely, x0=[float(np.median(seen)), 1.5, -2.0, 0.02], args=(seen,), method="Nelder-Mead",
                     options={"xatol": 1e-5, "fatol": 1e-5, "maxiter": 4000})
    at, resolution, share, slope = found.x
    return Peak(float(at), _error(found.x, seen), abs(float(resolution)), float(_share(share)), float(slope), len(seen))


def density(at: np.ndarray, peak: Peak) -> np.ndarray:
    """The fitted curve, per event and GeV."""
    return _density(at, peak.mass, peak.resolution, peak.background, peak.slope)


def _unlikely(said: Sequence[float], seen: np.ndarray) -> float:
    at, resolution, share, slope = said
    return -float(np.log(np.maximum(_density(seen, at, abs(resolution), _share(share), slope), 1e-12)).sum())


def _density(at: np.ndarray, mass: float, resolution: float, share: float, slope: float) -> np.ndarray:
    signal, background = _signal(at, mass, resolution), _falling(at, slope)
    return ((1 - share) * signal / np.trapezoid(_signal(GRID, mass, resolution), GRID)
            + share * background / np.trapezoid(_falling(GRID, slope), GRID))


def _signal(at: np.ndarray, mass: float, resolution: float) -> np.ndarray:
    return voigt_profile(at - mass, resolution, WIDTH / 2)


def _falling(at: np.ndarray, slope: float) -> np.ndarray:
    return np.exp(-np.clip(slope, -1, 1) * (at - WINDOW[0]))


def _share(said: float) -> float:
    return 1 / (1 + np.exp(-said))


def _error(best: np.ndarray, seen: np.ndarray, step: float = 0.02) -> float:
    """From the curvature of the likelihood along the mass."""
    shift = np.array([step, 0, 0, 0])
    curved = _unlikely(best + shift, seen) + _unlikely(best - shift, seen) - 2 * _unlikely(best, seen)
    return float(step / np.sqrt(max(curved, 1e-12)))
