"""Choices read from the environment: switches, lists, the public address and the secret that is made once."""
import os
import secrets
import tempfile
import tomllib
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

YES, NO = frozenset({"1", "yes", "true", "on"}), frozenset({"0", "no", "false", "off"})


def flag(name: str, *, default: bool) -> bool:
    """A switch; ValueError where it is neither on nor off."""
    said = os.environ.get(name, "").strip().lower()
    if said and said not in YES | NO:
        raise ValueError(f"{name}={said!r} is no switch: write 1 or 0")
    return said in YES if said else default


def number(name: str, default: int) -> int:
    """A whole number; ValueError names the variable."""
    said = os.environ.get(name, "").strip() or str(default)
    if not said.isdecimal():
        raise ValueError(f"{name}={said!r} is no number: write digits only")
    return int(said)


def words(name: str, *more: str) -> list[str]:
    """A list with commas between, and what belongs to it in any case, each once."""
    said = (word.strip() for word in os.environ.get(name, "").split(","))
    return list(dict.fromkeys(word for word in (*said, *more) if word))


def backends(name: str) -> dict[str, dict[str, Any]]:
    """Backends in the TOML file of that name: a table each, `backend` its class, the rest its options; ValueError names file and table."""
    path = os.environ.get(name, "").strip()
    try:
        said = tomllib.loads(Path(path).read_text()) if path else {}
    except (OSError, tomllib.TOMLDecodeError) as trouble:
        raise ValueError(f"{name}={path!r} cannot be read: {trouble}") from trouble
    for alias, table in said.items():
        if not isinstance(table, dict) or not isinstance(table.get("backend"), str):
            raise ValueError(f'{name}={path!r}: [{alias}] needs a line backend = "..." that names its class')
    return {alias: {"BACKEND": table["backend"], "OPTIONS": {key: value for key, value in table.items() if key != "backend"}}
            for alias, table in said.items()}


@dataclass(frozen=True)
class Address:
    """Where people find the site."""

    url: str

    @property
    def origin(self) -> str:
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        parts = urlsplit(self.url)
        return parts.port or (443 if parts.scheme == "https" else 80)

    @property
    def prefix(self) -> str:
        """The path under which the whole site lives: nothing, or /such."""
        return urlsplit(self.url).path.rstrip("/")

    @property
    def is_secure(self) -> bool:
        return urlsplit(self.url).scheme == "https"


def address(said: str) -> Address:
    """The address that is written so; ValueError where it is none."""
    if urlsplit(said).scheme not in {"http", "https"} or not urlsplit(said).hostname:
        raise ValueError(f"POMS_URL={said!r} is no address: write for example http://127.0.0.1:8000")
    return Address(said)


def secret(path: Path) -> str:
    """The secret in that file, made at the first asking and readable to its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        _place(path, secrets.token_urlsafe(48))
    return path.read_text().strip()


def _place(path: Path, text: str) -> None:
    """Whole or not at all; of two processes that make it at once, the first one's stays."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}.") as draft:     # open to its owner alone
        draft.write(text)
        draft.flush()
        with suppress(FileExistsError):
            os.link(draft.name, path)


def existing(folders: Iterable[tuple[str, Path]]) -> list[tuple[str, Path]]:
    """Those of the folders that are there: without its node packages the site starts all the same."""
    return [(prefix, folder) for prefix, folder in folders if folder.is_dir()]
