"""The square of the one face that is meant of a photo, as the pipeline cuts it; and masked."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kith.alignment import ARCFACE
from kith.decision import unusable
from kith.errors import PhotoError
from kith.evaluation.masked.copies import reduced
from kith.masks import Painter, random_look
from kith.media import load_photo
from kith.media.read import read_photo
from kith.recognizer import largest_central
from kith.recognizer.faces import judge
from kith.training.data.rim import crop_with_rim

if TYPE_CHECKING:
    from kith.alignment import CropRecipe
    from kith.media import Photo
    from kith.training.data.eyes import Eyes
    from kith.training.data.keeping import KeptCrops
    from kith.types import Face, Pixels


class Look(NamedTuple):
    """What became of a photo.

    Attributes:
        digest: sha256 of the file; empty: it could not be read.
        reason: why there is no square; empty: there is one.
        fresh: it was looked at now; else it is known, and the squares are None.
        square: of the face, with its rim.
        painted: the same with a mask; None unless masks are wanted.
        bare: why no mask could be painted; empty: one is, or none was wanted.
    """

    digest: str
    reason: str
    fresh: bool = False
    square: Pixels | None = None
    painted: Pixels | None = None
    bare: str = ""


@dataclass(slots=True)
class Looker:
    """Looks at photos, unless they are known. Safe to call from several threads.

    Attributes:
        eyes: find the faces.
        recipe: of the squares.
        rim: pixels around them on each side.
        plain: squares that are known.
        painted: the same with masks; None: no masks are wanted.
        seed: of the masks.
    """

    eyes: Eyes
    recipe: CropRecipe
    rim: int
    plain: KeptCrops
    painted: KeptCrops | None
    seed: int
    _painter: Painter | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, path: str) -> Look:
        """Look at the photo at a path.

        Raises:
            ModelError: a network cannot be had or run.
        """
        try:
            data = read_photo(path, self.eyes.limits)
            digest = hashlib.sha256(data).hexdigest()
            known = self._known(digest)
            if known is not None:
                return known
            photo = load_photo(data, limits=self.eyes.limits, source=path)
        except PhotoError as error:
            return Look("", error.reason)
        return self._look(photo)

    def _known(self, digest: str) -> Look | None:
        plain = self.plain.find(digest)
        if plain is None or self.painted is None or plain.reason:
            return plain and Look(digest, plain.reason)
        painted = self.painted.find(digest)
        return painted and Look(digest, plain.reason, bare=painted.reason)

    def _look(self, photo: Photo) -> Look:
        seen, mended, faces = self.eyes.find(photo)
        face = largest_central(faces, photo.width, photo.height)
        if face is None:
            return Look(photo.digest, "no face found", fresh=True)
        at = next(index for index, one in enumerate(faces) if one is face)
        points, box = mended.points[at], seen.boxes[at]
        one = mended.take([at]).scaled(photo.scale, photo.scale)
        crop = ARCFACE.crop(photo.pixels, points)
        # Nobody has described the face: how good it is is told without an embedder's opinion.
        poor = unusable(replace(face, quality=judge(one, crop, photo, self.eyes.detector, None)))
        if poor is not None:
            return Look(photo.digest, poor, fresh=True)
        square = crop_with_rim(self.recipe, photo.pixels, points, box, self.rim)
        if self.painted is None:
            return Look(photo.digest, "", fresh=True, square=square)
        masked, bare = self._paint(photo, face)
        painted = square if bare else crop_with_rim(self.recipe, masked, points, box, self.rim)
        return Look(photo.digest, "", True, square, painted, bare)

    def _paint(self, photo: Photo, face: Face) -> tuple[Pixels, str]:
        """Return the photo with a mask on the face, and why that could not be; empty: it could."""
        with self._lock:
            if self._painter is None:
                self._painter = Painter(self.eyes.store, device=self.eyes.device)
        drawn = hashlib.sha256(f"{self.seed} {photo.digest}".encode()).digest()
        look = random_look(np.random.default_rng(int.from_bytes(drawn[:8], "little")))
        done = self._painter.paint(photo.pixels, [reduced(face, photo.scale)], look)
        return done.pixels, done.faces[0].reason or ""
