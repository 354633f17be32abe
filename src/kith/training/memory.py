"""Memory that a network gives back and asks for again at every step."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress

_TRIM_THRESHOLD, _MMAP_MAX = -1, -4
_MOST = 2**31 - 1


def keep_freed_memory() -> None:
    """Let this process keep memory that it frees, where the C library is glibc.

    Tensors of some ten megabytes would otherwise be handed back to the system after every step and
    come back page by page, zeroed: a MobileFaceNet learns half as fast so on a CPU. For a process
    that does nothing but learn; mallopt(3) has the numbers.
    """
    if sys.platform != "linux":
        return
    with suppress(OSError, AttributeError):  # musl has no mallopt
        library = ctypes.CDLL(None)
        library.mallopt(_MMAP_MAX, 0)
        library.mallopt(_TRIM_THRESHOLD, _MOST)
