"""The pool as jobsub shows it on a login host, for a site where POMS may not ask the pool itself."""
import io
import re
import tarfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from pomssite.kit.errors import Forgotten, NoAnswer, Refused
from submissions.batch.condor import ads
from submissions.batch.condor.cursor import Place, mark, read, written
from submissions.batch.condor.history import before
from submissions.batch.login import jobsub
from submissions.batch.login.launches import Launches
from submissions.batch.partly import Partly
from submissions.batch.port import JobRef, JobReport, no_more
from submissions.command import Login

WANTED = (*ads.WANTED, "GlobalJobId", "PomsTag")
REMEMBERED_S = 7 * 86400        # a history is not asked about what is older
OVERLAP_S = 600                 # so far may a schedd's clock be off ours
FRESH_S = 20                    # so long fetched logs are used again


class JobsubPool:
    """The port without `submit`. Every question is a command on the host where the launch was made, as its account."""

    unseen = timedelta(seconds=60)

    def __init__(self, launches: Launches, *, of_tag: Callable[[str], Login | None],
                 of_jobs: Callable[[Iterable[JobRef]], Mapping[JobRef, Login]], in_use: Callable[[], Iterable[Login]], every_s: int) -> None:
        self.every_s = every_s
        self.launches, self.of_tag, self.of_jobs, self.in_use = launches, of_tag, of_jobs, in_use
        self._fetched: tuple[JobRef, float, dict[str, bytes]] | None = None

    def find(self, tag: str, since: datetime) -> tuple[JobRef, ...]:
        login = self.of_tag(tag)
        if login is None:
            return ()
        begun = int(since.timestamp()) - OVERLAP_S
        found = {ads.ref_of(ad, jobsub.schedd_of(ad)) for ad in self._all(login, jobsub.of_tag(tag), begun) if ad.get("PomsTag") == tag}
        if not found and time.time() - begun > REMEMBERED_S:
            raise Forgotten(f"the history of jobs is not asked about what is older than {REMEMBERED_S // 86400} days, {tag} may be")
        if not found and since.timestamp() <= self._youngest(login):
            raise Forgotten(f"a queue of the pool was begun anew after {since:%Y-%m-%d %H:%M} UTC, {tag} may have been in the one before")
        return tuple(sorted(found, key=lambda ref: (ref.schedd, int(ref.cluster), ref.proc)))

    def look(self, cursor: str) -> tuple[list[JobReport], str]:
        """Asked not more often than every `every_s` seconds: it is dear to the hosts. One that is silent keeps the news of no other; when it
        answers again, it is asked back to when all were heard."""
        now = int(time.time())
        asked, heard, places = _read(cursor, now)
        if cursor and places and now - asked < self.every_s:
            return [], cursor
        answers, silent = self._everywhere(heard - OVERLAP_S)
        told = [ad for ad in answers if isinstance(ad.get("PomsTag"), str)]
        schedds = {schedd: [ad for ad in told if jobsub.schedd_of(ad) == schedd] for schedd in sorted(set(map(jobsub.schedd_of, told)))}
        reports = [_report(ad, schedd) for schedd, its in schedds.items() for ad in its if _is_news(ad, places.get(schedd))]
        places |= {schedd: places.get(schedd, Place(0)).further(its, None) for schedd, its in schedds.items()}
        news = sorted(reports, key=lambda report: report.heard_at)
        if silent:
            raise Partly(silent, news, f"{now}/{heard} {written(places)}")
        return news, f"{now}/{now} {written(places)}"

    def _everywhere(self, since: int) -> tuple[list[Mapping[str, Any]], dict[str, str]]:
        """The jobs that are seen from all hosts in use; and which hosts said nothing, and why. NoAnswer: all of them."""
        logins = list(self.in_use())
        answers: list[Mapping[str, Any]] = []
        silent: dict[str, NoAnswer] = {}
        for login in logins:
            try:
                answers += self._all(login, jobsub.OURS, since)
            except NoAnswer as silence:
                silent[f"{login.account}@{login.host}, {login.group} {login.role}"] = silence
        if silent and len(silent) == len(logins):
            raise next(iter(silent.values()))
        return answers, {name: str(silence) for name, silence in silent.items()}

    def act(self, deed: str, refs: Sequence[JobRef], why: str) -> dict[JobRef, str]:
        """A host that does not answer says so for its own jobs; the others are served."""
        if deed not in jobsub.ORDERS:
            raise Refused(f"{deed!r} is no deed: say hold, release or remove")
        logins = self.of_jobs(refs)
        answers = {ref: f"{ref} is not known here" for ref in refs if ref not in logins}
        for login in dict.fromkeys(logins.values()):
            mine = [ref for ref in refs if logins.get(ref) == login]
            for start in range(0, len(mine), jobsub.AT_ONCE):
                answers |= self._order(deed, login, mine[start:start + jobsub.AT_ONCE], why)
        return answers

    def _order(self, deed: str, login: Login, refs: Sequence[JobRef], why: str) -> dict[JobRef, str]:
        """What has ended is left as it is."""
        try:
            asked = self._asked(login, jobsub.queue(login, jobsub.of_clusters(refs), ("ClusterId", "ProcId", "GlobalJobId")))
            live = sorted(set(refs) & {ads.ref_of(ad, jobsub.schedd_of(ad)) for ad in asked})
            code, out, err = self.launches.run(login, jobsub.order(deed, login, live, why)) if live else (0, b"", b"")
        except NoAnswer as silent:
            return dict.fromkeys(refs, str(silent))
        said = (out + b"\n" + err).decode(errors="replace")
        return dict.fromkeys(refs, "") | {ref: jobsub.answer(ref, jobsub.ORDERS[deed], code, said) for ref in live}

    def _all(self, login: Login, constraint: str, since: int) -> list[Mapping[str, Any]]:
        """In the queues first: a job only ever goes from there into the history. Of both the later answer counts."""
        present = self._asked(login, jobsub.queue(login, constraint, WANTED))
        left = self._asked(login, jobsub.history(login, constraint, WANTED, before(str(since))))
        return list({str(ad.get("GlobalJobId")): ad for ad in [*present, *left]}.values())

    def _youngest(self, login: Login) -> int:
        """When the last of the pool's queues was begun: what was in one before it is in no queue and no history."""
        begun = jobsub.youngest(self._said(login, jobsub.queues()))
        if begun is None:
            raise NoAnswer(f"condor_status on {login.host} tells of no queue")
        return begun

    def _asked(self, login: Login, words: jobsub.Words) -> list[Mapping[str, Any]]:
        return list(jobsub.ads(self._said(login, words)))

    def _said(self, login: Login, words: jobsub.Words) -> bytes:
        code, out, err = self.launches.run(login, words)
        if code or b"rror" in err:
            last = err.decode(errors="replace").strip().splitlines()[-1:] or ["it printed nothing"]
            raise NoAnswer(f"{words[0]} on {login.host} gave no answer (exit code {code}): {last[0]}")
        return out

    def grant(self, refs: Sequence[JobRef], memory_mb: int) -> dict[JobRef, str]:
        """jobsub has no command for it."""
        return no_more(refs)

    def read_log(self, ref: JobRef, kind: str, start: int, length: int) -> bytes:
        """All logs of a job are fetched at once, and used for a while."""
        if kind not in jobsub.ENDINGS:
            raise Refused(f"a job has no log {kind!r}: say stdout, stderr or log")
        text = self._logs(ref)[kind]
        begin = max(0, len(text) + start) if start < 0 else start
        return text[begin:begin + length]

    def log_sizes(self, ref: JobRef) -> dict[str, int]:
        """Of what has come back by now."""
        return {kind: len(text) for kind, text in self._logs(ref).items()}

    def _logs(self, ref: JobRef) -> dict[str, bytes]:
        if self._fetched and self._fetched[0] == ref and time.monotonic() - self._fetched[1] < FRESH_S:
            return self._fetched[2]
        login = self.of_jobs([ref]).get(ref)
        if login is None:
            raise Refused(f"{ref} is not known here")
        code, archive, err = self.launches.run(login, jobsub.fetchlog(login, ref))
        if code:
            raise NoAnswer(f"jobsub_fetchlog on {login.host} ended with exit code {code}: {err.decode(errors='replace').strip()[-300:]}")
        self._fetched = ref, time.monotonic(), _unpacked(archive, ref)
        return self._fetched[2]


def _report(ad: Mapping[str, Any], schedd: str) -> JobReport:
    told = ads.report(ad, schedd, ad["PomsTag"], "")
    return replace(told, reason=jobsub.reason(told.reason))


def _read(cursor: str, now: int) -> tuple[int, int, dict[str, Place]]:
    """When it was asked last, when it was last heard of all hosts, and how far each schedd was told of. Of a cursor that is not ours: long ago,
    and nothing."""
    said, _, rest = cursor.partition(" ")
    first = now - REMEMBERED_S
    if (found := re.fullmatch(r"([0-9]+)/([0-9]+)", said)) and first < int(found[1]) <= now and int(found[2]) <= now:
        return int(found[1]), max(first, int(found[2])), read(rest)
    return first, first, {}


def _is_news(ad: Mapping[str, Any], place: Place | None) -> bool:
    second: int = ad["EnteredCurrentStatus"]
    return place is None or second > place.second or second == place.second and mark(ad) not in place.told


def _unpacked(archive: bytes, ref: JobRef) -> dict[str, bytes]:
    """By kind; a name ends with cluster, job and kind."""
    found = dict.fromkeys(jobsub.ENDINGS, b"")
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for each in tar:
            kind = next((kind for kind, ending in jobsub.ENDINGS.items() if each.name.endswith(f"{ref.cluster}.{ref.proc}{ending}")), "")
            file = tar.extractfile(each) if kind and each.isfile() else None
            if file:
                found[kind] = file.read()
    return found
