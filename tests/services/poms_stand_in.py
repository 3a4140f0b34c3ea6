"""A small real HTTP server that answers jobs as POMS does and keeps what they said."""
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

HANGS = -1


class StandIn(ThreadingHTTPServer):
    """`inputs`: what jobs are given; `heard`: (path, body, token) of each call; `ill`: codes to answer first, 0 hangs up, HANGS never answers."""

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Answer)
        self.inputs: list[dict[str, Any]] = []
        self.heard: list[tuple[str, dict[str, Any], str]] = []
        self.ill: list[int] = []
        self.declared: dict[str, dict[str, Any]] = {}
        self.gone = Event()

    def said(self, what: str) -> list[dict[str, Any]]:
        """The bodies of all calls of this kind."""
        return [said for path, said, _ in self.heard if path.endswith(f"/{what}")]

    def answer(self, what: str, said: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if what == "inputs":
            return 200, {"files": self.inputs}
        if what == "next":
            return 200, {"file": next((file for file in self.inputs if file["name"] not in said["having"]), None)}
        if what == "report":
            return 200, {"taken": True}
        for file in said["files"]:
            if self.declared.setdefault(file["name"], file)["checksum"] != file["checksum"]:
                return 409, {"error": f"{file['name']} is declared with another checksum"}
        return 200, {"declared": len(said["files"]), "known": 0}


class Answer(BaseHTTPRequestHandler):
    """One call."""

    server: StandIn

    def do_POST(self) -> None:
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.heard.append((self.path, said, self.headers["Authorization"]))
        code = self.server.ill.pop(0) if self.server.ill else None
        if code == HANGS:
            self.server.gone.wait()
        if code in (0, HANGS):
            return
        self._reply(*((code, {"error": "ill"}) if code else self.server.answer(self.path.rpartition("/")[2], said)))

    def do_GET(self) -> None:
        """A page to which somebody was sent."""
        self._reply(200, {})

    def _reply(self, code: int, said: dict[str, Any]) -> None:
        self.send_response(code)
        if 300 <= code < 400:
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/page")
        self.end_headers()
        self.wfile.write(json.dumps(said).encode())

    def log_message(self, *words: object) -> None:
        """Nothing on the terminal of the tests."""


@contextmanager
def standing_in(port: int = 0) -> Iterator[StandIn]:
    server = StandIn(port)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.gone.set()
        server.shutdown()
        server.server_close()
        thread.join()
