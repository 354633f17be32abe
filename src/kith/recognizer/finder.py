"""Photos in, faces found: what every pipeline begins with, and the threads it runs in."""

from __future__ import annotations

import math
import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

import cv2
import numpy as np

from kith.detection import Detections, open_detector
from kith.errors import OptionError, PhotoError
from kith.media import Limits, load_photo
from kith.recognizer.ordered import ordered_map
from kith.types import Box, PhotoFaces, overlap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from kith.detection import Judge
    from kith.media import Photo
    from kith.models import ModelStore
    from kith.types import Face, ImageInput, Pixels

CLOSE_UP = 320
"""Longer side at which the surroundings of one face are searched for it, in pixels."""

SAME_PLACE = 0.3
"""Two boxes overlap so much (intersection over union) where they are of one face."""

A = TypeVar("A")
B = TypeVar("B")


class Finder:
    """Reads photos and finds their faces. May be used from several threads.

    Args:
        detector: id of the detection network.
        device: one of `kith.models.session.DEVICES`.
        score: faces the detector is less sure of are left out, 0–1; None: the detector's own.
        min_face: narrowest face wanted, in pixels of the photo; None: whatever is seen.
        limits: bytes and pixels that a photo may have; None: the usual ones.
        workers: photos worked on at a time; None: one for each core of this process.
        store: where networks are kept.
        judge: is asked for a second opinion on faces that the detector is not sure of.

    Raises:
        ModelError: the network cannot be had or run.
        OptionError: an option outside its range.
    """

    def __init__(
        self,
        detector: str,
        device: str,
        store: ModelStore,
        judge: Judge,
        *,
        score: float | None,
        min_face: float | None,
        limits: Limits | None,
        workers: int | None,
    ) -> None:
        self.min_face = min_face
        self.limits = limits or Limits()
        self.workers = workers or available_cores()
        self._detector = open_detector(detector, store, device=device, score=score, judge=judge)
        self._pool = ThreadPoolExecutor(self.workers, thread_name_prefix="kith")

    @property
    def detector(self) -> str:
        """Id of the detection network."""
        return self._detector.id

    @property
    def score(self) -> float:
        """Faces the detector is less sure of are left out, 0–1."""
        return self._detector.score

    def close(self) -> None:
        """End the worker threads; safe to call twice."""
        self._pool.shutdown(cancel_futures=True)

    def load(self, image: ImageInput) -> Photo:
        """Read one photo.

        Raises:
            PhotoError: it cannot be read.
        """
        return load_photo(image, limits=self.limits)

    def find(self, photo: Photo) -> Detections:
        """Return the faces of a photo, in its pixels as they were read."""
        least = None if self.min_face is None else self.min_face / photo.scale
        return self._detector.detect(photo.pixels, least)

    def glance(self, pixels: Pixels) -> Detections:
        """Return the faces of a frame that can be seen without searching."""
        return self._detector.glance(pixels)

    def find_near(self, pixels: Pixels, box: Box) -> Detections:
        """Return the one face, or none, that is at a place of a frame, in pixels of the frame."""
        left, top, right, bottom = close_up(box, pixels.shape[1], pixels.shape[0])
        if right <= left or bottom <= top:
            return Detections.join([])
        part = pixels[top:bottom, left:right]
        scale = min(1.0, CLOSE_UP / max(part.shape[:2]))
        size = [max(1, round(length * scale)) for length in (right - left, bottom - top)]
        seen = np.ascontiguousarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA))
        found = self._detector.detect(np.asarray(seen, dtype=np.uint8))
        found = found.scaled(part.shape[1] / size[0], part.shape[0] / size[1]).moved(left, top)
        overlaps = [overlap(Box(*one.tolist()), box) for one in found.boxes]
        best = int(np.argmax(overlaps)) if overlaps else 0
        return found.take([best] if overlaps and overlaps[best] >= SAME_PLACE else [])

    def map(self, work: Callable[[A], B], items: Iterable[A]) -> Iterator[B]:
        """Yield work(item) for each item, in order, run in the worker threads."""
        return ordered_map(self._pool, work, items, ahead=2 * self.workers)

    def item(
        self, image: ImageInput, work: Callable[[Photo], tuple[Face, ...]], *, keep_pixels: bool
    ) -> PhotoFaces:
        """Return what one photo holds; one that cannot be read has an `error`.

        Args:
            image: as for `load`.
            work: from the photo to its faces.
            keep_pixels: keep the photo's pixels, for drawing.
        """
        try:
            photo = self.load(image)
        except PhotoError as error:
            return PhotoFaces(error.source, 0, 0, "", (), error.reason, failure=error)
        return PhotoFaces(
            photo.source,
            photo.width,
            photo.height,
            photo.digest,
            work(photo),
            pixels=photo.pixels if keep_pixels else None,
        )


def close_up(box: Box, width: int, height: int) -> tuple[int, int, int, int]:
    """Return the part of a frame around a face: left, top, right and bottom, in whole pixels.

    Twice as wide and high as the face, where the frame reaches so far: the surroundings that the
    networks expect.
    """
    half = max(box.width, box.height)
    x, y = box.centre
    return (
        max(0, math.floor(x - half)),
        max(0, math.floor(y - half)),
        min(width, math.ceil(x + half)),
        min(height, math.ceil(y + half)),
    )


def check_options(min_face: float | None, workers: int | None) -> None:
    """Raise `OptionError` for an option outside its range."""
    if min_face is not None and not 0 < min_face < float("inf"):
        raise OptionError(f"min_face must be above 0 pixels, not {min_face}")
    if workers is not None and workers < 1:
        raise OptionError(f"workers must be 1 or more, not {workers}")


def available_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
