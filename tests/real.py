"""Programs that people use today, unmodified, where they are: in the folder that POMS_REAL names, or beside the project."""
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

REAL = Path(os.environ.get("POMS_REAL") or Path(__file__).parents[2] / "shared" / "real")
NEEDED = ("htcondor<25", "jinja2", "requests", "pyjwt", "scitokens", "opentelemetry-api", "opentelemetry-sdk")
# asked on its input: which parser, which words, which environment; tells what jobsub_lite makes of them
ASK = """
import argparse, json, os, sys
asked = json.load(sys.stdin)
os.environ.update(asked["environment"])
from get_parser import get_parser
from mains.cmd import jobsub_cmd_parser
from mains.fetchlog import jobsub_fetchlog_parser
from submit_support import get_env_list
from utils import backslash_escape_layer, sanitize_lines
argv, rest = asked["argv"], []
if asked["program"] == "jobsub_submit":
    backslash_escape_layer(argv)
    said = get_parser().parse_args(argv)
    said.lines.extend(get_env_list("JOBSUB_EXTRA_LINES"))
    said.environment.extend(get_env_list("JOBSUB_EXTRA_ENVIRONMENT"))
    sanitize_lines(said.lines)
elif asked["program"] == "jobsub_fetchlog":
    said = jobsub_fetchlog_parser(argparse.ArgumentParser()).parse_args(argv)
else:
    said, rest = jobsub_cmd_parser(asked["program"] == "jobsub_q").parse_known_args(argv)
print("TOLD", json.dumps([vars(said), rest]))
"""


def folder(name: str) -> Path:
    """Skips, loudly, where there is none."""
    if not (REAL / name).is_dir():
        pytest.skip(f"NO {name} IN {REAL}, NOTHING IS TESTED AGAINST IT: name its folder in POMS_REAL")
    return REAL / name


def jobsub_python() -> Path:
    """The libraries that jobsub_lite needs, in an environment of its own, made once."""
    home = settings.VAR / "jobsub"
    python = home / "bin" / "python"
    if not (home / "done").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-input", *NEEDED], check=True)
        (home / "done").touch()
    return python


def understood(words: Sequence[str], environment: Mapping[str, str] = {}) -> tuple[dict[str, Any], list[str]]:
    """What jobsub_lite's own parser makes of a command, and what it hands on to HTCondor. AssertionError: it does not take it."""
    program, *argv = words
    asked = json.dumps({"program": program, "argv": argv, "environment": dict(environment)})
    beside = {"PATH": os.environ["PATH"], "USER": "dunepro", "HOME": "/nonexistent", "PYTHONPATH": str(folder("jobsub_lite") / "lib")}
    done = subprocess.run([jobsub_python(), "-c", ASK], input=asked, env=beside, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    said, rest = json.loads(done.stdout.rpartition("TOLD ")[2])
    return said, rest
