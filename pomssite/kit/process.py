"""Running a command: a list of words, a time limit, and honest errors."""
import subprocess

from pomssite.kit.errors import NoAnswer, Refused


def run(argv: list[str], *, seconds: int = 120) -> str:
    """What it printed. Refused if it ended badly; NoAnswer if it took too long."""
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired as late:
        raise NoAnswer(f"{argv[0]} said nothing for {seconds} s") from late
    if done.returncode:
        raise Refused(done.stderr.strip() or f"{argv[0]} ended with {done.returncode}")
    return done.stdout
