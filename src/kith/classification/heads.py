"""Detector → embedder → head: who of a few known people, or nobody of them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

import numpy as np

from kith.classification.answers import Classification, NamedClass, PhotoClasses
from kith.classification.pinned import require_contract
from kith.classification.verdicts import verdict_of
from kith.errors import OptionError, UnknownModel, printable
from kith.masks.space import MIXED, is_masked
from kith.models import ModelStore
from kith.models.catalogue import card
from kith.models.labels import bare, read_labels
from kith.models.session import OnnxSession
from kith.recognizer import Recognizer
from kith.types import MaskState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import numpy.typing as npt

    from kith.media import Limits
    from kith.models import ModelCard
    from kith.types import Face, ImageInput, PhotoFaces, Vector


class HeadClassifier:
    """Names faces after the people that a head learned, or says that it is nobody of them.

    Args:
        model: id of a head; see ``kith train head``.
        detector, device, score, min_face, limits, workers, accept_license, store: as for
            `kith.Recognizer`.

    Raises:
        UnknownModel: there is no such head.
        ContractMismatch: its embedder is not any more what it was when the head was learned.
        ModelError: a network or the names cannot be had or run.
        OptionError: an option outside its range.
    """

    def __init__(
        self,
        model: str,
        detector: str = "yunet",
        device: str = "cpu",
        *,
        score: float | None = None,
        min_face: float | None = None,
        limits: Limits | None = None,
        workers: int | None = None,
        accept_license: bool = False,
        store: ModelStore | None = None,
    ) -> None:
        store = store or ModelStore()
        self.card = card(model, store.home)
        if self.card.task != "head":
            raise UnknownModel(f"{printable(model, 60)} is no head; see kith train head")
        self.model = self.card.id
        self._store = store
        self._session = OnnxSession(store.path(self.card))
        self._recognizer = Recognizer(
            detector,
            self.card.embedder,
            device,
            score=score,
            min_face=min_face,
            limits=limits,
            workers=workers,
            accept_license=accept_license,
            store=store,
        )
        try:
            require_contract(self.card, self._recognizer.contract)
            self._templates = self._run(np.eye(self.card.dimension, dtype=np.float32))[1].T
        except BaseException:
            self.close()
            raise
        self._space = self._recognizer.masked_space

    def close(self) -> None:
        """End the worker threads; safe to call twice."""
        self._recognizer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def threshold(self) -> float | None:
        """Least similarity of a face to the person whom it is taken for; None: it always names."""
        return self.card.reject

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Of the people, in the order of the head's outputs.

        Raises:
            ModelError: they cannot be had.
        """
        return head_names(self.card, self._store)

    def probabilities(self, vectors: Vector) -> npt.NDArray[np.float32]:
        """Return float32, N × people, for embeddings (float32 unit vectors, N × d)."""
        return self._run(vectors)[0]

    def faces(self, image: ImageInput, top: int = 5) -> tuple[Classification, ...]:
        """Return who each face of a photo shows, best detection first.

        Args:
            image: a path, encoded bytes, a PIL image, or RGB pixels (uint8, H × W × 3).
            top: how many names.

        Raises:
            PhotoError: the photo cannot be read.
            OptionError: `top` is below 1.
        """
        _check(top)
        return self.answers(self._recognizer.faces(image), top)

    def stream(
        self, images: Iterable[ImageInput], top: int = 5, *, keep_pixels: bool = False
    ) -> Iterator[PhotoClasses]:
        """Yield the answers for each of many photos, in order; see `kith.Recognizer.stream`."""
        _check(top)
        _ = self.names  # what cannot be had is to be said before the first photo

        def work(image: ImageInput) -> PhotoClasses:
            photo: PhotoFaces = self._recognizer.describe(image, keep_pixels=keep_pixels)
            return PhotoClasses(photo, self.answers(photo.faces, top))

        return self._recognizer.map(work, images)

    def answers(self, faces: Sequence[Face], top: int = 5) -> tuple[Classification, ...]:
        """Return who faces show that this head's embedder described.

        Args:
            faces: with embeddings and quality.
            top: how many names.
        """
        if not faces:
            return ()
        vectors = np.stack([face.embedding for face in faces if face.embedding is not None])
        said, similar = self._run(vectors)
        return tuple(
            self._answer(face, row, self._similarities(face, near), top)
            for face, row, near in zip(faces, said, similar, strict=True)
        )

    def _answer(
        self,
        face: Face,
        said: npt.NDArray[np.float32],
        similar: npt.NDArray[np.float32],
        top: int,
    ) -> Classification:
        order = np.argsort(-said, kind="stable")[:top].tolist()
        named = tuple(NamedClass(bare(self.names[i]), float(said[i]), self.names[i]) for i in order)
        similarity = float(similar[order[0]])
        verdict, reason = verdict_of(face, similarity, self.threshold)
        return Classification(face, named, verdict, similarity, self.threshold, reason)

    def _similarities(self, face: Face, plain: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Return how similar a face is to each person, behind a mask as a gallery compares it."""
        if self._space is None or face.mask is None or not is_masked(face.mask):
            return plain
        assert face.embedding is not None
        own = self._space.project(face.embedding[None], [face.mask.state])
        bare_ones = [MaskState.NONE] * len(self._templates)
        others = self._space.project(self._templates, bare_ones)
        return np.asarray(self._space.similarity((own @ others.T)[0], MIXED), dtype=np.float32)

    def _run(self, vectors: Vector) -> list[npt.NDArray[np.float32]]:
        return self._session.run(vectors)


def head_names(head: ModelCard, store: ModelStore) -> tuple[str, ...]:
    """Return the names of a head's people, in the order of its outputs.

    Raises:
        ModelError: they are not there, or not the ones that its card names.
    """
    assert head.labels is not None
    return read_labels(store.labels(head), head.classes)


def _check(top: int) -> None:
    if top < 1:
        raise OptionError(f"top must be 1 or more, not {top}")
