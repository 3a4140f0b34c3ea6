"""FERRY over HTTPS, with the certificate of this server: three questions an experiment, each answered whole, in time, or not at all."""
import ssl
import time
from collections.abc import Callable
from http.client import HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import urlencode, urlsplit

from accounts.ferry.answers import BadAnswer, Person, of_group, of_unit
from accounts.policy import Role
from pomssite.kit.errors import NoAnswer, Refused

MOST = 16_000_000       # bytes of an answer
PIECE = 65_536
WORDS = {Role.ANALYSIS: "Analysis", Role.PRODUCTION: "Production"}


class Ferry:
    """Named in DIRECTORIES. The server's certificate is always checked; files are read at each call, so that a renewed certificate is used."""

    def __init__(self, url: str, certificate: str = "", key: str = "", authorities: str = "", seconds: float = 5) -> None:
        parts = urlsplit(url)
        if parts.scheme != "https" or not parts.hostname:
            raise ValueError(f"POMS_FERRY_URL={url!r} is no address of FERRY: write https://host:port")
        self.host, self.port, self.path = parts.hostname, parts.port or 443, parts.path.rstrip("/")
        self.certificate, self.key, self.authorities, self.seconds = certificate, key, authorities, seconds

    def members(self, unit: str, role: Role) -> tuple[Person, ...]:
        """Who belongs to the unit with this role; NoAnswer or Refused says in words why that is not known."""
        if role == Role.SUPERUSER:
            return self._asked("getGroupMembers", of_group, grouptype="BatchSuperusers", groupname=unit)
        return self._asked("getAffiliationMembersRoles", lambda body: of_unit(body, unit), unitname=unit, role=WORDS[role])

    def _asked(self, call: str, read: Callable[[bytes], tuple[Person, ...]], **words: str) -> tuple[Person, ...]:
        try:
            return read(self._got(call, words))
        except BadAnswer as bad:
            raise Refused(f"{call}: {bad}") from bad
        except (OSError, HTTPException) as trouble:
            why = f"no answer in {self.seconds:g} s" if isinstance(trouble, TimeoutError) else f"{type(trouble).__name__}: {trouble}"
            raise NoAnswer(f"{call}: {why}"[:300]) from trouble

    def _got(self, call: str, words: dict[str, str]) -> bytes:
        """No redirect is followed: the certificate is shown to this host alone."""
        until = time.monotonic() + self.seconds
        connection = HTTPSConnection(self.host, self.port, timeout=self.seconds, context=self._trust())
        try:
            connection.request("GET", f"{self.path}/{call}?{urlencode(words)}", headers={"Accept": "application/json"})
            answer = connection.getresponse()
            if answer.status != 200:
                raise Refused(f"{call}: HTTP {answer.status} {answer.reason}"[:300])
            return _whole(answer, until)
        finally:
            connection.close()

    def _trust(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self.authorities or None)
        if self.certificate:
            context.load_cert_chain(self.certificate, self.key or None)
        return context


def _whole(answer: HTTPResponse, until: float) -> bytes:
    """All that was announced; a body that is cut, endless or too slow is none."""
    pieces: list[bytes] = []
    while piece := answer.read1(PIECE):
        pieces.append(piece)
        if time.monotonic() > until:
            raise TimeoutError("its answer comes too slowly")
        if sum(map(len, pieces)) > MOST:
            raise HTTPException("its answer has no end")
    if answer.length:
        raise HTTPException(f"its answer was cut: {answer.length} bytes are missing")
    return b"".join(pieces)
