"""How the world is, and what happens most: as usual, or so that seldom things happen often and death finds them."""
from dataclasses import dataclass

from tests.simulation.killer import Killer

FATES = ("taken",) * 10 + ("refused", "lost", "unheard", "unheard", "late", "late")
OFTEN = ("launch",) * 4 + ("resume",) * 3 + ("listen",) * 3 + ("wrap",) * 3 + ("join",) * 2 + ("sweep", "orders", "number", "fold")


@dataclass(frozen=True)
class Mood:
    """Chances are of each step, or of each statement and call."""

    steps: int = 80
    often: tuple[str, ...] = OFTEN
    pauses: tuple[int, ...] = (1, 5, 20, 70, 70, 400)
    fates: tuple[str, ...] = FATES
    no_recoveries: float = 0            # a recovery is refused
    shaky: float = 0.03                 # the catalogue does not answer
    forgets: float = 0.02
    person: float = 0.08
    deeds: tuple[str, ...] = ("launch", "hold", "locate", "cancel", "order")
    overtaken: float = 0.03
    stopped: float = 0                  # for long, just where the project is made or the jobs are sent
    runs: int = 0                       # launches by hand, at least
    focus: tuple[str, ...] = ()         # where death is aimed; elsewhere it comes as it likes
    breaks: tuple[float, int] = (0.6, 14)       # how often it comes, and after how many boundaries


USUAL = Mood()
HARSH = Mood(steps=160, fates=(*FATES, *["refused"] * 5), no_recoveries=0.3, shaky=0.09, forgets=0.06, person=0.25, overtaken=0.06,
             focus=("launch", "resume", "listen", "sweep", "wrap"))
LOST = Mood(steps=200, often=("launch",) * 4 + ("resume",) * 8 + ("listen", "wrap", "wrap", "join", "sweep", "orders"),
            pauses=(*(20, 70) * 6, 18_000), fates=(*["taken"] * 4, "lost", "lost", "unheard", "late", "refused"),
            no_recoveries=0.8, stopped=0.4, runs=5,
            focus=("resume",), breaks=(0.8, 70))
REFUSED = Mood(steps=160, often=("launch",) * 8 + ("resume",) * 2 + ("listen",) * 3 + ("wrap",) * 3 + ("join", "sweep", "orders"),
               fates=("taken", "taken", "refused", "lost"), no_recoveries=0.9, stopped=0.3, person=0.2, deeds=("launch", "locate"), runs=5,
               focus=("launch",))
CANCELLED = Mood(steps=160, often=("launch",) * 2 + ("resume",) + ("listen",) * 5 + ("sweep",) * 5 + ("wrap",) * 2 + ("join", "orders"),
                 person=0.5, deeds=("launch", "cancel", "cancel"), stopped=0.3, runs=5, focus=("listen", "sweep"))
OF = {"launch": (HARSH, REFUSED, REFUSED), "resume": (LOST,), "listen": (CANCELLED,), "sweep": (CANCELLED,), "wrap": (HARSH,)}


def wanted(killer: Killer, rng) -> Mood:
    """One in which some of the boundaries are often reached that death has not found often enough."""
    needy = sorted(where.split(":")[0] for where in killer.needy(*OF))
    return rng.choice(OF[rng.choice(needy)]) if needy else HARSH
