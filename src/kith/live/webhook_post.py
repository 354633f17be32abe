"""One POST request with one time limit for all of it."""

from __future__ import annotations

import base64
import http.client
import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self
from urllib.parse import unquote, urlsplit

from kith.errors import OptionError, printable

if TYPE_CHECKING:
    from collections.abc import Mapping

_AGAIN = {408, 421, 425, 429, 500, 502, 503, 504}
"""Answers after which it is worth trying again (RFC 9110)."""
_MOST_READ = 4096


@dataclass(frozen=True, slots=True)
class Target:
    """Where events are sent.

    Attributes:
        secure: whether by https.
        host, port: of the receiver.
        path: with the query; what an address may hold as a secret is never shown.
        authorization: of user and password in the address; None for none.
    """

    secure: bool
    host: str
    port: int
    path: str
    authorization: str | None = None

    @classmethod
    def parse(cls, url: str) -> Self:
        """Take an address apart.

        Raises:
            OptionError: it is no address that events can be sent to.
        """
        wanted = "--on-event wants an address such as https://door.example/events"
        # What stands in an address may be a secret: it is not repeated.
        if any(ord(c) < 33 or ord(c) == 127 for c in url):
            raise OptionError(f"{wanted}, without spaces")
        try:
            parts = urlsplit(url)
            port = parts.port
            host = (parts.hostname or "").encode("idna" if "[" not in url else "ascii").decode()
        except ValueError:
            raise OptionError(f"{wanted}; this one cannot be read") from None
        if parts.scheme not in ("http", "https") or not host:
            raise OptionError(f"{wanted}; only http and https are spoken")
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        secure = parts.scheme == "https"
        return cls(
            secure, host, port or (443 if secure else 80), _ascii(path), _basic(parts.netloc)
        )

    @property
    def shown(self) -> str:
        """The receiver, for people: without path, user and password."""
        return printable(f"{self.host}:{self.port}", 80)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of an attempt.

    Attributes:
        taken: the receiver has it.
        worth_trying: it may take it later.
        reason: why not, in a few words.
        after: seconds that the receiver asks to wait.
    """

    taken: bool
    worth_trying: bool
    reason: str
    after: float = 0.0


def post(target: Target, body: bytes, headers: Mapping[str, str], timeout: float) -> Answer:
    """Send a body; no redirect is followed.

    Args:
        target: where to.
        body: what.
        headers: besides those of the connection.
        timeout: seconds for all of it, however slowly the receiver answers.
    """
    connection = _connection(target, timeout)
    late = threading.Event()

    def end() -> None:
        late.set()
        _cut(connection)

    timer = threading.Timer(timeout, end)
    timer.daemon = True
    timer.start()
    more = {"Authorization": target.authorization} if target.authorization else {}
    try:
        connection.connect()
        if late.is_set():  # looking up the name took all the time
            raise TimeoutError
        connection.request("POST", target.path, body, {**headers, **more})
        with connection.getresponse() as response:
            response.read(_MOST_READ)
            return _answer(response)
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = "no answer in time" if late.is_set() else _words(error)
        return Answer(False, True, reason)
    finally:
        timer.cancel()
        connection.close()


def _connection(target: Target, timeout: float) -> http.client.HTTPConnection:
    if target.secure:
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(
            target.host, target.port, timeout=timeout, context=context
        )
    return http.client.HTTPConnection(target.host, target.port, timeout=timeout)


def _cut(connection: http.client.HTTPConnection) -> None:
    """End a connection from another thread, whatever it is waiting for."""
    with suppress(OSError, AttributeError):
        connection.sock.shutdown(socket.SHUT_RDWR)


def _answer(response: http.client.HTTPResponse) -> Answer:
    status = response.status
    if 200 <= status < 300:
        return Answer(True, False, "")
    if 300 <= status < 400:
        return Answer(False, False, f"it redirects ({status}), which is not followed")
    after = response.getheader("Retry-After", "")
    seconds = float(after) if after.isdecimal() and len(after) < 6 else 0.0
    return Answer(False, status in _AGAIN or status >= 500, f"it answers {status}", seconds)


def _words(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, socket.gaierror):
        return "its name cannot be resolved"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {printable(error.verify_message, 100)}"
    if not isinstance(error, OSError):  # what it said instead is not repeated
        return "it does not answer as HTTP wants it"
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return printable(text, 120)


def _basic(netloc: str) -> str | None:
    user, at, _ = netloc.rpartition("@")
    if not at:
        return None
    name, _, password = user.partition(":")
    both = f"{unquote(name)}:{unquote(password)}".encode()
    return f"Basic {base64.b64encode(both).decode()}"


def _ascii(path: str) -> str:
    """Return a path with everything beyond ASCII escaped."""
    from urllib.parse import quote

    return quote(path, safe="%/?:@!$&'()*+,;=~-._[]")
