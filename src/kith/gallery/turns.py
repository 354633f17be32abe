"""Whose turn it is among the threads of this process, and what a fork does to open connections.

SQLite's locks belong to a process and its bookkeeping of them to the program's memory, so that a
connection carried through a fork, even one that is only closed in the child, can corrupt the file
(https://sqlite.org/howtocorrupt.html#_carrying_an_open_database_connection_across_a_fork_).
Therefore every connection of this process is closed right before a fork, between two
transactions; parent and child each open their own when they next need one.
"""

from __future__ import annotations

import os
import threading
import weakref
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from kith.errors import GalleryBusy, GalleryError

if TYPE_CHECKING:
    from collections.abc import Iterator


class Holder(Protocol):
    """Something with connections."""

    def close_connections(self) -> None:
        """Close what is open; it is opened again when it is next needed."""

    def lose_connections(self) -> None:
        """Never touch again what is open, not even to close it: another process owns it."""


class Turns:
    """One lock for reading and one for writing.

    Args:
        name: what is used in turns, for messages.
        holder: whose connections are closed before a fork.
        seconds: how long a thread waits for its turn.
    """

    def __init__(self, name: str, holder: Holder, seconds: float) -> None:
        self._name = name
        self._holder = weakref.ref(holder)
        self._seconds = seconds
        self._over = False
        self._quiet = False
        self._reading = threading.Lock()
        self._writing = threading.Lock()
        with _forking:
            _known.add(self)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Have the reading connection to oneself."""
        with self._alone(self._reading):
            yield

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Have the writing connection to oneself; may be entered while `reading`, not around."""
        with self._alone(self._writing):
            yield

    def end(self) -> None:
        """Wait for both turns, close the connections and let nobody in again."""
        with self._reading, self._writing:
            self._over = True
            if holder := self._holder():
                holder.close_connections()

    @contextmanager
    def _alone(self, lock: threading.Lock) -> Iterator[None]:
        if not lock.acquire(timeout=self._seconds):
            raise GalleryBusy(f"{self._name} is in use by another thread: try again")
        try:
            if self._over:
                raise GalleryError(f"{self._name} is closed: open it again")
            yield
        finally:
            lock.release()

    def before_fork(self) -> None:
        """Wait for running transactions, keep new ones out, close the connections."""
        self._quiet = self._reading.acquire(timeout=self._seconds)
        if self._quiet and not self._writing.acquire(timeout=self._seconds):
            self._reading.release()
            self._quiet = False
        holder = self._holder()
        if self._quiet and holder is not None:
            holder.close_connections()

    def after_fork(self, *, child: bool) -> None:
        """Let transactions in again; in a child that was born amid one, never."""
        if self._quiet:
            self._writing.release()
            self._reading.release()
        elif child:
            self._over = True
            self._reading, self._writing = threading.Lock(), threading.Lock()
            if holder := self._holder():
                holder.lose_connections()


_known: weakref.WeakSet[Turns] = weakref.WeakSet()
_held: list[Turns] = []
_forking = threading.Lock()
"""Held from before a fork until after it: one fork at a time, and no newcomers meanwhile."""


def _before() -> None:
    _forking.acquire()
    _held.extend(_known)
    for turns in _held:
        turns.before_fork()


def _after(*, child: bool) -> None:
    while _held:
        _held.pop().after_fork(child=child)
    _forking.release()


if hasattr(os, "register_at_fork"):  # not on Windows, which has no fork
    os.register_at_fork(
        before=_before,
        after_in_parent=lambda: _after(child=False),
        after_in_child=lambda: _after(child=True),
    )
