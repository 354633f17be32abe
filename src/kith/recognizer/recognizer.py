"""Photos in, faces with embeddings out."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Self, TypeVar

import numpy as np

from kith.detection import check_score, open_detector
from kith.embedding import BATCH, open_embedder
from kith.errors import OptionError, PhotoError
from kith.media import Limits, load_photo
from kith.models import ModelStore
from kith.models.catalogue import card
from kith.quality import measure
from kith.recognizer.ordered import ordered_map
from kith.types import Box, Face, PhotoFaces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from kith.detection import Detections
    from kith.media import Photo
    from kith.types import EmbeddingContract, ImageInput, Pixels

A = TypeVar("A")
B = TypeVar("B")


class Recognizer:
    """Finds the faces of photos and describes each by a vector.

    Networks are pulled at first use, checked and kept. One recogniser may be used from several
    threads; it runs `workers` photos at a time.

    Args:
        detector: id of the detection network.
        embedder: id of the recognition network; ``+mirror`` behind it embeds each crop and its
            mirror image and takes the mean.
        device: ``cpu`` or ``cuda``; kith never falls back from one to the other by itself.
        score: faces the detector is less sure of are left out, 0–1.
        min_face: narrowest face wanted, in pixels of the photo; None: whatever is seen. A small
            number makes large photos slower.
        limits: bytes and pixels that a photo may have.
        workers: photos worked on at a time; None: one for each core of this process.
        accept_license: accept the licence of non-commercial weights, for now and later.
        store: where networks are kept; None: the user's own (``KITH_HOME``).

    Raises:
        ModelError: a network cannot be had or run.
        OptionError: an option outside its range.

    Example:
        >>> recognizer = kith.Recognizer()
        >>> faces = recognizer.faces("party.jpg")
        >>> faces[0].embedding.shape
        (128,)
    """

    def __init__(
        self,
        detector: str = "yunet",
        embedder: str = "sface",
        device: str = "cpu",
        *,
        score: float = 0.6,
        min_face: float | None = None,
        limits: Limits | None = None,
        workers: int | None = None,
        accept_license: bool = False,
        store: ModelStore | None = None,
    ) -> None:
        if min_face is not None and not 0 < min_face < float("inf"):
            raise OptionError(f"min_face must be above 0 pixels, not {min_face}")
        if workers is not None and workers < 1:
            raise OptionError(f"workers must be 1 or more, not {workers}")
        check_score(score)
        store = store or ModelStore()
        if accept_license:
            for model_id in (detector, embedder):
                store.accept(card(model_id.removesuffix("+mirror")))
        self._min_face = min_face
        self._limits = limits or Limits()
        self.workers = workers or available_cores()
        with ThreadPoolExecutor(1) as pool:
            opening = pool.submit(open_embedder, embedder, store, device)
            self._detector = open_detector(detector, store, device=device, score=score)
            self._embedder = opening.result()
        self._pool = ThreadPoolExecutor(self.workers, thread_name_prefix="kith")
        # Faces of one photo have threads of their own: work in `map` may ask for `faces`, and
        # would otherwise wait for the thread it runs in.
        self._face_pool = ThreadPoolExecutor(self.workers, thread_name_prefix="kith-faces")

    def close(self) -> None:
        """End the worker threads; safe to call twice."""
        self._pool.shutdown(cancel_futures=True)
        self._face_pool.shutdown(cancel_futures=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def detector(self) -> str:
        """Id of the detection network."""
        return self._detector.id

    @property
    def embedder(self) -> str:
        """Id of the recognition network, with its views."""
        return self._embedder.id

    @property
    def contract(self) -> EmbeddingContract:
        """What must agree before embeddings of two recognisers may be compared."""
        return self._embedder.contract

    @property
    def threshold(self) -> float:
        """Similarity from which two faces are taken for the same person, by the card."""
        return self._embedder.threshold.similarity

    def faces(self, image: ImageInput) -> tuple[Face, ...]:
        """Return the faces of one photo with their embeddings, best detection first.

        Args:
            image: a path, encoded bytes, a PIL image, or RGB pixels (uint8, H × W × 3).

        Raises:
            PhotoError: the photo cannot be read.
        """
        return self._described(load_photo(image, limits=self._limits))

    def detect(self, image: ImageInput) -> tuple[Face, ...]:
        """Return the faces of one photo without embeddings, best detection first.

        Raises:
            PhotoError: the photo cannot be read.
        """
        return self._located(load_photo(image, limits=self._limits))

    def stream(
        self,
        images: Iterable[ImageInput],
        *,
        embed: bool = True,
        keep_pixels: bool = False,
    ) -> Iterator[PhotoFaces]:
        """Yield what each of many photos holds, in order.

        Photos are read, searched and embedded `workers` at a time, a few ahead of the one you
        are given; memory does not grow with their number. A photo that cannot be read is an item
        with an `error`, not the end.

        Args:
            images: any number of photos; taken from as needed.
            embed: False: only detect.
            keep_pixels: keep each photo's pixels in its item, for drawing.
        """

        def work(image: ImageInput) -> PhotoFaces:
            return self.describe(image, embed=embed, keep_pixels=keep_pixels)

        return self.map(work, images)

    def map(self, work: Callable[[A], B], items: Iterable[A]) -> Iterator[B]:
        """Yield work(item) for each item, in order, run in this recogniser's threads.

        For work that calls `describe` among other things; `stream` is this with nothing else.
        """
        return ordered_map(self._pool, work, items, ahead=2 * self.workers)

    def describe(
        self, image: ImageInput, *, embed: bool = True, keep_pixels: bool = False
    ) -> PhotoFaces:
        """Return what one photo holds; one that cannot be read has an `error`.

        Args:
            image: as for `faces`.
            embed: False: only detect.
            keep_pixels: keep the photo's pixels, for drawing.
        """
        try:
            photo = load_photo(image, limits=self._limits)
        except PhotoError as error:
            return PhotoFaces(error.source, 0, 0, "", (), error.reason, failure=error)
        return PhotoFaces(
            photo.source,
            photo.width,
            photo.height,
            photo.digest,
            self._described(photo, share=False) if embed else self._located(photo),
            pixels=photo.pixels if keep_pixels else None,
        )

    def crop(self, pixels: Pixels, face: Face, side: int) -> Pixels:
        """Return the aligned square of a face (RGB, uint8, side × side × 3), for people to see.

        Args:
            pixels: the photo at full size.
            face: of that photo.
            side: of the square, in pixels.
        """
        return self._embedder.recipe.resized(side).crop(pixels, face.landmarks)

    def _find(self, photo: Photo) -> Detections:
        least = None if self._min_face is None else self._min_face / photo.scale
        return self._detector.detect(photo.pixels, least)

    def _located(self, photo: Photo) -> tuple[Face, ...]:
        return tuple(_face(face) for face in _at_full_size(self._find(photo), photo))

    def _described(self, photo: Photo, *, share: bool = True) -> tuple[Face, ...]:
        """Find and embed; share: use all threads for the faces of this one photo."""
        found = self._find(photo)
        crops = [self._embedder.recipe.crop(photo.pixels, points) for points in found.points]
        chunks = [crops[start : start + BATCH] for start in range(0, len(crops), BATCH)]
        run = self._face_pool.map if share and len(chunks) > 1 else map
        vectors = [vector for part in run(self._embedder.embed, chunks) for vector in part]
        return tuple(
            _face(one, crop, vector)
            for one, crop, vector in zip(_at_full_size(found, photo), crops, vectors, strict=True)
        )


def available_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _at_full_size(found: Detections, photo: Photo) -> Iterator[Detections]:
    """Yield each face in pixels of the photo at full size."""
    scaled = found.scaled(photo.scale, photo.scale)
    return (scaled.take([index]) for index in range(len(scaled)))


def _face(one: Detections, crop: Pixels | None = None, vector: object = None) -> Face:
    box = Box(*(float(value) for value in one.boxes[0]))
    points = one.points[0]
    points.setflags(write=False)
    quality = None if crop is None else measure(crop, points)
    embedding = np.array(vector, dtype=np.float32) if vector is not None else None
    if embedding is not None:
        embedding.setflags(write=False)
    return Face(box, points, float(one.scores[0]), quality, embedding)
