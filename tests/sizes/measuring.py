"""How long the site takes to answer, how large the answer is, and how often it asks the database; in this process, as the web server does."""
import gzip
import time
from collections.abc import Iterable
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from django.db import connection
from django.test import Client

from accounts.models import User
from pomssite.web import prepare
from tests.sizes.pages import PAGES, Page, Rows, changelists

WARM = 2                    # first, and not counted
LOOP = 300_000              # rounds
BARE = "/healthz"           # what a request costs that does nothing


def pages(times: int, which: Iterable[Page] = PAGES) -> dict[str, Any]:
    """Each page as a member of production sees it."""
    client, rows = signed_in("jkim"), Rows()
    bare = {"": seen(client, BARE, times) | {"aim_ms": 0}}
    return bare | {page.name: seen(client, page.address(rows), times) | _aims(page) for page in which}


def _aims(page: Page) -> dict[str, Any]:
    return {"aim_ms": page.most_ms, "aim_kb": page.most_kb, "original": page.original, "as_wide": page.as_wide}


def lists(times: int) -> dict[str, Any]:
    """Each list of the administration."""
    client = signed_in("root")
    return {name: seen(client, address, times) for name, address in changelists().items()}


def walled(times: int) -> dict[str, Any]:
    """Each list of the administration that a superuser sees."""
    client = signed_in("ann")
    return {name: told for name, address in changelists().items() if (told := seen(client, address, times))["code"] == 200}


def seen(client: Client, address: str, times: int) -> dict[str, Any]:
    """One address, several times."""
    for _ in range(WARM):
        answer = client.get(address)
    statements: list[str] = []
    with connection.execute_wrapper(lambda execute, sql, *said: (statements.append(sql), execute(sql, *said))[1]):
        client.get(address)
    took, worked, loops = zip(*((*_timed(client, address), bare_loop()) for _ in range(times)), strict=True)
    return {"address": address, "code": answer.status_code, "queries": len(statements), "bytes": len(answer.content),
            "packed": len(gzip.compress(answer.content, 6)), "median": median(took),
            "p95": quantiles(took, n=20)[-1] if times > 1 else took[0], "least": min(took), "cpu": median(worked), "loops": (min(loops), max(loops))}


def _timed(client: Client, address: str) -> tuple[float, float]:
    """Milliseconds until the answer, and of processor, of the site and of its session: the same on a machine that has other work.

    What a request does to have its connection to the database is counted in.
    """
    before = _of_session()
    if not connection.in_atomic_block:
        connection.close()
    worked, began = time.process_time(), time.perf_counter()
    client.get(address)
    took, worked = time.perf_counter() - began, time.process_time() - worked
    return took * 1000, (worked + _of_session() - before) * 1000


def bare_loop() -> float:
    """Milliseconds of processor of a loop that is always the same: how fast the machine is at this moment."""
    began = time.process_time()
    sum(i * i % 7 for i in range(LOOP))
    return (time.process_time() - began) * 1000


def _of_session() -> float:
    """Seconds of processor that the database's process of this connection has used."""
    if connection.connection is None:
        return 0.0
    file = Path(f"/proc/{connection.connection.get_backend_pid()}/schedstat")
    return int(file.read_text().split()[0]) / 1e9 if file.exists() else 0.0


def signed_in(name: str) -> Client:
    prepare()
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(User.objects.get(username=name))
    return client
