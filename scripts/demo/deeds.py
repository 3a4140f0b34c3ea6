"""The two ways to see the demo."""
import os
import time
from pathlib import Path

import psutil

from scripts.demo import choices, claims, platform, report, watch
from scripts.demo.choices import Place


def up(place: Place) -> int:
    """Launch, unless that is done; watch to the end; leave everything running."""
    password = platform.people(place)
    name = platform.campaign_name(new=bool(os.environ.get("NEW")))
    _begin(place, name)
    print(report.invitation(place, name, platform.page_of(name), password), flush=True)
    print(report.result(watch.until_complete(name, place, patience_s=choices.patience_s())), flush=True)
    print(f"The pages stay at {place.url} until `make stop`. Another campaign: `make demo NEW=1`.", flush=True)
    return 0


def check(place: Place, template: Path = platform.TEMPLATE) -> int:
    """Launch, watch, read everything again."""
    platform.people(place)
    name = platform.campaign_name(new=True)
    _begin(place, name, template)
    outcome = watch.until_complete(name, place, patience_s=choices.patience_s())
    found = claims.found(name, choices.size())
    print(report.times(outcome), *map(report.claim, found.claims), report.last_line(outcome, found), sep="\n", flush=True)
    return 0 if found.all_hold else 1


def _begin(place: Place, name: str, template: Path = platform.TEMPLATE) -> None:
    platform.import_campaign(name, choices.size(), template)
    platform.start(place)
    platform.launch(name)
    began = float(os.environ.get("SET_UP_BEGAN") or psutil.Process().create_time())      # make says when it began to set up
    print(f"set-up took {time.time() - began:.0f} s", flush=True)
