"""The people known, who may be others from one moment to the next."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.gallery.gallery import Gallery
    from kith.types import Face, Identification

_EVERY = 0.25
"""Seconds from one look at the change counter to the next."""


class Known:
    """Says who a face is, and whether the gallery has changed since, by whomever.

    Args:
        gallery: the people known.
        threshold: least similarity of a match; None: the gallery's own.

    Raises:
        InputError: the threshold is out of its range.
        GalleryError: the gallery cannot be read or is of another contract.
    """

    def __init__(self, gallery: Gallery, threshold: float | None) -> None:
        self._gallery = gallery
        self._threshold = threshold
        self._counter = self._counted()
        self._next = time.monotonic() + _EVERY
        self([])

    def __call__(self, faces: Sequence[Face]) -> tuple[Identification, ...]:
        """Say who faces are."""
        return self._gallery.identify_faces(faces, threshold=self._threshold)

    def has_changed(self) -> bool:
        """Tell whether people were enrolled, renamed or forgotten since it was told last.

        Raises:
            GalleryError: the gallery cannot be read any more.
        """
        if time.monotonic() < self._next:
            return False
        self._next = time.monotonic() + _EVERY
        before, self._counter = self._counter, self._counted()
        return self._counter != before

    def _counted(self) -> int:
        store = self._gallery.store
        return store.templates.change_counter() if store.exists else 0
