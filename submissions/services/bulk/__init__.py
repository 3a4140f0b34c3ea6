"""One deed for many things: chosen, said beforehand of each, then done in the background, each on its own."""
from submissions.services.bulk.choosing import choose, leave_out, start, stop
from submissions.services.bulk.doing import carry_on, forget
from submissions.services.bulk.parts import Ask, fitting, understood
from submissions.services.bulk.table import DEEDS, KINDS, Deed, Kind, deeds_of

__all__ = [
    "DEEDS", "KINDS", "Ask", "Deed", "Kind", "carry_on", "choose", "deeds_of", "fitting", "forget", "leave_out", "start", "stop", "understood"]
