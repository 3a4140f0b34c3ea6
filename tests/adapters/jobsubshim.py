"""A small jobsub_submit for tests: takes the options that the tests use, and submits to a real pool with HTCondor's bindings.

Tagged as any submission is: by what stands in the environment. One cluster, files spooled.
"""
import argparse
import os
import sys
from pathlib import Path


def main() -> None:
    import htcondor2

    said = _said()
    program = Path(said.executable.removeprefix("file://"))
    job = htcondor2.Submit({
        "executable": str(program), "arguments": " ".join(said.arguments), "transfer_executable": "true", "should_transfer_files": "yes",
        "output": "$(Cluster).$(Process).out", "error": "$(Cluster).$(Process).err", "log": "all.log",
        "request_memory": said.memory.removesuffix("MB"), **_lines(said.lines)})
    schedd = htcondor2.Schedd(htcondor2.Collector().locate(htcondor2.DaemonType.Schedd, os.environ["SHIM_SCHEDD"]))
    made = schedd.submit(job, count=said.N, spool=True)
    schedd.spool(made)
    print(f"Use job id {made.cluster()}.0@{os.environ['SHIM_SCHEDD']} to retrieve output")


def _said() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("-G", "--group")
    parser.add_argument("-N", type=int, default=1)
    parser.add_argument("-e", action="append", default=[])
    parser.add_argument("-l", "--lines", action="append", default=[])
    parser.add_argument("--memory", default="100MB")
    parser.add_argument("executable")
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    return parser.parse_args()


def _lines(lines: list[str]) -> dict[str, str]:
    """As jobsub_lite does, from its option and from the environment."""
    extra = [line for line in os.environ.get("JOBSUB_EXTRA_LINES", "").split(",") if line]
    pairs = (line.partition("=") for line in [*lines, *extra])
    return {f"My.{name.removeprefix('+')}": value for name, _, value in pairs}


if __name__ == "__main__":
    os.chdir(os.environ["SHIM_FOLDER"])
    sys.exit(main())
