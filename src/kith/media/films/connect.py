"""Connecting to a stream: what may be opened on the way, how long it may take, why it failed."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

import av
import av.error

from kith.errors import FilmUnreadable
from kith.media.films.authorities import authorities
from kith.media.films.camera import open_camera
from kith.media.films.container import FORMATS, MAX_PIXELS

if TYPE_CHECKING:
    from av.container import InputContainer

    from kith.media.films.address import SourceAddress

_WEB = "http,https,httpproxy,tcp,tls,crypto"
_WHITELISTS = {
    "http": (_WEB, f"{FORMATS},hls"),
    "rtsp": ("rtsp,rtsps,rtp,srtp,tcp,udp,tls,http,https", "rtsp,rtp,sdp,mpegts"),
    "rtmp": ("rtmp,rtmps,rtmpt,rtmpe,rtmpts,rtmpte,tcp,tls,http,https", "flv,live_flv"),
    "udp": ("udp", "mpegts,mpeg,mjpeg,h264,hevc"),
    "tcp": ("tcp", f"{FORMATS}"),
}
"""By scheme: the protocols and the formats that may be used, also by what the stream names."""

_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (av.error.HTTPUnauthorizedError, "wants a user name and a password: scheme://user:password@…"),
    (av.error.HTTPForbiddenError, "does not permit it (403)"),
    (av.error.HTTPNotFoundError, "has nothing at this path (404)"),
    (av.error.ConnectionRefusedError, "the connection was refused; look at host and port"),
    (av.error.ConnectionResetError, "the connection was cut"),
    (av.error.BrokenPipeError, "the connection was cut"),
    (av.error.EOFError, "the connection was closed"),
    (av.error.InvalidDataError, "sends nothing that can be read as moving pictures"),
    (av.error.ArgumentError, "sends nothing that can be read as moving pictures"),
    (av.error.ProtocolNotFoundError, "cannot be read by the PyAV that is installed"),
)
_ENCRYPTED = ("https", "rtsps", "rtmps")
_UNTRUSTED = (
    "cannot be reached, or its certificate is not trusted; where a camera signs its own, "
    "name that certificate's file in the variable SSL_CERT_FILE"
)
_UNREACHABLE = {errno.EIO, errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL}


def connect(address: SourceAddress, timeout: float) -> InputContainer:
    """Open a camera or a stream.

    Args:
        address: what to open.
        timeout: seconds for each step of opening, and for each frame later on.

    Raises:
        FilmUnreadable: it cannot be opened.
    """
    if address.kind == "camera":
        return open_camera(address.text, timeout)
    scheme = address.text.partition("://")[0].lower()
    options = _options("http" if scheme == "https" else scheme.removesuffix("s"), timeout)
    try:
        return av.open(address.text, options=options, timeout=timeout, metadata_errors="replace")
    except (av.error.FFmpegError, MemoryError, ValueError) as error:
        reason = live_reason(error, timeout, opening=True)
        if scheme in _ENCRYPTED and getattr(error, "errno", None) == errno.EIO:
            reason = _UNTRUSTED
        # Not even as its cause: that names the address with its password.
        raise FilmUnreadable(address.name, reason) from None


def live_reason(error: Exception, timeout: float, *, opening: bool = False) -> str:
    """Say in one line why a stream failed; never with its address, which may hold a password."""
    if isinstance(error, av.error.ExitError | av.error.TimeoutError):
        return f"nothing came for {timeout:g} s"
    for kind, words in _WORDS:
        if isinstance(error, kind):
            return words
    code = getattr(error, "errno", None)
    if code == errno.EIO and not opening:
        return "the connection was cut"
    if code in _UNREACHABLE:
        return "cannot be reached; look at the host's name and the network"
    return f"failed: {getattr(error, 'strerror', None) or type(error).__name__}"


def _options(scheme: str, timeout: float) -> dict[str, str]:
    protocols, formats = _WHITELISTS[scheme]
    microseconds = str(round(timeout * 1e6))
    options = {
        "protocol_whitelist": protocols,
        "format_whitelist": formats,
        "max_pixels": str(MAX_PIXELS),
        "rw_timeout": microseconds,
        "tls_verify": "1",
        "ca_file": authorities(),
        # Enough to find the pictures; what else there is to know would only delay the first.
        "analyzeduration": "2000000",
        "probesize": "2000000",
        "fpsprobesize": "0",
    }
    if scheme == "rtsp":
        # Over TCP nothing is lost; cameras that cannot are asked for UDP.
        options |= {"rtsp_flags": "prefer_tcp", "allowed_media_types": "video"}
        options |= {"timeout": microseconds}
    if scheme == "udp":
        options |= {"timeout": microseconds, "overrun_nonfatal": "1"}
    return options
