"""Launchers killed over a real pool of HTCondor: what became of each launch, counted by its tag in the pool's own queue and history.

    POOL_KILLS      so many (200; small 6), of which each seed has fifty
"""
import os
from collections import Counter
from collections.abc import Iterator

from scripts.evidence import Line
from tests.beside import told_by

SIZES = {"small": 6, "full": 200}
OF_ONE = 50


def lines(size: str) -> Iterator[Line]:
    wanted = int(os.environ.get("POOL_KILLS", SIZES[size]))
    runs = [told_by("tests/adapters/test_pool_killed.py", [{"KILLS": str(min(OF_ONE, wanted - done)), "SEED": str(1 + done // OF_ONE)}])[0]
            for done in range(0, wanted, OF_ONE)]
    total = {name: sum(run[name] for run in runs) for name in ("kills", "launches", "of", "lost", "doubled", "given_up")}
    moments = sum((Counter(run["moments"]) for run in runs), Counter())
    told = ", ".join(f"{count} {name}" for name, count in sorted(moments.items()))
    yield Line("SIGKILLs of one of two launchers", str(wanted), f"{total['kills']}, seeds {', '.join(str(run['seed']) for run in runs)} ({told})",
               total["kills"] >= wanted)
    told = f"{total['launches']} of {total['of']}; of {total['given_up']} that were given up it has none"
    yield Line("launches in the pool", "each once", told, total["launches"] == total["of"])
    yield Line("lost", "0", str(total["lost"]), total["lost"] == 0)
    yield Line("doubled", "0", str(total["doubled"]), total["doubled"] == 0)
