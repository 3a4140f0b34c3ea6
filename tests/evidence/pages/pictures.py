"""Every page and what lies over it in a real browser, light and dark, wide and narrow: pictures, axe, console under the policy.

    POMS_PICTURES       the folder of the pictures (pictures/ in POMS_VAR)
"""
import os
from collections.abc import Iterator
from pathlib import Path

from scripts.evidence import Line
from tests.evidence.pages._browsed import ROOT, browsed

SMALL = {"test_pages": "accessible and light and 390"}
FULL = {"test_pages": "accessible", "test_frame": "", "test_campaign": ""}


def lines(size: str) -> Iterator[Line]:
    folder = Path(os.environ.get("POMS_PICTURES") or Path(os.environ.get("POMS_VAR") or ROOT / "var") / "pictures")
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    for file, only in (SMALL if size == "small" else FULL).items():
        for each in browsed(file, only=only, pictures=str(folder)):
            yield Line(each.name, "axe 0, console clean, fits", each.wrong or f"so it is, {each.seconds:.0f} s", not each.wrong)
    made = sorted(path.stem for path in folder.glob("*.png"))
    themes = {name.rpartition("-")[0].rpartition("-")[2] for name in made}
    yield Line("pictures for the eyes", "some", f"{len(made)} in {folder.name}/, {', '.join(sorted(themes))}", bool(made))
