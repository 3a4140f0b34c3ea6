"""The jobs of the demo campaign against a real HTTP server: what they say, what they store, and how patient they are."""
import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

from tests.services.poms_stand_in import standing_in

sys.path.insert(0, str(Path(__file__).parents[2] / "demo" / "payload"))

from grid import Grid, NoPoms, Output, Refused, fetch
from troubles import trouble

PAYLOAD = Path(__file__).parents[2] / "demo" / "payload"
EVENTS, LUCK = 80, 3


@pytest.fixture
def poms():
    with standing_in() as server:
        yield server


@pytest.fixture
def environment(tmp_path):
    (tmp_path / "token").write_text("secret\n")
    return {"POMS_EXPERIMENT": "demo", "POMS_CAMPAIGN": "zmumu", "POMS_RUN": "5", "POMS_TAG": "i-7", "POMS_FAMILY_STEP": "0",
            "POMS_JOB": "box#12.0", "POMS_ATTEMPT": "1", "POMS_JOB_INDEX": "0", "POMS_JOBS": "2",
            "POMS_TOKEN_FILE": str(tmp_path / "token"), "POMS_OUTPUT_DIR": str(tmp_path / "out put")}


def grid_to(server, environment, **more):
    return Grid(environment | {"POMS_URL": f"http://127.0.0.1:{server.server_port}/"}, sleep=lambda seconds: None, **more)


def run(script, *words, poms, environment, **more):
    """A payload script as the batch system starts it."""
    whole = os.environ | environment | {"POMS_URL": f"http://127.0.0.1:{poms.server_port}"} | more
    argv = [sys.executable, str(PAYLOAD / script), *map(str, words)]
    return subprocess.run(argv, env=whole, capture_output=True, text=True, timeout=120, check=False)


def test_a_call_carries_token_key_job_and_attempt(poms, environment):
    grid_to(poms, environment).consumed(["a"])
    path, said, token = poms.heard[0]
    assert path == "/api/v1/demo/submissions/i-7/report"
    assert token == "Bearer secret"
    assert said.pop("key")
    assert said == {"job": "box#12.0", "attempt": 1, "files": [{"name": "a", "status": "consumed"}]}


def test_a_call_is_repeated_with_the_same_key_until_it_is_answered(poms, environment):
    poms.ill = [503, 0, 429, 500]
    assert grid_to(poms, environment).inputs() == []
    assert len(poms.heard) == 5
    assert len({said["key"] for _, said, _ in poms.heard}) == 1


def test_another_call_or_attempt_has_another_key(poms, environment):
    for attempt in ("1", "2"):
        grid = grid_to(poms, environment | {"POMS_ATTEMPT": attempt})
        grid.consumed(["a"])
        grid.consumed(["b"])
        grid.inputs()
    assert len({said["key"] for _, said, _ in poms.heard}) == 6


@pytest.mark.parametrize("code", [400, 401, 403, 404, 409, 422])
def test_a_no_is_not_repeated(poms, environment, code):
    poms.ill = [code]
    with pytest.raises(Refused, match=f"{code} .*ill"):
        grid_to(poms, environment).started()
    assert len(poms.heard) == 1


def test_a_job_waits_for_a_poms_that_is_not_up(environment):
    with standing_in() as gone:
        port = gone.server_port
    answered = []
    grid = Grid(environment | {"POMS_URL": f"http://127.0.0.1:{port}"})
    waiting = Thread(target=lambda: answered.append(grid.inputs()))
    waiting.start()
    with standing_in(port):
        waiting.join(20)
    assert answered == [[]]


def test_a_job_waits_ten_minutes_and_more_but_not_for_ever(environment):
    with standing_in() as gone:
        port = gone.server_port
    pauses = []
    grid = Grid(environment | {"POMS_URL": f"http://127.0.0.1:{port}"}, sleep=pauses.append)
    with pytest.raises(NoPoms, match="did not answer for"):
        grid.started()
    assert 600 < sum(pauses) < 1800
    assert max(pauses) <= 5


def test_a_stored_file_is_whole_declared_and_can_be_fetched(poms, environment, tmp_path):
    grid_to(poms, environment).store([Output("a.txt", b"hello", {"events": 1}, ["b.txt"])])
    declared = poms.declared["a.txt"]
    assert (declared["size"], declared["parents"], declared["metadata"]) == (5, ["b.txt"], {"events": 1})
    assert fetch(declared) == b"hello"
    assert [place.name for place in (tmp_path / "out put").iterdir()] == ["a.txt"]


def test_bytes_that_are_not_what_was_declared_are_not_read(poms, environment, tmp_path):
    grid_to(poms, environment).store([Output("a.txt", b"hello", {})])
    (tmp_path / "out put" / "a.txt").write_bytes(b"jello")
    with pytest.raises(ValueError, match="a.txt is not what was declared"):
        fetch(poms.declared["a.txt"])


def generate(poms, environment, index):
    words = ["--seed", 1, "--events", EVENTS, "--luck", LUCK]
    return run("generate.py", *words, poms=poms, environment=environment, POMS_JOB_INDEX=str(index))


def simulate(poms, environment, step, name):
    poms.inputs = [poms.declared[name]]
    return run("simulate.py", "--luck", LUCK, "--hungry-mb", 20, poms=poms, environment=environment, POMS_FAMILY_STEP=str(step))


def end_with(script, poms, environment, ending):
    poms.inputs = [file for name, file in poms.declared.items() if name.endswith(ending)]
    done = run(script, poms=poms, environment=environment)
    assert done.returncode == 0, done.stderr
    return poms.inputs


def test_the_whole_chain_brings_every_event_to_the_fit(poms, environment):
    for index in range(2):
        assert generate(poms, environment, index).returncode == 0
    crashes = {name for number, name in enumerate(sorted(poms.declared)) if trouble(LUCK, number) == "crash"}
    for name in sorted(poms.declared):
        assert (simulate(poms, environment, 0, name).returncode == 0) is (name not in crashes)
        assert simulate(poms, environment, 1, name).returncode == 0
    simulated = end_with("merge.py", poms, environment, ".sim.jsonl.gz")
    assert sum(file["metadata"]["events"] for file in simulated) == EVENTS
    merged = poms.declared["zmumu-r5.merged.jsonl.gz"]
    assert sorted(merged["parents"]) == sorted(file["name"] for file in simulated)
    assert merged["metadata"]["events"] == len(gzip.decompress(fetch(merged)).splitlines()) == sum(f["metadata"]["kept"] for f in simulated)
    end_with("fit.py", poms, environment, ".merged.jsonl.gz")
    assert 88 < json.loads(fetch(poms.declared["zmumu-r5.fit.json"]))["mass"] < 94
    assert fetch(poms.declared["zmumu-r5.plot.png"]).startswith(b"\x89PNG")


def test_the_same_work_in_another_submission_stores_the_same_bytes(poms, environment):
    for tag in ("i-7", "i-8"):
        assert generate(poms, environment | {"POMS_TAG": tag}, 1).returncode == 0
    assert [path.split("/")[-2:] for path, said, _ in poms.heard if path.endswith("declare")] == [["i-7", "declare"], ["i-8", "declare"]]
    assert list(poms.declared) == ["zmumu-r5-s1-j1.gen.jsonl.gz"]


def test_an_event_that_comes_twice_stops_the_merge(poms, environment):
    assert generate(poms, environment, 0).returncode == 0
    poms.inputs = list(poms.declared.values()) * 2
    done = run("merge.py", poms=poms, environment=environment)
    assert done.returncode != 0
    assert "come more than once" in done.stderr
