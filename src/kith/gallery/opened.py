"""A gallery's file and the networks that go with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from kith.decision import default_recognizer as default
from kith.gallery.contract import known_embedder, require_same
from kith.gallery.location import default_path
from kith.gallery.store import GalleryStore
from kith.recognizer import Recognizer

if TYPE_CHECKING:
    import os

    from kith.types import EmbeddingContract


class OpenedGallery:
    """What `Gallery` does everything else with; for its arguments see there."""

    def __init__(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        recognizer: Recognizer | None = None,
        read_only: bool = False,
        portraits: bool = True,
    ) -> None:
        self.store = GalleryStore.open(
            default_path() if path is None else path, create=not read_only, read_only=read_only
        )
        self._recognizer = recognizer
        self._portraits = portraits

    def close(self) -> None:
        """Close the file; safe to call twice. The recogniser stays open."""
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def recognizer(self) -> Recognizer:
        """The recogniser in use, loaded now if it was not."""
        if self._recognizer is None:
            name = known_embedder(self.contract, self.store.path)
            self._recognizer = default() if name == "sface" else Recognizer(embedder=name)
        return self._recognizer

    @property
    def contract(self) -> EmbeddingContract | None:
        """What the embeddings in here are; None before the first enrolment."""
        return self.store.contract() if self.store.exists else None

    def _check_contract(self) -> None:
        pinned = self.contract
        if pinned is not None and self.store.count():
            require_same(pinned, self.recognizer.contract, self.store.path)
