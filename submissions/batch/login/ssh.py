"""Connections to login hosts: one for each account on each host, kept and used again. Whose key is not known is not spoken to."""
import asyncio
import os
import threading
from collections.abc import Coroutine
from concurrent.futures import TimeoutError as TooLong
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import asyncssh

from pomssite.kit.errors import NoAnswer, PomsError
from submissions.command import Login

T = TypeVar("T")
AT_ONCE = 8             # commands over one connection; sshd's own limit is 10
PATIENCE_S = 8.0        # until a host has answered
TURN_S = 12.0           # of one script; a task may take 30
ALIVE_S = 15            # a connection is asked so often whether it still stands
SHELL = "exec /bin/sh -s"
asyncssh.set_log_level("WARNING")       # not a line for each thing that is said


class Unreachable(PomsError):
    """The host was not spoken to: nothing was said to it."""


@dataclass
class Line:
    """A connection, and how many may talk over it at once."""

    connection: asyncssh.SSHClientConnection
    free: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))


class Lines:
    """The connections of this process, in a thread of their own; a forked child begins with none."""

    def __init__(self, *, key: str, known_hosts: str, port: int) -> None:
        self.key, self.known_hosts, self.port = key, known_hosts, port
        self._guard = threading.Lock()
        self._owner, self._loop = 0, asyncio.new_event_loop()
        self._lines: dict[tuple[str, str], Line] = {}
        self._making: dict[tuple[str, str], asyncio.Lock] = {}

    def run(self, login: Login, script: str) -> bytes:
        """What a shell of that account says to this script. Unreachable: it never heard of it; NoAnswer: it may have."""
        return self._wait(self._run((login.host, login.account), script.encode()))

    def close(self) -> None:
        """Hang up."""
        if self._owner == os.getpid():
            self._wait(self._hang_up())

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        """From here into the thread of the connections, and back."""
        coming = asyncio.run_coroutine_threadsafe(work, self._running())
        try:
            return coming.result(2 * PATIENCE_S + TURN_S)
        except TooLong as late:
            coming.cancel()
            raise NoAnswer("the login host took too long") from late

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._guard:
            if self._owner != os.getpid():
                self._owner, self._loop, self._lines, self._making = os.getpid(), asyncio.new_event_loop(), {}, {}
                threading.Thread(target=self._loop.run_forever, name="login hosts", daemon=True).start()
            return self._loop

    async def _run(self, who: tuple[str, str], script: bytes) -> bytes:
        line, process = await self._opened(who)
        try:
            done = await asyncio.wait_for(process.communicate(script), TURN_S)
        except (OSError, asyncssh.Error, TimeoutError) as lost:
            raise NoAnswer(f"{who[0]} was cut off while it worked: {_said(lost)}") from lost
        finally:
            process.close()
            line.free.release()
        return _bytes(done[0])

    async def _opened(self, who: tuple[str, str]) -> tuple[Line, asyncssh.SSHClientProcess[bytes]]:
        """A shell that has heard nothing yet. A kept connection may be dead: then a new one is made, once."""
        line = await self._line(who)
        try:
            return line, await self._shell(line)
        except (OSError, asyncssh.Error, TimeoutError) as lost:
            if not (line.connection.is_closed() or isinstance(lost, TimeoutError)):
                raise Unreachable(f"{who[0]} opens no shell for {who[1]}: {_said(lost)}") from lost
            self._drop(who, line)
        line = await self._line(who)
        try:
            return line, await self._shell(line)
        except (OSError, asyncssh.Error, TimeoutError) as lost:
            raise Unreachable(f"{who[0]} opens no shell for {who[1]}: {_said(lost)}") from lost

    async def _shell(self, line: Line) -> asyncssh.SSHClientProcess[bytes]:
        await line.free.acquire()
        process = None
        try:
            opening = line.connection.create_process(SHELL, encoding=None, stderr=asyncssh.DEVNULL)
            process = await asyncio.wait_for(opening, PATIENCE_S)
            return process
        finally:
            if process is None:
                line.free.release()

    async def _line(self, who: tuple[str, str]) -> Line:
        async with self._making.setdefault(who, asyncio.Lock()):
            if who not in self._lines or self._lines[who].connection.is_closed():
                self._lines[who] = Line(await self._connected(*who))
            return self._lines[who]

    async def _connected(self, host: str, account: str) -> asyncssh.SSHClientConnection:
        if not Path(self.known_hosts).is_file():
            raise Unreachable(f"{self.known_hosts} is not there: without the keys of the login hosts none is spoken to")
        try:
            return await asyncio.wait_for(asyncssh.connect(
                host, self.port, username=account, client_keys=[self.key], known_hosts=self.known_hosts, config=None, agent_path=None,
                password_auth=False, kbdint_auth=False, connect_timeout=PATIENCE_S, login_timeout=PATIENCE_S, keepalive_interval=ALIVE_S), PATIENCE_S)
        except asyncssh.HostKeyNotVerifiable as strange:
            raise Unreachable(f"{host} does not show the key that is written in {self.known_hosts}: {_said(strange)}") from strange
        except asyncssh.PermissionDenied as no:
            raise Unreachable(f"{host} does not let {account} in: {_said(no)}") from no
        except (OSError, asyncssh.Error, TimeoutError, ValueError) as trouble:
            raise Unreachable(f"{host} does not answer: {_said(trouble)}") from trouble

    def _drop(self, who: tuple[str, str], line: Line) -> None:
        """Hang up; others who talk over it hear it too."""
        if self._lines.get(who) is line:
            del self._lines[who]
        line.connection.abort()

    async def _hang_up(self) -> None:
        for who, line in list(self._lines.items()):
            self._drop(who, line)


def _said(trouble: BaseException) -> str:
    return str(trouble) or type(trouble).__name__


def _bytes(said: bytes | str | None) -> bytes:
    return said if isinstance(said, bytes) else (said or "").encode()
