"""A package of an npm registry, fetched by the user's own npm; no script of it is run."""

from __future__ import annotations

import itertools
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kith.models.sources.base import SourceFailed

if TYPE_CHECKING:
    from kith.models.progress import Report

# npm counts its time limit over the whole answer, so the short question comes first: a registry
# that cannot be reached costs seconds, and a slow line still has minutes for the archive.
_ASK_SECONDS = 20
_PACK_SECONDS = 300
_QUIET = ("--loglevel=error", "--fetch-retries=0", "--no-update-notifier", "--no-fund")


@dataclass(frozen=True, slots=True)
class NpmFetcher:
    """Fetches the archive of one exact version with ``npm pack``."""

    package: str
    version: str
    limit: int

    @property
    def name(self) -> str:
        """What a message calls it."""
        return f"npm package {self.package}@{self.version}"

    def fetch(self, target: Path, report: Report) -> bool:
        """Bring the archive; see `Fetcher`. npm tells nothing on its way."""
        npm = shutil.which("npm")
        if npm is None:
            raise SourceFailed("npm is not installed")
        wanted = f"{self.package}@{self.version}"
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".new-") as folder:
            self._run(npm, folder, _ASK_SECONDS, "view", wanted, "version")
            report(0, None)
            self._run(
                npm,
                folder,
                _PACK_SECONDS,
                "pack",
                "--ignore-scripts",
                f"--pack-destination={folder}",
                wanted,
            )
            packed = list(Path(folder).glob("*.tgz"))
            if len(packed) != 1:
                raise SourceFailed("npm left no archive")
            size = packed[0].stat().st_size
            if size > self.limit:
                raise SourceFailed(f"it has {size:,} bytes, more than {self.limit:,}")
            packed[0].replace(target)
        report(size, size)
        return False

    def _run(self, npm: str, folder: str, seconds: int, command: str, *arguments: str) -> None:
        try:
            # A list, no shell; npm's own path; package and version come from a card.
            done = subprocess.run(  # noqa: S603
                [npm, command, *_QUIET, f"--fetch-timeout={seconds * 1000}", *arguments],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=seconds + 5,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise SourceFailed(f"npm gave no answer within {seconds} s") from error
        except OSError as error:
            raise SourceFailed(f"npm cannot be run ({error.strerror})") from error
        if done.returncode != 0:
            raise SourceFailed(f"npm {_reason(done.stderr.decode(errors='replace'))}")
        if command == "view" and not done.stdout.strip():
            raise SourceFailed("the registry does not have it")


def _reason(stderr: str) -> str:
    """Return the code of npm's error; the rest of its output may hold addresses and tokens."""
    words = stderr.split()
    for word, after in itertools.pairwise(words):
        if word == "code" and after.isalnum():
            return f"failed ({after})"
    return "failed"
