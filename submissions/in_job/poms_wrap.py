#!/usr/bin/env python3
"""poms-wrap runs a program inside a grid job and tells POMS about it: its input files, the files it made, how it ended.

  poms-wrap [options] -- PROGRAM [ARGUMENT...]     run it
  poms-wrap send [FOLDER]                          send what an earlier run could not tell

In the arguments {name}, {path} and {url} stand for an input file: its name, its path on this machine, its first place. With
--input all an argument that is just {path} (or {name}, {url}) becomes as many arguments as there are files.

examples:
  poms-wrap --output '*.root' -- ./simulate --in {path} --out sim.root
      for each input file of this job: run, store and declare what was made, tell what became of the input
  poms-wrap --input next --files 20 --output '*.root' -- ./simulate {path}
      the same with files from the project, as long as there are any, 20 at most
  poms-wrap --input all --output merged.root -- hadd merged.root {path}
      once, with all input files of this job
  poms-wrap --output 'gen-*.hepmc' -- ./generate --seed 7
      in a stage without input files

POMS may be down: the program runs all the same. What could not be told is kept in the spool, and sent at the end or by poms-wrap send.
The exit code is that of the program (of the first that failed), 128 + n if signal n ended it. Where no program could be run it is
2 bad options, 66 an input cannot be read, 75 POMS did not say which input, 126 or 127 no such program.

A file NAME.meta.json beside an output NAME is taken as its metadata: one JSON object. The program finds a list of its inputs, with
metadata and checksums, in the JSON file that the variable POMS_INPUTS names.
"""
import argparse
import collections
import contextlib
import datetime as dt
import fcntl
import glob
import hashlib
import http.client
import json
import math
import os
import random
import re
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

# One file, the standard library, Python 3.6 and later. Names of files are bytes here: the locale of a job may be anything.
NEEDED = ("POMS_URL", "POMS_EXPERIMENT", "POMS_TAG", "POMS_JOB", "POMS_TOKEN_FILE")
ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)
SOON_S, LEFT_S = 10, 5              # for a call while there is work to do; for all of them once the batch system has ended the job
QUIET_S, LONGEST_PAUSE_S = 60, 20   # so long a POMS that did not answer is left alone meanwhile, and at most between two tries at the end
MANY, BLOCK = 1000, 1 << 20         # files in one call, bytes at a time
SETTLED = (400, 409, 413, 422)      # codes of a no that no repetition will change
MARK = re.compile(rb"\{(name|path|url)\}")
Ended = collections.namedtuple("Ended", "code signal reason")


class NotNow(Exception):
    """POMS did not answer, or what came is not its last word."""


TROUBLES = (NotNow, OSError, ValueError, LookupError)    # of telling POMS: none of them may keep the program from its exit code


class Refused(Exception):
    """POMS said no, with a sentence."""


class Trouble(Exception):
    """The program cannot be run: exit code and reason."""


def say(text):
    with contextlib.suppress(OSError, ValueError):
        print("poms-wrap: " + text, file=sys.stderr, flush=True)


class Bell:
    """Signals: counted, and passed on to the program."""

    def __init__(self):
        self.child, self.last, self.rings = None, 0, 0
        for number in (*ENDING, signal.SIGUSR1, signal.SIGUSR2):
            if signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self.ring)

    def ring(self, number, _frame):
        if number in ENDING:
            self.last, self.rings = number, self.rings + 1
        if self.child:
            os.kill(self.child, number)

    def run(self, words, environment):
        """The program to its end. It is buried only when no signal can reach it any more: its number may soon be another's."""
        try:
            child = subprocess.Popen(words, env=environment)
        except OSError as trouble:
            return Ended(127 if isinstance(trouble, FileNotFoundError) else 126, 0, f"could not be started: {trouble}")
        self.child = child.pid
        if self.rings:
            os.kill(child.pid, self.last)
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        self.child = None
        code = child.wait()
        return Ended(code, 0, "") if code >= 0 else Ended(128 - code, -code, "")

    def wait(self, seconds, over=lambda: False):
        """So long, or until it is over, or a signal comes."""
        until, rings = time.monotonic() + seconds, self.rings
        while self.rings == rings and time.monotonic() < until and not over():
            time.sleep(0.03)


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would make a look at some page of a call."""

    def redirect_request(self, *_words):
        return None


class Poms:
    """The line to POMS."""

    def __init__(self, token_file, within, bell):
        self.token_file, self.within, self.bell = token_file, within, bell

    def ask(self, call, within=None):
        """The answer, within so many seconds whatever it is that hangs: the name service, the connection, the last byte."""
        within = min(within or self.within, self.within)
        found = []
        caller = threading.Thread(target=lambda: found.append(self._answer(call, within)), daemon=True)
        caller.start()
        self.bell.wait(within, lambda: not caller.is_alive())
        if not found:
            raise NotNow(f"{call['url']} did not answer within {within:g} s")
        if isinstance(found[0], Exception):
            raise found[0]
        return found[0]

    def _answer(self, call, within):
        try:
            with open(self.token_file) as file:
                headers = {"Authorization": "Bearer " + file.read().strip(), "Content-Type": "application/json"}
            asked = urllib.request.Request(call["url"], json.dumps(call["said"]).encode(), headers)
            with urllib.request.build_opener(NoRedirect).open(asked, timeout=within + 1) as answer:     # who asks gives up first
                return dict(json.loads(answer.read().decode()))
        except urllib.error.HTTPError as error:
            return self._no(error, call["url"])
        except (OSError, http.client.HTTPException, ValueError, TypeError) as trouble:
            return NotNow(f"{call['url']}: {trouble}")

    def _no(self, error, url):
        """Only POMS's own words settle a call: no page of a proxy does, nor a token that is no good now."""
        try:
            sentence = "{}: {error}".format(error.code, **json.loads(error.read(10000).decode()))
        except (OSError, http.client.HTTPException, ValueError, LookupError, TypeError):
            return NotNow(f"{url}: {error}")
        return Refused(sentence) if error.code in SETTLED else NotNow(sentence)

    def patiently(self, deed, patience):
        """Do it until POMS answers, for at most so many seconds, or until a signal comes; then the last trouble."""
        until, pause, rings = time.monotonic() + patience, 0.2, self.bell.rings
        while True:
            try:
                return deed(max(1, until - time.monotonic()))
            except TROUBLES as trouble:
                if self.bell.rings > rings or time.monotonic() + pause > until:
                    raise
                say(f"{trouble}; again in {pause:.1f} s")
            self.bell.wait(pause * random.uniform(0.7, 1.3))        # noqa: S311  no two jobs at the same time, no secret
            pause = min(2 * pause, LONGEST_PAUSE_S)


def write_whole(path, content):
    """All of it under the name, or nothing."""
    beside = os.path.join(os.path.dirname(path), f".{uuid.uuid4().hex}.part")
    with open(beside, "w") as file:
        json.dump(content, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)


class Spool:
    """Calls that are to be made, a JSON file each, in order. What was sent and not yet crossed out is sent again, which changes nothing."""

    def __init__(self, folder, poms):
        self.folder, self.poms, self.last, self.quiet_until, self.loose, self.refused = folder, poms, 0, 0.0, [], set()

    def put(self, call):
        """Keep the call; its key. A full disk does not stop the program: then it is kept in memory alone, and so is what comes after it: what
        became of an input is not told before what was made of it."""
        self.last = max(self.last + 1, int(time.time() * 1e6))
        trouble = "there was no room for earlier calls" if self.loose else self._write(call)
        if trouble:
            say(f"{trouble}: kept in memory alone")
            self.loose.append(call)
        return call["said"]["key"]

    def _write(self, call):
        """What went wrong."""
        try:
            os.makedirs(self.folder, mode=0o700, exist_ok=True)
            write_whole(os.path.join(self.folder, "{:020d}-{key}.json".format(self.last, **call["said"])), call)
        except OSError as trouble:
            return str(trouble)
        return ""

    def waiting(self):
        names = os.listdir(self.folder) if os.path.isdir(self.folder) else ()
        return sorted(name for name in names if re.match(r"\d{20}-.*\.json$", name))

    def send(self, within):
        """All of it, in order."""
        for name in self.waiting():
            path = os.path.join(self.folder, name)
            with contextlib.suppress(FileNotFoundError):        # another process of this job has sent it
                with open(path) as file:
                    call = json.load(file)
                if not self._send(call, within):
                    os.makedirs(os.path.join(self.folder, "refused"), exist_ok=True)
                    os.replace(path, os.path.join(self.folder, "refused", call["said"]["key"]))
                else:
                    os.remove(path)
        while self.loose:
            self._send(self.loose[0], within)
            self.loose.pop(0)

    def _send(self, call, within):
        """Whether POMS took it. Inputs whose outputs were refused are not consumed: nobody would make these again."""
        if any(key in self.refused or os.path.exists(os.path.join(self.folder, "refused", key)) for key in call["after"]):
            call["said"]["files"] = [dict(file, status="failed") for file in call["said"]["files"]]
        try:
            self.poms.ask(call, within)
        except Refused as no:
            say("POMS refused {}: {}".format(call["url"].rpartition("/")[2], no))
            self.refused.add(call["said"]["key"])
            return False
        return True

    def try_now(self):
        """Once, and not if POMS was away a moment ago: work does not wait for it."""
        if time.monotonic() > self.quiet_until:
            try:
                self.send(SOON_S)
            except TROUBLES as trouble:
                self.quiet_until = time.monotonic() + QUIET_S
                say(f"{trouble}; later")


def bytes_of(text):
    return text.encode("utf-8", "surrogateescape")


def text_of(name):
    return name.decode("utf-8", "surrogateescape")


def checksum(path, copy=None):
    """Of a file of any size; on the way it may be copied. Size and sum."""
    size, found = 0, hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(BLOCK), b""):
            size += len(block)
            found.update(block)
            if copy:
                copy.write(block)
    return size, "sha256:" + found.hexdigest()


def place_of(file):
    """The path of an input on this machine."""
    paths = [urllib.parse.unquote_to_bytes(urllib.parse.urlsplit(url).path) for url in file["locations"] if url.startswith("file:")]
    here = [path for path in paths if os.path.isfile(path)]
    if not here:
        raise Trouble(66, "{} is at no place on this machine, but at: {}".format(file["name"], ", ".join(file["locations"]) or "none"))
    return here[0]


def first_place(file):
    if not file["locations"]:
        raise Trouble(66, file["name"] + " is at no place")
    return bytes_of(file["locations"][0])


MARKS = {b"name": lambda file: bytes_of(file["name"]), b"path": place_of, b"url": first_place}


def filled(words, files):
    """The arguments with the inputs filled in; what is filled in is not looked at again."""
    made = []
    for word in words:
        alone = MARK.match(word)
        if alone and alone.end() == len(word) and files:
            made += [MARKS[alone.group(1)](file) for file in files]
        elif MARK.search(word) and len(files) > 1:
            raise Trouble(2, f"{text_of(word)} can stand for one file only, and there are {len(files)}")
        else:
            made.append(MARK.sub(lambda mark: MARKS[mark.group(1)](files[0]), word) if files else word)
    return made


class Outputs:
    """The files that fit a pattern and were made since it began."""

    def __init__(self, asked):
        self.asked, self.before = asked, {}
        self.before = self._seen()

    def _seen(self):
        found = {path for pattern in self.asked.output for path in glob.glob(os.fsencode(pattern), recursive=True)}
        said = {path: os.stat(path) for path in found if os.path.isfile(path) and not path.endswith(b".meta.json")}
        return {path: (stat.st_mtime_ns, stat.st_size, stat.st_ino) for path, stat in said.items()}

    def made(self, parents):
        """Each stored where it belongs, as it is to be declared."""
        new = sorted(path for path, stat in self._seen().items() if self.before.get(path) != stat)
        if self.asked.output and not new:
            say("nothing was made that fits " + ", ".join(self.asked.output))
        return [self._declared(path, parents) for path in new]

    def _declared(self, path, parents):
        name = text_of(self._named(path, parents))
        place, size, found = self._stored(path, bytes_of(name))
        return {"name": name, "size": size, "checksum": found, "metadata": self._metadata(path), "parents": parents,
                "locations": ["file://" + urllib.parse.quote(os.path.abspath(place))]}

    def _named(self, path, parents):
        """Its own name, or the one that --rename makes."""
        stem, suffix = os.path.splitext(os.path.basename(path))
        said = {b"stem": stem, b"suffix": suffix, b"input": os.path.splitext(bytes_of(parents[0]))[0] if parents else b"",
                b"index": os.fsencode(os.environ.get("POMS_JOB_INDEX", "0")), b"run": os.fsencode(os.environ.get("POMS_RUN", ""))}
        return re.sub(rb"\{(stem|suffix|input|index|run)\}", lambda mark: said[mark.group(1)], os.fsencode(self.asked.rename))

    def _metadata(self, path):
        beside, said = path + b".meta.json", {}
        if os.path.exists(beside):
            with open(beside, "rb") as file:
                said = dict(json.loads(file.read().decode()))
        return dict(self.asked.metadata, **said)

    def _stored(self, path, name):
        """Its place, size and sum. No file of that name is ever written over: another one goes to a folder of this attempt."""
        folder = os.fsencode(self.asked.store)
        if not folder:
            return (path, *checksum(path))
        os.makedirs(folder, exist_ok=True)
        beside, place = os.path.join(folder, b"." + bytes_of(uuid.uuid4().hex)), os.path.join(folder, name.replace(b"/", b"%2F"))
        try:
            with open(beside, "wb") as half:
                size, found = checksum(path, half)
                half.flush()
                os.fsync(half.fileno())
            return self._placed(beside, place, found), size, found
        finally:
            if os.path.exists(beside):
                os.remove(beside)

    def _placed(self, beside, place, found):
        try:
            os.link(beside, place)
            return place
        except OSError:             # it is there, or this file system knows no links
            if os.path.isfile(place) and checksum(place)[1] == found:
                return place
        own = os.path.join(os.path.dirname(place), bytes_of(own_folder()))
        os.makedirs(own, exist_ok=True)
        os.replace(beside, os.path.join(own, os.path.basename(place)))
        return os.path.join(own, os.path.basename(place))


def own_folder():
    """A name that no other attempt of any job has."""
    return re.sub(r"[^\w.-]", "_", "-".join(os.environ.get(name, "0") for name in ("POMS_TAG", "POMS_JOB", "POMS_ATTEMPT")))


class Job:
    """This job: what it says to POMS, and its program."""

    def __init__(self, asked, bell):
        self.asked, self.bell, self.begun = asked, bell, time.monotonic()
        self.known = all(os.environ.get(name) for name in NEEDED)
        self.poms = Poms(os.environ.get("POMS_TOKEN_FILE", ""), asked.answer_within, bell)
        self.spool = Spool(os.path.join(asked.spool, own_folder()), self.poms)

    def call(self, what, after=(), **said):
        """A call as it is sent."""
        of = os.environ
        url = "/".join([of["POMS_URL"].rstrip("/"), "api/v1", of["POMS_EXPERIMENT"], "submissions", of["POMS_TAG"], what])
        said.update(key=uuid.uuid4().hex, job=of["POMS_JOB"], attempt=int(of.get("POMS_ATTEMPT") or 1))
        return {"url": url, "said": said, "after": list(after)}

    def tell(self, what, after=(), **said):
        return self.spool.put(self.call(what, after, **said)) if self.known else None

    def tell_state(self, state, **said):
        self.tell("report", state=state, at=dt.datetime.now(dt.timezone.utc).isoformat(), host=socket.gethostname(), **said)

    def ask(self, what, **said):
        """An answer without which there is nothing to run."""
        if not self.known:
            raise Trouble(75, "without POMS there is no input: choose --input none")
        call = self.call(what, **said)
        try:
            return self.poms.patiently(lambda left: self.poms.ask(call, left), self.asked.patience)
        except (*TROUBLES, Refused) as trouble:
            raise Trouble(75, f"POMS does not say which input: {trouble}") from trouble

    def groups(self):
        """The inputs of each start of the program."""
        if self.asked.input == "none":
            return [[]]
        if self.asked.input == "next":
            return self._one_by_one()
        files = self.ask("inputs")["files"]
        return [[file] for file in files] if self.asked.input == "each" else [files] if files else []

    def _one_by_one(self):
        """A file of the project, as long as there is one."""
        for _ in range(self.asked.files or sys.maxsize):
            file = self._next()
            if not file:
                return
            yield [file]

    def _next(self):
        """What this attempt was given is kept beside the spool: who dies before that is given the same file again."""
        os.makedirs(self.spool.folder, mode=0o700, exist_ok=True)
        path, given = os.path.join(self.spool.folder, "given"), []
        with open(os.path.join(self.spool.folder, "lock"), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)        # another poms-wrap of this job is not given the same
            if os.path.exists(path):
                with open(path) as file:
                    given = json.load(file)
            found = self.ask("next", having=given[-MANY:])["file"]     # what came before was told long ago
            if found:
                write_whole(path, [*given, found["name"]])
        return found

    def step(self, files):
        """One start of the program, and what it made. Its end."""
        names, outputs = [file["name"] for file in files], Outputs(self.asked)
        try:
            words = filled(self.asked.words, files)
            with self._listed(files) as environment:
                ended = self.bell.run(words, environment)
        except Trouble as trouble:
            ended = Ended(trouble.args[0], 0, trouble.args[1])
        if ended.reason:
            say(ended.reason)
        self._conclude(ended, names, outputs)
        return ended

    @contextlib.contextmanager
    def _listed(self, files):
        """The program's environment; the list of its inputs is there while it runs."""
        if not files:
            yield os.environb
            return
        path = os.path.abspath(os.path.join(self.spool.folder, f"inputs-{os.getpid()}.json"))
        try:
            os.makedirs(self.spool.folder, mode=0o700, exist_ok=True)
            write_whole(path, files)
        except OSError as trouble:
            say(f"no list of inputs: {trouble}")
        yield {**os.environb, b"POMS_INPUTS": os.fsencode(path)}
        with contextlib.suppress(OSError):
            os.remove(path)

    def _conclude(self, ended, names, outputs):
        """First what it made, then what became of the inputs: who dies in between has lost nothing, for they will be done again."""
        status = "failed" if ended.code else "consumed"
        try:
            made = [] if ended.code else outputs.made(names)
        except (OSError, ValueError) as trouble:
            status, made = "failed", []
            say(f"what it made could not be stored: {trouble}")
        declared = [self.tell("declare", files=made[first:first + MANY]) for first in range(0, len(made), MANY)]
        if names and not (ended.code and self.bell.rings):      # the batch system ended it: another attempt may do it
            self.tell("report", declared, files=[{"name": name, "status": status} for name in names])
        self.spool.try_now()

    def end(self, ended):
        """How it was, then all that is not yet told, for as long as one may wait."""
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        said = dict(cpu_s=round(used.ru_utime + used.ru_stime, 3), wall_s=round(time.monotonic() - self.begun, 3),
                    memory_mb=math.ceil(used.ru_maxrss / 1024), **self._end_of_job(ended) if self.asked.whole_job else {})
        self.tell_state(said.pop("state", "running"), **said)
        try:
            self.poms.patiently(self.spool.send, LEFT_S if self.bell.rings else self.asked.patience)
        except TROUBLES as trouble:
            say(f"{trouble}. What is not told is kept; later: poms-wrap send {os.path.abspath(self.asked.spool)}")
        with contextlib.suppress(OSError):
            os.rmdir(self.spool.folder)

    def _end_of_job(self, ended):
        reason = "told to end by " + signal.Signals(self.bell.last).name if self.bell.rings else ended.reason
        said = {"state": "failed" if ended.code else "done", "reason": reason[:1000], "signal": ended.signal}
        return dict({name: value for name, value in said.items() if value}, **{} if ended.signal else {"exit_code": ended.code})


def run(asked):
    """The program for all its inputs; the exit code."""
    bell = Bell()
    job, first = Job(asked, bell), None
    if not job.known:
        say("no POMS here, nothing is told: {} must be set".format(", ".join(name for name in NEEDED if not os.environ.get(name))))
    job.tell_state("running")
    job.spool.try_now()
    try:
        for files in job.groups():
            ended = job.step(files)
            first = first or (ended if ended.code else None)
            if bell.rings or first and not asked.go_on:
                break
    except (Trouble, OSError) as trouble:
        code, why = trouble.args if isinstance(trouble, Trouble) else (75, str(trouble))
        say(why)
        first = first or Ended(128 + bell.last if bell.rings else code, 0, why)
    first = first or Ended(0, 0, "")
    job.end(first)
    return first.code


def send(asked):
    """What earlier runs left; 0 if nothing is left now."""
    poms, left = Poms(asked.token_file, asked.answer_within, Bell()), 0
    for folder in [asked.folder, *sorted(glob.glob(os.path.join(glob.escape(asked.folder), "*", "")))]:
        spool = Spool(folder, poms)
        try:
            poms.patiently(spool.send, asked.patience)
        except TROUBLES as trouble:
            say(str(trouble))
        left += len(spool.waiting())
    say(f"{left} calls are left in {asked.folder}")
    return 1 if left else 0


def pair(text):
    """KEY=VALUE; the value as JSON if it is that, else as text."""
    key, sign, value = text.partition("=")
    if not (key and sign):
        raise argparse.ArgumentTypeError("write KEY=VALUE")
    try:
        return key, json.loads(value)
    except ValueError:
        return key, value


def options(words):
    """What is asked for."""
    said, of = argparse.ArgumentParser(prog="poms-wrap", description=__doc__, usage="poms-wrap [options] -- PROGRAM [ARGUMENT...]",
                                       formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False), os.environ
    sending = words[:1] == ["send"]
    if sending:
        said.usage = "poms-wrap send [FOLDER] [options]"
        said.add_argument("folder", nargs="?", default=of.get("POMS_SPOOL", "poms-spool"))
        said.add_argument("--token-file", default=of.get("POMS_TOKEN_FILE", ""), help="the token of the job (default: $POMS_TOKEN_FILE)")
    else:
        _of_a_run(said, of)
    said.add_argument("--patience", type=float, default=900, metavar="S", help="seconds to wait for POMS, where one must (default: 900)")
    said.add_argument("--answer-within", type=float, default=60, metavar="S", help="seconds for one call (default: 60)")
    until = words.index("--") if "--" in words else len(words)
    asked = said.parse_args(words[1:] if sending else words[:until])
    if not sending:
        asked.words, asked.metadata = [os.fsencode(word) for word in words[until + 1:]], dict(asked.metadata)
        if not asked.words:
            said.error("write -- and then the program")
    return asked


def _of_a_run(said, of):
    said.add_argument("--input", choices=["each", "all", "next", "none"], default="each" if of.get("POMS_DATASET") else "none",
                      help="each: once for each input file of this job; all: once with all of them; next: once for each file that it takes "
                           "from the project; none. Default: each, or none in a stage without input files")
    said.add_argument("--files", type=int, default=0, metavar="N", help="with --input next: at most so many")
    said.add_argument("--output", action="append", default=[], metavar="PATTERN", help="new files that fit are stored and declared; may be repeated")
    said.add_argument("--store", default=of.get("POMS_OUTPUT_DIR", ""), metavar="DIR",
                      help="the folder to store them in (default: $POMS_OUTPUT_DIR); '' leaves them where they are")
    said.add_argument("--rename", default="{stem}{suffix}", metavar="NAME",
                      help="the name to store them under: {stem} and {suffix} of the file, {input} without suffix, {index} of the job, {run}")
    said.add_argument("--metadata", action="append", type=pair, default=[], metavar="KEY=VALUE", help="said of each output; may be repeated")
    said.add_argument("--go-on", action="store_true", help="go on to the next input after the program has failed")
    said.add_argument("--whole-job", action="store_true", help="the job is over when this is: tell POMS its end, with the exit code")
    said.add_argument("--spool", default=of.get("POMS_SPOOL", "poms-spool"), metavar="DIR",
                      help="the folder for what is not yet told (default: $POMS_SPOOL or poms-spool)")


def main(words):
    asked = options(words)
    return send(asked) if words[:1] == ["send"] else run(asked)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
