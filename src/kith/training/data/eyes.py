"""What finds the faces of photos that are learned from: the pipeline without an embedder."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, NamedTuple, Self

from kith.masks import MaskSight
from kith.media import Limits
from kith.models import ModelStore
from kith.models.catalogue import card
from kith.recognizer.faces import at_full_size, make_face
from kith.recognizer.finder import Finder, available_cores, check_options
from kith.recognizer.pipeline import Pipeline
from kith.types import EmbeddingContract

if TYPE_CHECKING:
    from kith.alignment import CropRecipe
    from kith.detection import Detections
    from kith.media import Photo
    from kith.types import Face


class Found(NamedTuple):
    """The faces of a photo.

    Attributes:
        seen: as the detector gave them, in pixels of the photo as it was read.
        mended: the same with what masks hide of them mended.
        faces: these, in pixels of the photo at full size, without quality.
    """

    seen: Detections
    mended: Detections
    faces: tuple[Face, ...]


class Eyes:
    """Finds the faces of photos, as a `kith.Recognizer` does. Safe to call from several threads.

    Its networks are opened when the first photo is looked at: where everything is known already,
    none is needed.

    Args:
        detector, device, score, min_face, limits, store, workers: as of `kith.Recognizer`.

    Raises:
        UnknownModel: there is no such detector.
        OptionError: an option outside its range.
    """

    def __init__(
        self,
        detector: str = "yunet",
        device: str = "cpu",
        *,
        score: float | None = None,
        min_face: float | None = None,
        limits: Limits | None = None,
        workers: int | None = None,
        store: ModelStore | None = None,
    ) -> None:
        check_options(min_face, workers)
        self.detector = card(detector)
        self.device = device
        self.limits = limits or Limits()
        self.workers = workers or available_cores()
        self.store = store or ModelStore()
        self._score = score
        self._min_face = min_face
        self._lock = threading.Lock()
        self._opened: tuple[Finder, MaskSight] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._opened is not None:
            self._opened[0].close()

    def key(self, recipe: CropRecipe) -> str:
        """Return what stands for all but the photo that decides on its square: sha256."""
        return Pipeline(
            self.detector.id,
            -1.0 if self._score is None else self._score,
            self._min_face,
            self.limits,
            self.device,
            EmbeddingContract("", "", recipe.name, recipe.version, 0),
        ).key

    def find(self, photo: Photo) -> Found:
        """Return the faces of a photo.

        Raises:
            ModelError: a network cannot be had or run.
        """
        finder, sight = self._open()
        seen = finder.find(photo)
        mended, masks = sight.look(photo.pixels, seen)
        faces = tuple(
            make_face(one, mask=mask)
            for one, mask in zip(at_full_size(mended, photo), masks, strict=True)
        )
        return Found(seen, mended, faces)

    def _open(self) -> tuple[Finder, MaskSight]:
        with self._lock:
            if self._opened is None:
                sight = MaskSight(self.store, self.device)
                finder = Finder(
                    self.detector.id,
                    self.device,
                    self.store,
                    sight.teller,
                    score=self._score,
                    min_face=self._min_face,
                    limits=self.limits,
                    workers=self.workers,
                )
                self._opened = finder, sight
            return self._opened
