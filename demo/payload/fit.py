"""Stage `fit`: the mass of the Z from the merged events, as numbers and as a picture."""
import json
from io import BytesIO

import names
from desk import fetch, inputs, label, leave
from detector import mass
from events import unpack
from peak import Peak, fit
from picture import draw


def main() -> None:
    files = inputs()
    masses = [mass(event.minus, event.plus) for file in files for event in unpack(fetch(file))]
    peak = fit(masses)
    print(f"mass {peak.mass:.4f} ± {peak.error:.4f} GeV from {peak.events} events", flush=True)
    said = {"run_number": files[0]["metadata"]["run_number"], "events": peak.events, "mass": round(peak.mass, 4), "error": round(peak.error, 4)}
    leave(names.fitted(label()), _numbers(peak), said | {"data_tier": "fit", "file_format": "json"})
    leave(names.plotted(label()), _picture(masses, peak), said | {"data_tier": "plot", "file_format": "png"})


def _numbers(peak: Peak) -> bytes:
    return (json.dumps({name: round(value, 6) for name, value in peak._asdict().items()}, indent=2) + "\n").encode()


def _picture(masses: list[float], peak: Peak) -> bytes:
    page = BytesIO()
    draw(masses, peak, page)
    return page.getvalue()


if __name__ == "__main__":
    main()
