"""The mass peak as a picture: events with their errors, and the fitted curve."""
from collections.abc import Sequence
from typing import BinaryIO

import numpy as np
from detector import WINDOW
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from peak import GRID, Peak, density

BIN = 1.0       # GeV


def draw(masses: Sequence[float], peak: Peak, page: BinaryIO) -> None:
    """As PNG, without a date: the same events make the same bytes."""
    figure = Figure(figsize=(8, 5), dpi=120, layout="constrained")
    axes = figure.subplots()
    _events(axes, masses)
    axes.plot(GRID, density(GRID, peak) * len(masses) * BIN, color="#b3261e", label=_words(peak))
    axes.set(xlabel="mass of the muon pair (GeV)", ylabel=f"events per {BIN:g} GeV", xlim=WINDOW, ylim=(0, None),
             title="Z → μμ at 13 TeV, Pythia 8")
    axes.legend(frameon=False)
    figure.savefig(page, format="png", metadata={"Software": None})


def _events(axes: Axes, masses: Sequence[float]) -> None:
    counts, edges = np.histogram(masses, bins=np.arange(WINDOW[0], WINDOW[1] + BIN / 2, BIN))
    at, seen = (edges[:-1] + edges[1:]) / 2, counts > 0
    axes.errorbar(at[seen], counts[seen], yerr=np.sqrt(counts[seen]), fmt="o", markersize=3, color="#1f2937",
                  label=f"{len(masses)} events")


def _words(peak: Peak) -> str:
    return f"fit: {peak.mass:.3f} ± {peak.error:.3f} GeV"
