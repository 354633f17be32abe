"""Who may ask: from where, under which name, with which key, and how often.

A browser on this machine is a way in for every web page that it shows. Such a page can send
requests to the server (which its `Origin` gives away), and it can make its own name point here
(DNS rebinding, which the `Host` header gives away). Both are refused, with a key or without.
"""

from __future__ import annotations

import ipaddress
import logging
import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from kith.errors import KithError
from kith.server.keys import Keys
from kith.server.rates import Rate
from kith.server.refusal import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import HTTPConnection

    from kith.server.settings import Settings

log = logging.getLogger("kith.server")

SAFE = {"GET", "HEAD", "OPTIONS"}
PROTECTED = ("/v1", "/metrics")
"""What lies below needs the key; the page itself does not, which asks its user for it."""

KEY_PROTOCOL = "key."
"""A browser can send a key with a WebSocket only as a subprotocol: ``key.`` and the key."""

WRONG_KEYS, WRONG_KEYS_A_SECOND = 10, 0.2
_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
LONGEST_HEADER = 1000


class Access:
    """Decides about each request before anything is done for it.

    Args:
        settings: to whom is served.
    """

    def __init__(self, settings: Settings) -> None:
        limits = settings.limits
        self.need_key = settings.need_key
        self._keys = Keys(settings.keys) if settings.need_key else None
        self._names = {"localhost", *own_names(), *map(_plain, settings.hosts)}
        self._requests = Rate(limits.rate, limits.burst)
        self._photos = Rate(limits.work_rate, limits.work_burst)
        self._wrong = Rate(WRONG_KEYS_A_SECOND, WRONG_KEYS)

    def admit(self, asked: HTTPConnection) -> str:
        """Return who asks: a name for its buckets, which says nothing to anybody else.

        Raises:
            Refused: it may not.
        """
        self._check_host(asked.headers)
        if _is_protected(asked.scope["path"]):
            _check_origin(asked)
        client = self._client(asked)
        if wait := self._requests.take(client):
            raise _too_often(wait)
        return client

    def readmit(self, asked: HTTPConnection) -> None:
        """Look again at the key that opened a connection; counts as no request.

        Raises:
            Refused: it was taken back, or the keys cannot be read.
        """
        key = _key(asked)
        if self._keys is not None and (key is None or _name_of(self._keys, key) is None):
            raise Refused(401, "wrong_key", "the key was taken back")

    def charge_photos(self, client: str, photos: int = 1) -> None:
        """Count photos against what a client may send.

        Raises:
            Refused: it sent too many lately.
        """
        if wait := self._photos.take(client, photos):
            raise _too_often(wait)

    def _check_host(self, headers: Mapping[str, str]) -> None:
        name = _host_name(headers.get("host", ""))
        if name is None:
            raise Refused(400, "invalid_host", "the Host header is missing or wrong")
        if name not in self._names and not _is_address(name):
            raise Refused(
                403,
                "unknown_host",
                "this server is not known by that name: start it with --allow-host NAME",
            )

    def _client(self, asked: HTTPConnection) -> str:
        place = _network(asked.client.host if asked.client else "")
        if self._keys is None or not _is_protected(asked.scope["path"]):
            return place
        key = _key(asked)
        if key is None:
            raise Refused(401, "key_needed", "a key is needed: make one with kith serve --new-key")
        name = _name_of(self._keys, key)
        if name is None:
            if wait := self._wrong.take(place):
                raise _too_often(wait)
            raise Refused(401, "wrong_key", "this key is not known, or was taken back")
        return f"key {name}"


def _name_of(keys: Keys, key: str) -> str | None:
    try:
        return keys.name_of(key)
    except KithError as error:  # which says where the file is
        log.error("no key opens anything: %s", error)
        raise Refused(503, "keys_unreadable", "the server cannot read its keys") from error


def _plain(host: str) -> str:
    return host.lower().removesuffix(".")


def own_names() -> set[str]:
    """Return what this machine is called, also as its neighbours see it (mDNS)."""
    name = socket.gethostname().lower()
    return {name, f"{name.partition('.')[0]}.local"}


def _is_protected(path: str) -> bool:
    return path.startswith(PROTECTED)


def _check_origin(asked: HTTPConnection) -> None:
    """Refuse what another site's page asks for.

    Programs that are no browser send neither header. `Sec-Fetch-Site` tells of requests without
    an `Origin` too, such as pictures; browsers send it to this machine and over HTTPS.
    """
    origin = asked.headers.get("origin")
    safe = asked.scope["type"] == "http" and asked.scope["method"] in SAFE
    foreign = asked.headers.get("sec-fetch-site", "none") not in ("none", "same-origin")
    if origin is not None and not safe:
        foreign = not _same_place(origin, asked.headers.get("host", ""))
    if foreign:
        raise Refused(403, "foreign_origin", "another site's page may not use this server")


def _same_place(origin: str, host: str) -> bool:
    if len(origin) > LONGEST_HEADER or len(host) > LONGEST_HEADER:
        return False
    try:
        a = urlsplit(origin)
        b = urlsplit(f"//{host}")
        port = _PORTS.get(a.scheme)
        return (
            port is not None
            and a.hostname is not None
            and (a.hostname, a.port or port) == (b.hostname, b.port or port)
        )
    except ValueError:
        return False


def _host_name(header: str) -> str | None:
    if not header or len(header) > LONGEST_HEADER or "@" in header or "/" in header:
        return None
    try:
        parts = urlsplit(f"//{header}")
        _ = parts.port  # which checks it
        return (parts.hostname or "").removesuffix(".") or None
    except ValueError:
        return None


def _is_address(name: str) -> bool:
    """Tell whether a host is given in digits, which no name server can have turned."""
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return True


def _network(host: str) -> str:
    """Return whose an address is: of IPv6 a whole /64 belongs to one customer."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if address.version == 6:
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def _key(asked: HTTPConnection) -> str | None:
    """Return the key of a request: a header, or of a WebSocket one of its subprotocols."""
    scheme, _, key = asked.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and key.strip():
        return key.strip()
    if asked.scope["type"] == "websocket":
        for offered in asked.scope.get("subprotocols", []):
            if offered.startswith(KEY_PROTOCOL):
                return str(offered.removeprefix(KEY_PROTOCOL))
    return None


def _too_often(wait: int) -> Refused:
    return Refused(429, "too_often", "too many requests: wait a little", retry_after=wait)
