"""Connections for `UrlFetcher`: name look-ups, time limits, redirects, the user's proxies."""

from __future__ import annotations

import http.client
import socket
import threading
import urllib.request
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import urlsplit

from kith.models.sources.base import SourceFailed

if TYPE_CHECKING:
    from http.client import HTTPMessage


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to wait.

    Attributes:
        look_up: for a host name; a resolver's own limit may be a minute.
        connect: for a connection.
        read: for the next bytes.
        window, least: so many bytes have to come in so many seconds, or the source is given up.
    """

    look_up: float = 1.0
    connect: float = 5.0
    read: float = 20.0
    window: float = 30.0
    least: int = 100_000


DEFAULT_TIMEOUTS = Timeouts()


def check_name(url: str, timeouts: Timeouts) -> None:
    """Look the host up, so that an unreachable one costs a second and no more.

    Behind a proxy nothing is looked up here: the proxy does that.

    Raises:
        SourceFailed: there is no such host, or no answer about it in time.
    """
    parts = urlsplit(url)
    host = parts.hostname
    if not host:
        raise SourceFailed("the address names no host")
    if parts.scheme in urllib.request.getproxies() and not urllib.request.proxy_bypass(host):
        return
    answer: list[bool] = []

    def look_up() -> None:
        try:
            socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            answer.append(False)
        else:
            answer.append(True)

    # A thread, because a look-up cannot be interrupted; a late answer is of no use to anyone.
    thread = threading.Thread(target=look_up, daemon=True, name="kith-look-up")
    thread.start()
    thread.join(timeouts.look_up)
    if answer != [True]:
        raise SourceFailed(f"the name {host} cannot be resolved")


def build_opener(timeouts: Timeouts) -> urllib.request.OpenerDirector:
    """Return an opener that knows http, https and proxies, and no files and no ftp."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        _Http(timeouts),
        _Https(timeouts),
        _Redirects(timeouts),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.UnknownHandler(),
    ):
        opener.add_handler(handler)
    return opener


class _Http(urllib.request.HTTPHandler):
    def __init__(self, timeouts: Timeouts) -> None:
        super().__init__()
        self._timeouts = timeouts

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_limited(http.client.HTTPConnection, self._timeouts), req)


class _Https(urllib.request.HTTPSHandler):
    def __init__(self, timeouts: Timeouts) -> None:
        super().__init__()
        self._timeouts = timeouts

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_limited(http.client.HTTPSConnection, self._timeouts), req)


def _limited(kind: type[http.client.HTTPConnection], timeouts: Timeouts) -> Any:
    """Return a connection class with one limit for connecting and another for reading."""

    class Limited(kind):  # type: ignore[misc, valid-type]
        def connect(self) -> None:
            self.timeout = timeouts.connect
            super().connect()
            self.sock.settimeout(timeouts.read)

    return Limited


class _Redirects(urllib.request.HTTPRedirectHandler):
    max_redirections = 5

    def __init__(self, timeouts: Timeouts) -> None:
        self._timeouts = timeouts

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        allowed = ("https",) if req.type == "https" else ("https", "http")
        if urlsplit(newurl).scheme not in allowed:
            raise SourceFailed("it redirects to an address that is not https")
        check_name(newurl, self._timeouts)
        # The parent keeps every header, the Range among them: the file lies where it leads.
        return super().redirect_request(req, fp, code, msg, headers, newurl)
