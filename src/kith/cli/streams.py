"""stdin, stdout and stderr, whatever state they were handed over in."""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from kith.errors import printable

if TYPE_CHECKING:
    from typing import NoReturn


def prepare() -> None:
    """Open what is closed on nothing, and make every text writable in every encoding."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # in this order: each takes the lowest number that is free
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def complain(message: str) -> None:
    """Write one line on stderr, as far as that is possible."""
    line = " ".join(message.split())
    with suppress(OSError):
        sys.stderr.write(f"kith: {printable(line, 2000)}\n")
        sys.stderr.flush()


def leave(code: int) -> NoReturn:
    """End the process without waiting for what its other threads are doing.

    The interpreter's own end would take away from under them what they use, which aborts.
    """
    with suppress(OSError):
        sys.stdout.flush()
    os._exit(code)


def lose_stdout() -> None:
    """Let whatever else is written to stdout vanish, or the interpreter complains at its end."""
    with suppress(OSError, ValueError):
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, sys.stdout.fileno())
        os.close(nothing)
