"""Keys that open the server to others: handed out once, kept only as digests.

A key has 256 random bits, so that a plain sha256 of it can be neither guessed nor looked up; a
slow hash is for passwords.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import secrets
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kith.errors import KithError, OptionError, printable
from kith.models.home import home

if TYPE_CHECKING:
    from pathlib import Path

FILE = "server-keys.json"
PREFIX = "kith_"
LONGEST_NAME = 60
LONGEST_FILE = 1_000_000
MOST = 1000
DIGEST = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class KnownKey:
    """What is kept of a key: what it is called, its sha256, and since when (UTC, ISO 8601)."""

    name: str
    sha256: str
    created: str


class Keys:
    """The keys in a file, read anew whenever it changes.

    Args:
        path: of the file; None: in kith's folder.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or home() / FILE
        self._stamp: tuple[int, int, int] | None = None
        self._keys: tuple[KnownKey, ...] = ()

    def known(self) -> tuple[KnownKey, ...]:
        """Return the keys that there are.

        Raises:
            KithError: the file cannot be read; then no key is taken.
        """
        try:
            found = self.path.stat()
            stamp = found.st_mtime_ns, found.st_size, found.st_ino
            if stamp != self._stamp:
                self._keys = _parsed(self.path.read_bytes()[: LONGEST_FILE + 1])
                self._stamp = stamp
        except FileNotFoundError:
            return ()
        except OSError as error:
            reason = error.strerror or str(error)
            raise KithError(f"{printable(str(self.path))}: cannot be read: {reason}") from error
        except (ValueError, TypeError, KeyError) as error:
            raise KithError(
                f"{printable(str(self.path))}: is damaged; remove it and make new keys with "
                "kith serve --new-key"
            ) from error
        return self._keys

    def name_of(self, key: str) -> str | None:
        """Return what a key is called; None for one that is not known. Takes the same time."""
        digest = _digest(key)
        name = None
        for known in self.known():
            if hmac.compare_digest(known.sha256, digest):
                name = known.name
        return name

    def add(self, name: str) -> str:
        """Make a key, keep its digest, and return it: it can never be shown again.

        Raises:
            OptionError: another key has this name, or it cannot be kept.
            KithError: the file cannot be written.
        """
        if not name.strip() or not name.isprintable() or len(name) > LONGEST_NAME:
            raise OptionError(f"a key's name has 1 to {LONGEST_NAME} visible characters")
        known = self.known()
        if any(one.name == name for one in known):
            raise OptionError(
                f"there is a key called {name} already: name another, or remove it with "
                f"kith serve --remove-key"
            )
        if len(known) >= MOST:
            raise OptionError(f"there are {MOST} keys already: remove some")
        key = PREFIX + secrets.token_urlsafe(32)
        created = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        self._write((*known, KnownKey(name, _digest(key), created)))
        return key

    def remove(self, name: str) -> None:
        """Take a key back; a running server refuses it from its next request on.

        Raises:
            OptionError: there is none of this name.
            KithError: the file cannot be written.
        """
        known = self.known()
        if all(one.name != name for one in known):
            names = ", ".join(one.name for one in known) or "none"
            raise OptionError(f"there is no key called {printable(name)}; there are: {names}")
        self._write(tuple(one for one in known if one.name != name))

    def _write(self, keys: tuple[KnownKey, ...]) -> None:
        text = json.dumps({"version": 1, "keys": [asdict(one) for one in keys]}, indent=1)
        part = self.path.with_name(f".{secrets.token_hex(6)}.part")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            opened = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(opened, "w", encoding="utf-8") as file:
                file.write(text)
            part.replace(self.path)
        except OSError as error:
            reason = error.strerror or str(error)
            raise KithError(f"{printable(str(self.path))}: cannot be written: {reason}") from error
        finally:
            with suppress(OSError):  # gone where all went well
                part.unlink()


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _parsed(data: bytes) -> tuple[KnownKey, ...]:
    found = json.loads(data)["keys"]
    keys = tuple(KnownKey(one["name"], one["sha256"], one["created"]) for one in found)
    if not all(isinstance(value, str) for one in keys for value in asdict(one).values()):
        raise ValueError("not text")
    if not all(DIGEST.fullmatch(one.sha256) for one in keys):
        raise ValueError("no digest")
    return keys
