"""Child processes: run one to its end, with its wall time and its own peak memory.

``resource.getrusage(RUSAGE_CHILDREN)`` only ever grows, so it cannot tell one child from the
next; ``os.wait4`` reports each child alone. Linux counts the parent's own peak as the child's
floor, which does no harm while the parent stays small: callers import nothing large.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class ChildError(Exception):
    """A child that failed; the message is one line."""


@dataclass(frozen=True, slots=True)
class Child:
    """A child that ended well."""

    stdout: str
    seconds: float
    peak_mib: float


def run(
    what: str,
    command: Sequence[str],
    env: Mapping[str, str],
    *,
    accept: Sequence[int] = (0,),
    timeout: float = 3600.0,
) -> Child:
    """Run a command to its end; ``what`` names it in an error.

    A status above 0 is accepted only from a child that printed something: an interpreter that
    dies of an exception has status 1, as has a program whose answer is no.

    Output goes to temporary files, not pipes, so that nothing in this process takes time from
    a child being measured.

    Raises:
        ChildError: the command could not be started, ran past ``timeout`` seconds, or ended
            with a status that is not accepted.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        started = time.perf_counter()
        try:
            child = subprocess.Popen(
                command, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=err
            )
        except OSError as error:
            raise ChildError(f"{what}: cannot start {command[0]}: {error.strerror}") from error
        peak_mib = _wait(child, timeout)
        seconds = time.perf_counter() - started
        out.seek(0)
        err.seek(0)
        stdout = out.read().decode(errors="replace")
        if child.returncode not in accept or (child.returncode and not stdout.strip()):
            said = err.read().decode(errors="replace") or stdout
            raise ChildError(f"{what}: {_reason(said, child.returncode)}")
    return Child(stdout, seconds, peak_mib)


def _wait(child: subprocess.Popen[bytes], timeout: float) -> float:
    """Reap a child and return its peak memory; it dies if it runs too long or we are ended."""
    timer = threading.Timer(timeout, child.kill)
    timer.daemon = True
    timer.start()
    try:
        _, status, usage = os.wait4(child.pid, 0)
    except BaseException:
        child.kill()
        child.wait()
        raise
    finally:
        timer.cancel()
    child.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)


def _reason(said: str, status: int) -> str:
    """Boil a child's last words down to one line: a traceback's last line is its error."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    ended = f"ended by signal {-status}" if status < 0 else f"ended with status {status}"
    return f"{ended}: {lines[-1]}" if lines else ended
