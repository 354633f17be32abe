"""Reading hostile files in a process of its own, with bounds on its memory and time.

The libraries that read weights may hang, crash or reserve gigabytes over a damaged file. Apart,
that ends one short-lived process. The scripts run here print one JSON object as their last line.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_LEAST_SECONDS = 60
_BYTES_PER_SECOND = 10_000_000
_LEAST_MEMORY = 3 << 30


class BrokeOff(Exception):
    """The process came to no answer: what happened, in a few words."""


def run_apart(script: Path, arguments: Sequence[object], size: int) -> dict[str, Any]:
    """Run a script with arguments and, behind them, the memory and the seconds it may use.

    Args:
        script: a Python file of kith's own.
        arguments: of the script.
        size: in bytes, of the file that is read: the bounds grow with it.

    Returns:
        The object that it printed.

    Raises:
        BrokeOff: it crashed, took too much, or did not come to an end.
    """
    seconds = _LEAST_SECONDS + size // _BYTES_PER_SECOND
    memory = _LEAST_MEMORY + 5 * size
    words = [*map(str, arguments), str(memory), str(seconds)]
    try:
        done = subprocess.run(  # noqa: S603  a list, our own interpreter and script
            [sys.executable, "-P", "-W", "ignore", str(script), *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=2 * seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise BrokeOff("does not come to an end") from error
    try:
        answer = json.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError) as error:
        raise BrokeOff("broke off") from error
    if not isinstance(answer, dict):
        raise BrokeOff("broke off")
    return answer
