"""Many open tabs, on a platform of its own; tests/evidence/pages/tabs.py starts it, in the folder that POMS_VAR names.

    python -m tests.tabs TABS BROWSERS CHANGES SECONDS      the last line is JSON

Some of the tabs are pages in Chromium, each as of another person; the others are streams as a page opens them, without the page.
"""
import asyncio
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.request import urlopen

import psutil
import psycopg2
from django.conf import settings
from playwright.sync_api import Page, sync_playwright

from scripts import postgres, serve, stop

PATIENCE_S = 30.0
LONGEST_PAUSE_S = 1.5
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
SESSIONS = "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
WATCH = """([where]) => {
    window.seen = [];
    const look = () => {
        const words = document.querySelector(where)?.textContent.trim();
        if (words !== window.seen.at(-1)?.[0]) window.seen.push([words, Date.now() / 1000]);
    };
    look();
    new MutationObserver(look).observe(document.body, {subtree: true, childList: true, characterData: true});
}"""


@dataclass
class Streams:
    """Connections that read the news, in a thread of their own."""

    address: tuple[str, int]
    cookie: str
    topics: list[str]
    heard: list[list[tuple[str, float]]] = field(default_factory=list)
    live: int = 0
    again: int = 0

    def start(self) -> None:
        self.heard = [[] for _ in self.topics]
        threading.Thread(target=lambda: asyncio.run(self._all()), daemon=True).start()

    async def _all(self) -> None:
        await asyncio.gather(*(self._one(place, topic) for place, topic in enumerate(self.topics)))

    async def _one(self, place: int, topic: str) -> None:
        reader, writer = await asyncio.open_connection(*self.address)
        words = [f"GET /dune/events?topics={topic} HTTP/1.1", "Host: 127.0.0.1", "Accept: text/event-stream", f"Cookie: {self.cookie}", "", ""]
        writer.write("\r\n".join(words).encode())
        begun = False
        with suppress(ConnectionError):
            while line := await reader.readline():
                if line.startswith(b"event: beat") and not begun:
                    begun, self.live = True, self.live + 1
                self.again += line.startswith(b"event: again")
                if line.startswith(b"data: ") and (told := json.loads(line[6:])):
                    self.heard[place].append((json.dumps(told), time.time()))


def measured(tabs: int, browsers: int, changes: int, seconds: int) -> dict[str, Any]:
    """What so many tabs cost while nothing happens, how soon they know when something does, and how they end."""
    from tests.makers import make_user
    from tests.scenes import play

    scene = play()
    row = scene.of("generate")[-1]
    others = [f"stage:{scene.of('simulate')[0].stage_id}", f"submission:{scene.of('generate')[0].pk}"]
    address = ("127.0.0.1", _port())
    topics = [f"submission:{row.pk}" if n % 2 else others[n // 2 % 2] for n in range(tabs - browsers)]
    streams = Streams(address, f"{settings.SESSION_COOKIE_NAME}={_session(make_user('ann'))}", topics)
    with _running(address[1]) as platform, sync_playwright() as playwright:
        _until(lambda: _answers(address))
        time.sleep(2)       # what starting costs is over
        alone = _cost(platform, seconds)
        streams.start()
        pages = _opened(playwright, address, [make_user(f"u{n}") for n in range(browsers)], row)
        _until(lambda: streams.live == len(topics))
        time.sleep(2)
        with_tabs, sessions = _cost(platform, seconds), _sessions()
        told = _changes(row, pages, streams, changes)
        memory = sum(process.memory_info().rss for process in _family(platform))
        began = time.monotonic()
        _web(platform).terminate()
        _until(lambda: streams.again == len(topics))
        return {"alone": alone, "with_tabs": with_tabs, "sessions": sessions, "rss_mb": memory / 1e6, "ended_s": time.monotonic() - began,
                "load": os.getloadavg()[0], **told}


def _changes(row: Any, pages: list[Page], streams: Streams, changes: int) -> dict[str, Any]:
    """Of each change how soon every tab that shows the thing knew it, from the commit; and what those heard that show something else."""
    from submissions.states import JobState
    from tests.services.deeds import LATER, report

    luck, on_pages, on_streams = random.Random(1), [], []
    mine = [heard for topic, heard in zip(streams.topics, streams.heard, strict=True) if topic == f"submission:{row.pk}"]
    for number in range(1, changes + 1):
        time.sleep(luck.uniform(0, LONGEST_PAUSE_S))
        state = (JobState.HELD, JobState.RUNNING)[number % 2 == 0]
        before = [len(heard) for heard in mine]
        for proc in range(row.expected):
            report(row, state, proc, LATER + timedelta(minutes=number))
        at, words = time.time(), state.value.capitalize()
        on_pages += [_seen(page, words, at) - at for page in pages]
        _until(lambda: all(len(heard) > count for heard, count in zip(mine, before, strict=True)))     # noqa: B023  asked at once
        on_streams += [max(0.0, heard[count][1] - at) for heard, count in zip(mine, before, strict=True)]
    strange = sum(f"submission:{row.pk}" in told for topic, heard in zip(streams.topics, streams.heard, strict=True)
                  if topic.startswith("submission") and topic != f"submission:{row.pk}" for told, _ in heard)
    return {"pages": on_pages, "streams": on_streams, "strange": strange}


def _seen(page: Page, words: str, at: float) -> float:
    page.wait_for_function("words => window.seen.at(-1)[0].includes(words)", arg=words, timeout=PATIENCE_S * 1000)
    return float(page.evaluate("([words, at]) => window.seen.find(([said, when]) => said.includes(words) && when >= at - 1)[1]", [words, at]))


def _opened(playwright: Any, address: tuple[str, int], users: list, row: Any) -> list[Page]:
    """The list of submissions and the submission's own page, in turn."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
    pages = []
    for place, user in enumerate(users):
        context = browser.new_context(base_url=f"http://{address[0]}:{address[1]}")
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": _session(user), "domain": address[0], "path": "/"}])
        page = context.new_page()
        page.goto(f"/dune/submissions/{row.pk}/" if place % 2 else "/dune/submissions/")
        page.evaluate(WATCH, ["main .pill" if place % 2 else f"#submission-{row.pk} .st"])
        page.wait_for_function("document.querySelector('#live-mark').textContent.includes('Live')")
        pages.append(page)
    return pages


def _session(user: Any) -> str:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    store, how = SessionStore(), settings.AUTHENTICATION_BACKENDS[0]
    store.update({SESSION_KEY: str(user.pk), BACKEND_SESSION_KEY: how, HASH_SESSION_KEY: user.get_session_auth_hash()})
    store.save()
    return str(store.session_key)


@contextmanager
def _running(port: int) -> Iterator[psutil.Process]:
    """The web server and the ticker, ended with us; without workers, so that nothing happens but what is done here."""
    process = subprocess.Popen([*serve.MANAGE, "supervise", "--port", str(port), "--only", "database", "tick", "web"],
                               stdin=subprocess.DEVNULL, stdout=sys.stderr)
    try:
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait()


def _web(platform: psutil.Process) -> psutil.Process:
    """gunicorn's first process."""
    return next(child for child in platform.children() if any("gunicorn" in word for word in child.cmdline()))


def _family(platform: psutil.Process) -> list[psutil.Process]:
    web = _web(platform)
    return [web, *web.children(recursive=True)]


def _cost(platform: psutil.Process, seconds: int) -> dict[str, float]:
    """Shares of one core while so many seconds pass: the web server, the ticker, the database."""
    server = psutil.Process(postgres.Server(postgres.folder_of()).pid())
    parts = {"web": _family(platform), "tick": [each for each in platform.children() if "tick" in each.cmdline()],
             "database": [server, *server.children()]}
    before = {name: _used(processes) for name, processes in parts.items()}
    time.sleep(seconds)
    return {name: (_used(processes) - before[name]) / seconds for name, processes in parts.items()}


def _used(processes: list[psutil.Process]) -> float:
    total = 0.0
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system
    return total


def _sessions() -> int:
    with psycopg2.connect(postgres.url()) as session, session.cursor() as cursor:
        cursor.execute(SESSIONS)
        return int(cursor.fetchone()[0])


def _port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def _answers(address: tuple[str, int]) -> bool:
    with suppress(OSError), urlopen(f"http://{address[0]}:{address[1]}/readyz", timeout=5) as answer:
        return answer.status == 200
    return False


def _until(true: Any) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"it did not come about in {PATIENCE_S:.0f} s")
        time.sleep(0.02)


def main(*words: str) -> None:
    serve.prepare()
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"       # playwright keeps a loop in this thread
    settings.BATCH_SYSTEMS = {"default": {"BACKEND": "tests.fakes.MemoryBatch"}}
    settings.WAKE_UPS = False
    try:
        print(json.dumps(measured(*map(int, words))))
    finally:
        stop.stop(postgres.folder_of().parent)


if __name__ == "__main__":
    main(*sys.argv[1:])
