"""A package of a Python index, fetched by the user's own pip and never built."""

from __future__ import annotations

import contextlib
import json
import queue
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal

from kith.errors import printable
from kith.models.sources.base import SourceFailed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kith.models.progress import Report

_HELPER = Path(__file__).with_name("_pip_fetch.py")
# Longer than pip's own limits (two tries of 15 s at one address), so that its reason arrives.
_SILENCE_SECONDS = 60.0
# -P: no folder of ours or of the user's may stand in for a module that pip imports.
_PYTHON = ("-P", "-W", "ignore", "-X", "utf8")


@dataclass(frozen=True, slots=True)
class PypiFetcher:
    """Fetches the wheel or the sdist of one exact version through pip's index, proxy and login."""

    package: str
    version: str
    archive: Literal["wheel", "sdist"]
    limit: int

    @property
    def name(self) -> str:
        """What a message calls it."""
        return f"Python package {self.package}=={self.version}"

    def fetch(self, target: Path, report: Report) -> bool:
        """Bring the archive; see `Fetcher`."""
        if getattr(sys, "frozen", False) or not sys.executable or find_spec("pip") is None:
            raise SourceFailed("pip is not installed next to kith")
        arguments = (self.package, self.version, self.archive, str(target), str(self.limit))
        last: dict[str, Any] = {}
        try:
            for last in _events(str(_HELPER), *arguments):
                if "done" in last:
                    report(int(last["done"]), last.get("total"))
        except OSError as error:
            raise SourceFailed(f"pip cannot be run ({error.strerror})") from error
        if "unsupported" in last:
            self._download(target)
        elif "ok" not in last:
            reason = str(last.get("error", "pip ended without an answer"))
            raise SourceFailed(printable(reason, 300))
        return bool(last.get("resumed"))

    def _download(self, target: Path) -> None:
        """Fetch a wheel with ``pip download``, for a pip whose inner parts are other than known."""
        if self.archive != "wheel":
            raise SourceFailed("this version of pip cannot fetch an sdist unbuilt; update pip")
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".new-") as folder:
            command = [sys.executable, *_PYTHON, "-m", "pip", "download", "--quiet", "--no-deps"]
            command += ["--only-binary=:all:", "--no-input", "--timeout=15", "--retries=1"]
            command += ["--ignore-requires-python", "--dest", folder]
            command += [f"{self.package}=={self.version}"]
            try:
                done = subprocess.run(  # noqa: S603  a list, our own interpreter
                    command, stdin=subprocess.DEVNULL, capture_output=True, timeout=600, check=False
                )
            except subprocess.TimeoutExpired as error:
                raise SourceFailed("pip gave no answer within 600 s") from error
            wheels = list(Path(folder).glob("*.whl"))
            if done.returncode != 0 or len(wheels) != 1:
                raise SourceFailed("pip download failed")
            if wheels[0].stat().st_size > self.limit:
                raise SourceFailed(f"it is larger than {self.limit:,} bytes")
            wheels[0].replace(target)


def _events(*arguments: str) -> Iterator[dict[str, Any]]:
    """Run the helper and yield what it says; it is ended where it falls silent."""
    lines: queue.Queue[str | None] = queue.Queue()
    with subprocess.Popen(  # noqa: S603  a list, our own interpreter and script
        [sys.executable, *_PYTHON, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as process:
        assert process.stdout is not None
        reader = threading.Thread(target=_read, args=(process.stdout, lines), daemon=True)
        reader.start()
        try:
            while (line := lines.get(timeout=_SILENCE_SECONDS)) is not None:
                with contextlib.suppress(json.JSONDecodeError):
                    event = json.loads(line)
                    if isinstance(event, dict):
                        yield event
        except queue.Empty:
            raise SourceFailed(f"pip gave no answer within {_SILENCE_SECONDS:.0f} s") from None
        finally:
            process.kill()
            reader.join()


def _read(stream: IO[str], lines: queue.Queue[str | None]) -> None:
    for line in stream:
        lines.put(line)
    lines.put(None)
