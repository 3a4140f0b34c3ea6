"""What the demo says to the person at the terminal. Pure."""
from scripts.demo.choices import Place
from scripts.demo.claims import Claim, Found
from scripts.demo.platform import EXPERIMENT, USER
from scripts.demo.story import Outcome


def invitation(place: Place, campaign: str, page: str, password: str) -> str:
    return "\n".join(["", f"Campaign {campaign} of experiment {EXPERIMENT}: watch it at {page}",
                      f"Sign in as {USER} with the password {password} (kept in {place.var / 'demo' / 'password'}).", ""])


def result(outcome: Outcome) -> str:
    return f"demo: complete, {_figures(outcome)}, mass {outcome.mass:.4f} GeV, in {outcome.seconds:.0f} s"


def times(outcome: Outcome) -> str:
    return f"the campaign took {outcome.seconds:.0f} s"


def claim(said: Claim) -> str:
    return f"  {'holds' if said.holds else 'FAILS'}  {said.what}: {said.seen}"


def last_line(outcome: Outcome, found: Found) -> str:
    end = f"{_figures(outcome)}, {found.lost} lost, {found.doubled} doubled, mass {found.mass:.4f} GeV"
    if found.all_hold:
        return f"demo: complete, {end}"
    return f"demo: failed: {'; '.join(claim.what for claim in found.claims if not claim.holds)} ({end})"


def _figures(outcome: Outcome) -> str:
    return f"{outcome.submissions} submissions, {outcome.jobs} jobs, {outcome.recovered} recovered"
