"""What may be wrong with the shared parts: a login setup, a job type and its recoveries. Pure."""
from collections.abc import Collection, Iterator

from campaigns.document import values
from campaigns.document.data import JobType, LoginSetup
from campaigns.document.fields import LONGEST, OLD_RECOVERY_KINDS, RECOVERY_KINDS, STYLES, Field
from campaigns.document.values import Fault

_LOGIN = {"host": 250, "account": 100, "setup": LONGEST}
_FILES = {"input_files_per_job": Field("int", least=1), "output_files_per_job": Field("int", least=0)}


def login_faults(login: LoginSetup) -> Iterator[Fault]:
    for field, longest in _LOGIN.items():
        yield from values.template(field, getattr(login, field), (), longest)
    yield from values.name("batch", login.batch, 32)
    yield from values.yes_or_no("active", login.active)
    yield from values.plain("note", login.note)


def type_faults(job_type: JobType, keywords: Collection[str]) -> Iterator[Fault]:
    if not job_type.launch_script:
        yield "launch_script", job_type.launch_script, "a job type needs a command to launch"
    yield from values.command("launch_script", job_type.launch_script, keywords)
    yield from values.overrides("parameters", job_type.parameters, keywords)
    yield from values.patterns("output_file_patterns", job_type.output_file_patterns)
    yield from values.choice("style", job_type.style, STYLES)
    for field, rule in _FILES.items():
        yield from values.whole(field, getattr(job_type, field), rule)
    yield from values.plain("note", job_type.note)
    yield from values.yes_or_no("active", job_type.active)
    for recovery in job_type.recoveries:
        if recovery.kind not in RECOVERY_KINDS:
            old = ", ".join(f"{old} is the old name of {new}" for old, new in OLD_RECOVERY_KINDS.items())
            yield "recoveries", recovery.kind, f"it must be one of {', '.join(RECOVERY_KINDS)} ({old})"
        yield from values.overrides("recoveries", recovery.overrides, keywords)
