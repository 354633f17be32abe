"""From places of faces to faces with embeddings and quality."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from kith.alignment import ARCFACE
from kith.embedding import BATCH
from kith.recognizer.faces import at_full_size, judge, make_face, strengths

if TYPE_CHECKING:
    from kith.detection import Detections
    from kith.embedding import AnyEmbedder
    from kith.masks import MaskSight
    from kith.media import Photo
    from kith.models.card import ModelCard
    from kith.types import Face


class Describer:
    """Crops, embeds and judges faces that were found. May be used from several threads.

    Args:
        embedder: whose numbers describe a face.
        detector: card of the network that finds the faces.
        sight: sees who wears a mask, and where the points of those are.
        workers: faces of one photo that may be worked on at a time.
    """

    def __init__(
        self, embedder: AnyEmbedder, detector: ModelCard, sight: MaskSight, workers: int
    ) -> None:
        self._embedder = embedder
        self._detector = detector
        self._sight = sight
        # Threads of its own: work in the recogniser's threads asks for faces, and would otherwise
        # wait for the thread it runs in.
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="kith-faces")

    def close(self) -> None:
        """End the worker threads; safe to call twice."""
        self._pool.shutdown(cancel_futures=True)

    def faces(self, found: Detections, photo: Photo, *, share: bool) -> tuple[Face, ...]:
        """Describe the faces of a photo.

        Args:
            found: where they are, in pixels of the photo as it was read.
            photo: that they are on.
            share: use all threads for this one photo.
        """
        boxes = found.boxes  # as the detector gave them: what networks that are cropped by it know
        found, masks = self._sight.look(photo.pixels, found)
        parts = self._embedder.parts
        # Networks of one framing share it. Quality is measured on one, whatever they see.
        recipes = {recipe.name: recipe for recipe in (*(part.recipe for part in parts), ARCFACE)}
        places = list(zip(found.points, boxes, strict=True))
        crops = {
            name: [recipe.crop(photo.pixels, points, box) for points, box in places]
            for name, recipe in recipes.items()
        }
        chunks = [slice(start, start + BATCH) for start in range(0, len(places), BATCH)]
        jobs = [(part, crops[part.recipe.name][chunk]) for chunk in chunks for part in parts]
        run = self._pool.map if share and len(jobs) > 1 else map
        done = list(run(lambda job: job[0].describe(job[1]), jobs))
        seen = [done[start : start + len(parts)] for start in range(0, len(done), len(parts))]
        described = [
            face
            for chunk in seen
            for face in zip(*self._embedder.join(chunk), strengths(parts, chunk), strict=True)
        ]
        return tuple(
            make_face(one, judge(one, crop, photo, self._detector, strength), row, length, mask)
            for one, crop, (row, length, strength), mask in zip(
                at_full_size(found, photo),
                crops[ARCFACE.name],
                described,
                masks,
                strict=True,
            )
        )
