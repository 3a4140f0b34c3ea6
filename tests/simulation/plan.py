"""Which campaign a life is about: its dataset, its split, its settings, drawn by a seed."""
import random
from dataclasses import dataclass

from campaigns.document import Campaign, Dependency, JobType, LoginSetup, Recovery, Settings, Stage
from datasets.models import Definition
from datasets.services.declare import declare
from datasets.services.incoming import NewFile

LISTED = "raw0,raw1,raw2"
VALUES = '[["1", "2"], ["a", "b"]]'
SPLITS = {          # split -> dataset
    "none": "raw", "nfiles(1)": "raw", "nfiles(2)": "raw", "drainingn(1)": "raw", "drainingn(2)": "raw", "list": LISTED, "multiparam": VALUES,
}
MORE = (("@memory_mb", "4000"),)
RECOVERIES = (Recovery("consumed_status"), Recovery("consumed_status", MORE), Recovery("pending_files"))
EDGES = (Dependency("gen", "sim", "%.gen"), Dependency("gen", "cmp", "%.gen"), Dependency("sim", "cmp", "%.sim"),
         Dependency("sim", "merge", "%.sim"))


@dataclass(frozen=True)
class Plan:
    """One story's campaign: generate, simulate each piece, compare each lineage, merge when all is drained."""

    split: str
    keep: int           # families kept alive by the house; 0: a person launches each
    runs: int
    files: tuple[str, ...]
    settings: Settings

    @property
    def document(self) -> Campaign:
        gen = Settings(dataset=SPLITS[self.split], split=self.split, keep_running=self.keep, job_type="gen")
        return Campaign("mc", "dune", defaults=self.settings, dependencies=EDGES, login_setups=(LoginSetup("farm", "", "", ""),),
                        stages=(Stage("gen", gen), _stage("sim", "each"), _stage("cmp", "all"), _stage("merge", "drained")),
                        job_types=tuple(JobType(name, "run", output_file_patterns=f"%.{name}", recoveries=RECOVERIES, style="payload")
                                        for name in ("gen", "sim", "cmp", "merge")))


def draw(rng: random.Random, *, runs: int = 0) -> Plan:
    split = rng.choice(sorted(SPLITS))
    keep = 0 if split == "none" or runs else rng.choice([0, 2, 2, 3])
    files = tuple(f"r{n % 3}.{n}" for n in range(rng.randint(3, 5)))
    settings = Settings(login_setup="farm", completion_pct=100, patience_s=rng.choice([0, 3600]), software_version=rng.choice(["", "v1"]),
                        jobs=rng.choice([1, 2, 2, "per_file"]), limit=rng.choice([0, 0, 2]), recovery_limit=rng.choice([2, 3, 3]))
    return Plan(split, keep, 1 if keep or split == "none" else runs or rng.randint(1, 3), files, settings)


def declare_raw(names: tuple[str, ...], at) -> None:
    new = [NewFile(name, 1, f"sha256:{name}", {"data_tier": "raw"}, (), (f"file:///{name}",)) for name in names]
    declare("dune", new, submission_id=None, older_failed=lambda file: False, at=at)


def define_raw() -> None:
    words = {"raw": "data_tier raw"} | {f"raw{n}": f"data_tier raw and file_name like r{n}.%" for n in range(3)}
    Definition.objects.bulk_create(Definition(experiment_id="dune", name=name, dimensions=text) for name, text in words.items())


def _stage(name: str, join: str) -> Stage:
    return Stage(name, Settings(dataset="from_parent", join=join, job_type=name))
