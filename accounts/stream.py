"""From the news to the pages that are open: one connection of this process listens, and every stream gets what it asked for.

A thread of its own listens, so that a database that hesitates keeps no stream waiting; the streams live in the server's loop.
A stream that reads slowly costs nothing: what waits for it is a set of names, and of too many names only that there are many.
"""
import asyncio
import json
import logging
import random
import select
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db import Error, connection

from accounts.models import News
from accounts.news import CHANNEL

MOST = 200              # names that wait for one stream
MOST_OF_ONE = 300       # streams that one person keeps open in this process
REMEMBERED = 2000       # news that are kept for those who come back
BEAT_S = 20.0
SILENCE_S = 10.0        # the teller speaks every two seconds; after so long a silence the pages are told that nobody tells
PAUSE_S = 1.0
LIVES_S = 600.0         # then a stream is opened anew, and who may see what is asked again
SLACK = timedelta(seconds=2)      # a page says in whole seconds when it was drawn
log = logging.getLogger(__name__)


class Stream:
    """What one page is told."""

    def __init__(self, hub: "Hub", experiment: str, topics: Iterable[str], *, who: int, since: int | None, drawn: datetime | None) -> None:
        self._hub, self.who, self.since, self.drawn = hub, who, since, drawn
        self.keys = {(experiment, topic) for topic in (*topics, f"experiment:{experiment}")}     # what befalls all of it concerns every page
        self.until = time.monotonic() + LIVES_S * random.uniform(0.8, 1.2)  # noqa: S311 so that not all come again at once
        self._changes: dict[str, dict[str, Any]] = {}
        self._many = self._over = False
        self._word, self._number = "", 0
        self._loop: asyncio.AbstractEventLoop | None = None

    async def messages(self) -> AsyncIterator[str]:
        """As a browser's EventSource reads them, until the page goes or the stream has lived long enough."""
        self._loop, self._news = asyncio.get_running_loop(), asyncio.Event()
        yield "retry: 2000\n\n"
        self._hub.join(self)
        try:
            over = False
            while not over:
                await self._news.wait()
                self._news.clear()
                text, over = self._hub.taken(self)
                if text:
                    yield text
        finally:
            self._hub.leave(self)

    def put(self, number: int, changes: Iterable[dict[str, Any]] | None) -> None:
        """These have changed; None: so many that it is better to ask for everything."""
        self._changes.update({change["thing"]: change for change in changes or ()})
        if changes is None or len(self._changes) > MOST:
            self._many = True
            self._changes.clear()
        self.say("", number)

    def say(self, word: str, number: int, *, over: bool = False) -> None:
        """A word on the stream itself: beat, deaf, again."""
        self._word = self._word if self._over else word or self._word
        self._number, self._over = max(number, self._number), over or self._over
        with suppress(RuntimeError):        # its loop has ended before it
            self._loop and self._loop.call_soon_threadsafe(self._news.set)

    def take(self) -> tuple[str, bool]:
        """All that waits, as text; and whether that was the end."""
        told = {"all": True} if self._many else {"news": list(self._changes.values())} if self._changes else None
        said = [f"data: {json.dumps(told)}\n\n"] if told else []
        said += [f"event: {self._word}\ndata: {{}}\n\n"] if self._word else []
        if said and self._number:
            said.insert(0, f"id: {self._number}\n")
        self._changes, self._many, self._word = {}, False, ""
        return "".join(said), self._over


class Hub:
    """The listener of this process and the streams that it feeds."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._streams: dict[tuple[str, str], set[Stream]] = {}
        self._open: set[Stream] = set()
        self._past: deque[News] = deque(maxlen=REMEMBERED)
        self._hears, self._beat_at, self._ended = False, 0.0, threading.Event()
        self._thread: threading.Thread | None = None

    def stream(self, experiment: str, topics: Iterable[str], *, who: int = 0, since: int | None = None, drawn: datetime | None = None) -> Stream:
        """A stream of these topics: what is newer than the number, or than the moment at which the page was drawn, comes first."""
        return Stream(self, experiment, topics, who=who, since=since, drawn=drawn)

    def is_full(self, who: int) -> bool:
        """That person keeps open as many as one may."""
        with self._lock:
            return sum(stream.who == who for stream in self._open) >= MOST_OF_ONE

    def join(self, stream: Stream) -> None:
        """From now on it is fed."""
        with self._lock:
            self._open.add(stream)
            for key in stream.keys:
                self._streams.setdefault(key, set()).add(stream)
            if self._ended.is_set():
                stream.say("again", 0, over=True)
            elif self._hears:
                self._catch_up(stream)
            if self._thread is None and not self._ended.is_set():
                self._thread = threading.Thread(target=self._listen, name="news", daemon=True)
                self._thread.start()

    def leave(self, stream: Stream) -> None:
        """Its page is gone."""
        with self._lock:
            self._open.discard(stream)
            for key in stream.keys & self._streams.keys():
                self._streams[key].discard(stream)
                if not self._streams[key]:
                    del self._streams[key]

    def taken(self, stream: Stream) -> tuple[str, bool]:
        """What waits for it, and whether it is over."""
        with self._lock:
            return stream.take()

    def end(self) -> None:
        """The process ends: every stream is told to come again, to whoever comes after."""
        self._ended.set()
        with self._lock:
            for stream in self._open:
                stream.say("again", 0, over=True)
        if self._thread:
            self._thread.join(timeout=3 * PAUSE_S)

    def _listen(self) -> None:
        while not self._ended.is_set():
            try:
                self._follow()
            except (Error, OSError) as trouble:
                log.warning("the news are not heard: %s", trouble)
            finally:
                connection.close()
            self._deafen()
            self._ended.wait(PAUSE_S)

    def _follow(self) -> None:
        """As long as the teller speaks."""
        with connection.cursor() as cursor:
            cursor.execute(f"LISTEN {CHANNEL}")
        heard_at = time.monotonic()
        while not self._ended.is_set() and time.monotonic() - heard_at < SILENCE_S:
            select.select([connection.connection], [], [], PAUSE_S)
            if words := _heard():
                heard_at = time.monotonic()
                self._hear(anew="news" in words)

    def _hear(self, *, anew: bool) -> None:
        if anew or not self._hears:
            self._read()
        if time.monotonic() - self._beat_at >= BEAT_S:
            self._beat()

    def _read(self) -> None:
        newest = News.objects.order_by("-pk").values_list("pk", flat=True).first()
        if newest and newest < self._last:      # the database is another than before, such as one brought back from a copy
            self._past.clear()
        rows = list(News.objects.filter(pk__gt=self._last).order_by("-pk")[:REMEMBERED])
        with self._lock:
            for row in reversed(rows):
                self._past.append(row)
                self._hand_out(row)
            if not self._hears:
                self._hears = True
                for stream in self._open:
                    self._catch_up(stream)

    def _hand_out(self, row: News) -> None:
        if not self._hears:
            return
        if row.changes is None:
            wanted = {stream: None for key, streams in self._streams.items() if key[0] == row.experiment for stream in streams}
            for stream in wanted:
                stream.put(row.pk, None)
            return
        for change in row.changes:
            for stream in {each for topic in topics_of(change) for each in self._streams.get((row.experiment, topic), ())}:
                stream.put(row.pk, [change])

    def _catch_up(self, stream: Stream) -> None:
        """What was told before it came, or while nobody listened; if that is not known any more, everything may have changed."""
        missed, stream.since = self._missed(stream), self._last
        stream.say("beat", self._last)
        if missed is None:
            stream.put(self._last, None)
        for row in missed or ():
            self._tell_one(stream, row)

    def _missed(self, stream: Stream) -> list[News] | None:
        """None: what is kept does not reach back so far."""
        if stream.since is not None:
            known = not self._past or self._past[0].pk - 1 <= stream.since <= self._last
            return [row for row in self._past if row.pk > stream.since] if known else None
        missed = [row for row in self._past if stream.drawn and row.at >= stream.drawn - SLACK]
        return missed if len(missed) < len(self._past) or not missed else None

    @property
    def _last(self) -> int:
        return self._past[-1].pk if self._past else 0

    def _tell_one(self, stream: Stream, row: News) -> None:
        mine = {topic for experiment, topic in stream.keys if experiment == row.experiment}
        found = [change for change in row.changes or () if mine & topics_of(change)]
        if found or row.changes is None and mine:
            stream.put(row.pk, None if row.changes is None else found)

    def _beat(self) -> None:
        """Proof of life; streams that have lived long enough are opened anew."""
        self._beat_at = now = time.monotonic()
        with self._lock:
            for stream in self._open:
                stream.say("again" if now > stream.until else "beat", self._last, over=now > stream.until)

    def _deafen(self) -> None:
        """Nobody tells, or the database does not answer: no page may think itself fresh."""
        with self._lock:
            if self._hears:
                self._hears = False
                for stream in self._open:
                    stream.since = self._last
                    stream.say("deaf", 0)


def topics_of(change: dict[str, Any]) -> set[str]:
    """All under which it may be asked for; with a plus: what is new there, and nothing else."""
    wide = {*change["of"], "experiment"}
    return {change["thing"], *wide, *(f"+{topic}" for topic in wide if change.get("new"))}


def _heard() -> list[str]:
    """What was said on the channel since the last time; "" is a sign of life."""
    with connection.wrap_database_errors:
        connection.connection.poll()
    words = [said.payload for said in connection.connection.notifies]
    connection.connection.notifies.clear()
    return words


@cache
def hub() -> Hub:
    """The one of this process."""
    return Hub()
