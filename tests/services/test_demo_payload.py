"""The jobs of the demo campaign against a real HTTP server: what they store, declare and report."""
import gzip
import json
import re
import shlex
import sys
from itertools import count
from pathlib import Path

import pytest

from tests.services.poms_stand_in import standing_in
from tests.services.wrapped import Job

sys.path.insert(0, str(Path(__file__).parents[2] / "demo" / "payload"))

from desk import fetch
from troubles import trouble

PAYLOAD = Path(__file__).parents[2] / "demo" / "payload"
EVENTS, LUCK = 80, 3
OPTIONS = {script: shlex.split(said) for said, script in re.findall(r"^launch_script = '..python..' poms-wrap (.*) -- .*/(\w+\.py)'$",
                                                                   (PAYLOAD.parent / "zmumu.ini").read_text(), re.MULTILINE)}


@pytest.fixture
def poms():
    with standing_in() as server:
        yield server


@pytest.fixture
def run(poms, tmp_path):
    """A payload script as the batch system starts it, each time in a folder of its own."""
    numbers = count()

    def run(script, *words, **environment):
        said = {"POMS_CAMPAIGN": "zmumu", "POMS_FAMILY_STEP": "0", "POMS_JOBS": "2", **environment}
        job = Job(tmp_path / f"job {next(numbers)}", f"http://127.0.0.1:{poms.server_port}", **said)
        return job.run(*OPTIONS[script], "--", sys.executable, str(PAYLOAD / script), *map(str, words))
    return run


@pytest.fixture
def generate(run):
    def generate(index, **more):
        return run("generate.py", "--seed", 1, "--events", EVENTS, "--luck", LUCK, POMS_JOB_INDEX=str(index), POMS_DATASET="", **more)
    return generate


@pytest.fixture
def simulate(run, poms):
    def simulate(step, name):
        poms.inputs = [poms.declared[name]]
        return run("simulate.py", "--luck", LUCK, "--hungry-mb", 20, POMS_FAMILY_STEP=str(step))
    return simulate


@pytest.fixture
def end_with(run, poms):
    def end_with(script, ending):
        poms.inputs = [file for name, file in poms.declared.items() if name.endswith(ending)]
        done = run(script)
        assert done.returncode == 0, done.stderr
        return poms.inputs
    return end_with


def test_the_whole_chain_brings_every_event_to_the_fit(poms, generate, simulate, end_with):
    for index in range(2):
        assert generate(index).returncode == 0
    crashes = {name for number, name in enumerate(sorted(poms.declared)) if trouble(LUCK, number) == "crash"}
    for name in sorted(poms.declared):
        assert simulate(0, name).returncode == (3 if name in crashes else 0)
        assert poms.said("report")[-2]["files"] == [{"name": name, "status": "failed" if name in crashes else "consumed"}]
        assert simulate(1, name).returncode == 0
    simulated = end_with("merge.py", ".sim.jsonl.gz")
    assert sum(file["metadata"]["events"] for file in simulated) == EVENTS
    merged = poms.declared["zmumu-r5.merged.jsonl.gz"]
    assert sorted(merged["parents"]) == sorted(file["name"] for file in simulated)
    assert merged["metadata"]["events"] == len(gzip.decompress(fetch(merged)).splitlines()) == sum(f["metadata"]["kept"] for f in simulated)
    end_with("fit.py", ".merged.jsonl.gz")
    assert 88 < json.loads(fetch(poms.declared["zmumu-r5.fit.json"]))["mass"] < 94
    assert fetch(poms.declared["zmumu-r5.plot.png"]).startswith(b"\x89PNG")


def test_the_same_work_in_another_submission_stores_the_same_bytes(poms, generate):
    for tag in ("i-7", "i-8"):
        assert generate(1, POMS_TAG=tag).returncode == 0
    assert [path.split("/")[-2:] for path, said, _ in poms.heard if path.endswith("declare")] == [["i-7", "declare"], ["i-8", "declare"]]
    assert list(poms.declared) == ["zmumu-r5-s1-j1.gen.jsonl.gz"]


def test_an_event_that_comes_twice_stops_the_merge(poms, generate, run):
    assert generate(0).returncode == 0
    poms.inputs = list(poms.declared.values()) * 2
    done = run("merge.py")
    assert done.returncode != 0
    assert "come more than once" in done.stderr


def test_bytes_that_are_not_what_was_declared_are_not_read(poms, generate, tmp_path):
    generate(0)
    name, declared = poms.declared.popitem()
    (tmp_path / "stored" / name).write_bytes(b"jello")
    with pytest.raises(ValueError, match=f"{name} is not what was declared"):
        fetch(declared)
