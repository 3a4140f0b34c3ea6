"""Stage `fit`: the mass of the Z from the merged events, as numbers and as a picture."""
import json
from io import BytesIO

import names
from detector import mass
from events import unpack
from grid import Grid, Output, fetch
from peak import Peak, fit
from picture import draw


def main() -> None:
    grid = Grid()
    grid.started()
    files = grid.inputs()
    masses = [mass(event.minus, event.plus) for file in files for event in unpack(fetch(file))]
    peak = fit(masses)
    print(f"mass {peak.mass:.4f} ± {peak.error:.4f} GeV from {peak.events} events", flush=True)
    parents = [file["name"] for file in files]
    said = {"run_number": files[0]["metadata"]["run_number"], "events": peak.events, "mass": round(peak.mass, 4), "error": round(peak.error, 4)}
    grid.store([
        Output(names.fitted(grid.label), _numbers(peak), said | {"data_tier": "fit", "file_format": "json"}, parents),
        Output(names.plotted(grid.label), _picture(masses, peak), said | {"data_tier": "plot", "file_format": "png"}, parents),
    ])
    grid.consumed(parents)


def _numbers(peak: Peak) -> bytes:
    return (json.dumps({name: round(value, 6) for name, value in peak._asdict().items()}, indent=2) + "\n").encode()


def _picture(masses: list[float], peak: Peak) -> bytes:
    page = BytesIO()
    draw(masses, peak, page)
    return page.getvalue()


if __name__ == "__main__":
    main()
