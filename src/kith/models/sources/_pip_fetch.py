"""Fetch one archive of one exact version through the user's own pip; run as a script, not imported.

pip decides where packages come from: its index addresses, find-links folders, proxies,
certificates, netrc and credentials are the user's, and no registry is named here. Only looking up
and downloading happen; nothing of the archive is run or built, which `pip download` cannot promise
for an sdist.

    python -P _pip_fetch.py PACKAGE VERSION wheel|sdist TARGET LIMIT

Every line on stdout is one JSON object: ``{"done": bytes, "total": bytes or null}`` while bytes
arrive, then ``{"ok": true, "resumed": bool}``, or ``{"error": reason}``, or
``{"unsupported": reason}`` where this pip lacks what is used here. What came before a break stays
in TARGET, and a later call goes on from there.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import shutil
import socket
import sys
import threading
import time
from pathlib import Path
from typing import IO, Any, NoReturn
from urllib.parse import urlsplit

LOOKUP_SECONDS = 4.0
ATTEMPTS = 3
CHUNK = 256 * 1024

_PIP_OPTIONS = [
    "--timeout=15",
    "--retries=1",
    "--no-input",
    # The user may forbid wheels or sdists for installing; here nothing is installed.
    "--only-binary=:none:",
    "--no-binary=:none:",
]


class Failed(Exception):
    """The reason, in one line."""


def say(**event: object) -> None:
    """Tell the parent process."""
    sys.stdout.write(json.dumps(event) + "\n")
    sys.stdout.flush()


def without_credentials(text: str) -> str:
    """Return one line without the user name and password that an address may hold."""
    return re.sub(r"//[^/@\s'\"]*@", "//", " ".join(text.split()))[:300]


def limit_lookups() -> None:
    """Make a failing name look-up cost seconds once, not a resolver's minutes at every retry."""
    real = socket.getaddrinfo
    failed: dict[object, OSError] = {}

    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host in failed:
            raise failed[host]
        answer: list[Any] = []

        def look_up() -> None:
            try:
                answer.append(real(host, *args, **kwargs))
            except OSError as error:
                answer.append(error)

        thread = threading.Thread(target=look_up, daemon=True)
        thread.start()
        thread.join(LOOKUP_SECONDS)
        if not answer:
            answer.append(socket.gaierror(socket.EAI_AGAIN, "the name look-up gave no answer"))
        if isinstance(answer[0], OSError):
            failed[host] = answer[0]
            raise answer[0]
        return answer[0]

    socket.getaddrinfo = getaddrinfo


class Heard(logging.Handler):
    """Keeps why an index gave nothing: pip says so only in its log, and this one is silent."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.reasons: list[str] = []
        log = logging.getLogger("pip")
        log.addHandler(self)
        log.setLevel(logging.DEBUG)
        log.propagate = False

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the index's host and the reason."""
        text, values = str(record.msg), record.args
        if text.startswith("Could not fetch URL") and isinstance(values, tuple):
            host = urlsplit(str(getattr(values[0], "url", ""))).hostname
            self.reasons.append(f"{host}: {shortened(str(values[1]))}")
        elif "not a trusted or secure host" in text and isinstance(values, tuple):
            self.reasons.append(f"{values[0]}: neither https nor trusted in pip's settings")


def shortened(reason: str) -> str:
    """Return what matters of an error that requests and urllib3 have wrapped several times."""
    if reason[:3].isdecimal():
        return " ".join(reason.split(":")[0].split())
    return without_credentials(reason.rpartition(": ")[2].rstrip("')\""))


def open_pip() -> tuple[Any, Any, Any]:
    """Return pip's download command, its session and its package finder, set up by the user."""
    from pip._internal.commands.download import DownloadCommand
    from pip._internal.utils.filesystem import check_path_owner

    command: Any = DownloadCommand("download", "")
    context = command.main_context()
    context.__enter__()
    options, _ = command.parse_args(_PIP_OPTIONS)
    if options.cache_dir and not check_path_owner(options.cache_dir):
        options.cache_dir = None  # as pip does: under sudo, root must not write to a user's cache
    session = command.get_default_session(options)
    finder = command._build_package_finder(  # noqa: SLF001
        options=options, session=session, ignore_requires_python=True
    )
    return context, session, finder


def links(finder: Any, package: str, version: str, kind: str) -> list[Any]:
    """Return the links of this version's wheel or sdist, in the order pip gives them."""
    heard = Heard()
    candidates = finder.find_all_candidates(package)
    of_version = [c.link for c in candidates if str(c.version) == version]
    found = [link for link in of_version if bool(link.is_wheel) == (kind == "wheel")]
    if found:
        return found
    unreachable = [reason for reason in heard.reasons if " 404 " not in reason]
    if unreachable:
        raise Failed(f"a package index gave no answer ({unreachable[0]})")
    if of_version:
        raise Failed(f"the package index has no {kind} of it")
    raise Failed("the package index does not have it")


def fetch(session: Any, link: Any, target: Path, limit: int) -> bool:
    """Bring the link's bytes into target; True where an earlier part of it was used."""
    if link.scheme == "file":
        copy_file(Path(link.file_path), target, limit)
        return False
    resumed = False
    for attempt in range(ATTEMPTS):
        try:
            resumed = stream(session, link, target, limit) or resumed
        except Exception as error:
            # Sockets and requests raise OSError; urllib3, while a body is read, its own kind.
            if not isinstance(error, OSError) and not type(error).__module__.startswith("pip."):
                raise
            reason = f"{type(error).__name__}: {error}"
        else:
            return resumed
        time.sleep(0.2 * (attempt + 1))
    raise Failed(f"the download broke off: {reason}")


def copy_file(path: Path, target: Path, limit: int) -> None:
    """Copy from a find-links folder or an index on this machine."""
    if path.stat().st_size > limit:
        raise Failed(f"it is larger than the {limit:,} bytes expected")
    with path.open("rb") as source, target.open("wb") as sink:
        shutil.copyfileobj(source, sink, CHUNK)


def stream(session: Any, link: Any, target: Path, limit: int) -> bool:
    """Go on with the download where it stands; True where an earlier part was used."""
    start = target.stat().st_size if target.exists() else 0
    headers = {"Accept-Encoding": "identity"}
    if start:
        headers["Range"] = f"bytes={start}-"
    with session.get(link.url_without_fragment, headers=headers, stream=True) as response:
        if response.status_code == 416:
            target.unlink()
            raise OSError("the server cannot go on where the download broke off")
        if response.status_code not in (200, 206):
            raise Failed(f"the package index answered {response.status_code}")
        if response.status_code == 200:
            start = 0
        length = response.headers.get("Content-Length", "")
        total = start + int(length) if length.isdecimal() else None
        with target.open("ab" if start else "wb") as sink:
            done = receive(response, sink, start, total, limit)
        if total is not None and done < total:
            raise OSError(f"{done:,} of {total:,} bytes came")
        return start > 0


def receive(response: Any, sink: IO[bytes], done: int, total: int | None, limit: int) -> int:
    """Write the body behind the bytes that are done; return how many there are then."""
    told = 0.0
    if (total or 0) > limit:
        raise Failed(f"it has {total:,} bytes, more than the {limit:,} expected")
    for chunk in response.raw.stream(CHUNK, decode_content=False):
        done += len(chunk)
        if done > limit:
            raise Failed(f"it has more than the {limit:,} bytes expected")
        sink.write(chunk)
        if time.monotonic() - told > 0.1:
            told = time.monotonic()
            say(done=done, total=total)
    say(done=done, total=total)
    return done


def bring(session: Any, link: Any, target: Path, limit: int) -> bool:
    """Fetch, and compare with the hash that the index states, where it states one."""
    while True:
        resumed = fetch(session, link, target, limit)
        name, expected = link.hash_name, link.hash
        if not name or name not in hashlib.algorithms_guaranteed:
            return resumed
        with target.open("rb") as file:
            if hashlib.file_digest(file, name).hexdigest() == expected:
                return resumed
        target.unlink()
        if not resumed:
            raise Failed(f"its {name} is not the one the index states")
        # What lay there was the beginning of another file: once more, from scratch.


def run(package: str, version: str, kind: str, target: Path, limit: int) -> None:
    """Look the archive up and bring it."""
    limit_lookups()
    try:
        context, session, finder = open_pip()
        found = links(finder, package, version, kind)
    except (ImportError, AttributeError, TypeError) as error:
        say(unsupported=without_credentials(str(error)))
        return
    try:
        resumed = False
        for position, link in enumerate(found, start=1):
            try:
                resumed = bring(session, link, target, limit)
                break
            except Failed:
                if position == len(found):
                    raise
        say(ok=True, resumed=resumed)
    finally:
        context.__exit__(None, None, None)


def main() -> NoReturn:
    """Read the arguments and always end with one word about how it went."""
    package, version, kind, target, limit = sys.argv[1:]
    logging.lastResort = None
    try:
        run(package, version, kind, Path(target), int(limit))
    except Failed as error:
        say(error=without_credentials(str(error)))
    except Exception as error:  # noqa: BLE001  the parent wants one line, whatever pip raises
        say(error=without_credentials(f"{type(error).__name__}: {error}"))
    sys.exit(0)


if __name__ == "__main__":
    main()
