"""A file at an address: resumed where it broke off, bounded in size and in time."""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import urlsplit

from kith.models.sources.base import CHUNK, SourceFailed, without_credentials
from kith.models.sources.connection import DEFAULT_TIMEOUTS, Timeouts, build_opener, check_name

if TYPE_CHECKING:
    from pathlib import Path

    from kith.models.progress import Report


@dataclass(frozen=True, slots=True)
class UrlFetcher:
    """Fetches one file.

    Attributes:
        url: the address; redirects from https lead to https only.
        size: in bytes; an answer of any other size is refused.
        timeouts: how long to wait for what.
        exact: False: `size` is only the most that is accepted, and nothing is resumed.
    """

    url: str
    size: int
    timeouts: Timeouts = DEFAULT_TIMEOUTS
    exact: bool = True

    @property
    def name(self) -> str:
        """What a message calls it."""
        return without_credentials(self.url)

    def fetch(self, target: Path, report: Report) -> bool:
        """Bring the file; see `Fetcher`."""
        if urlsplit(self.url).scheme not in ("https", "http"):
            raise SourceFailed("only https addresses are fetched")
        check_name(self.url, self.timeouts)
        start = target.stat().st_size if target.exists() and self.exact else 0
        if start == self.size:
            return True
        if start > self.size:
            start = 0
        try:
            with self._open(start) as response:
                if response.status != http.HTTPStatus.PARTIAL_CONTENT:
                    start = 0
                total = self._total(response, start)
                with target.open("ab" if start else "wb") as sink:
                    self._receive(response, sink, start, total, report)
        except urllib.error.HTTPError as error:
            with error:
                if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                    target.unlink(missing_ok=True)
                raise SourceFailed(f"the server answered {error.code}") from error
        except urllib.error.URLError as error:
            raise SourceFailed(_said(error.reason)) from error
        return start > 0

    def _open(self, start: int) -> Any:
        request = urllib.request.Request(  # noqa: S310  the scheme is checked, the opener has no other
            self.url, headers={"User-Agent": "kith", "Accept-Encoding": "identity"}
        )
        if start:
            request.add_header("Range", f"bytes={start}-")
        try:
            return build_opener(self.timeouts).open(request)
        except urllib.error.URLError:
            raise
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise SourceFailed(_said(error)) from error

    def _total(self, response: Any, start: int) -> int | None:
        """Return the bytes that the whole file has; refuse what can only be wrong."""
        if response.headers.get_content_type() in ("text/html", "application/xhtml+xml"):
            raise SourceFailed("a web page came instead of the file (a log-in page or a portal?)")
        length = response.headers.get("Content-Length", "")
        said = start + int(length) if length.isdecimal() else None
        if said is not None and (said > self.size or (self.exact and said != self.size)):
            word = "instead of" if self.exact else "and so more than"
            raise SourceFailed(f"it has {said:,} bytes {word} {self.size:,}")
        return self.size if self.exact else said

    def _receive(
        self, response: Any, sink: IO[bytes], done: int, total: int | None, report: Report
    ) -> None:
        window, counted = time.monotonic(), done
        while True:
            try:
                # read1: what has arrived, so that a slow server is seen as one.
                chunk = response.read1(CHUNK)
            except (OSError, http.client.HTTPException, ValueError) as error:
                raise SourceFailed(f"the download broke off: {_said(error)}") from error
            if not chunk:
                break
            done += len(chunk)
            if done > self.size:
                raise SourceFailed(f"it has more than {self.size:,} bytes")
            sink.write(chunk)
            report(done, total)
            if time.monotonic() - window > self.timeouts.window:
                if done - counted < self.timeouts.least:
                    raise SourceFailed("the download is too slow")
                window, counted = time.monotonic(), done
        if total is not None and done < total:
            raise SourceFailed(f"the download broke off after {done:,} of {total:,} bytes")


def _said(error: object) -> str:
    """Return one line about an error of the network, without addresses."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, OSError) and error.strerror:
        return str(error.strerror)
    return without_credentials(" ".join(str(error).split()))[:200] or type(error).__name__
