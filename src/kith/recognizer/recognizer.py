"""Photos in, faces with embeddings out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Self, TypeVar

from kith.alignment import ARCFACE
from kith.detection import check_score
from kith.embedding import open_embedder, parse
from kith.errors import UnknownModel
from kith.masks import MaskSight, masked_space
from kith.media import Photo
from kith.models import ModelStore
from kith.models.catalogue import card
from kith.recognizer.describer import Describer
from kith.recognizer.faces import at_full_size, make_face
from kith.recognizer.finder import Finder, check_options
from kith.recognizer.pipeline import Pipeline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from kith.masks import MaskedSpace
    from kith.media import Limits
    from kith.models.card import Tradition
    from kith.types import Box, EmbeddingContract, Face, ImageInput, PhotoFaces, Pixels

A = TypeVar("A")
B = TypeVar("B")


class Recognizer:
    """Finds the faces of photos and describes each by a vector.

    Networks are pulled at first use, checked and kept. One recogniser may be used from several
    threads; it runs `workers` photos at a time.

    Args:
        detector: id of the detection network.
        embedder: id of the recognition network, or of a fusion of several; ``best`` and ``fast``
            stand for one. ``+mirror`` behind it embeds each crop and its mirror image and takes
            the mean; other variants are the card's.
        device: ``cpu``, ``cuda``, ``openvino`` or ``openvino:bf16``; kith never falls back from
            one to another by itself.
        score: faces the detector is less sure of are left out, 0–1; None: as many as the
            detector's own tuning says.
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
        score: float | None = None,
        min_face: float | None = None,
        limits: Limits | None = None,
        workers: int | None = None,
        accept_license: bool = False,
        store: ModelStore | None = None,
    ) -> None:
        check_options(min_face, workers)
        check_score(score)
        store = store or ModelStore()
        if accept_license:
            for wanted in (card(detector), *parse(embedder, store.home).cards):
                store.accept(wanted)
        with ThreadPoolExecutor(1) as pool:
            opening = pool.submit(open_embedder, embedder, store, device)
            self._sight = MaskSight(store, device)
            self._finder = Finder(
                detector,
                device,
                store,
                self._sight.teller,
                score=score,
                min_face=min_face,
                limits=limits,
                workers=workers,
            )
            self._embedder = opening.result()
        self._device = device
        self.workers = self._finder.workers
        self._describer = Describer(self._embedder, card(self.detector), self._sight, self.workers)

    def close(self) -> None:
        """End the worker threads; safe to call twice."""
        self._finder.close()
        self._describer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def detector(self) -> str:
        """Id of the detection network."""
        return self._finder.detector

    @property
    def embedder(self) -> str:
        """Name of the recognition network or fusion, with its views; what a preset stands for."""
        return self._embedder.id

    @property
    def contract(self) -> EmbeddingContract:
        """What must agree before embeddings of two recognisers may be compared."""
        return self._embedder.contract

    @property
    def masked_space(self) -> MaskedSpace | None:
        """How faces with masks are compared; None where that was not measured of the embedder."""
        return masked_space(self.embedder)

    @property
    def pipeline(self) -> Pipeline:
        """What must be the same for a photo to give the same faces, bit for bit."""
        finder = self._finder
        return Pipeline(
            finder.detector,
            finder.score,
            finder.min_face,
            finder.limits,
            self._device,
            self.contract,
        )

    @property
    def threshold(self) -> float:
        """Similarity from which two faces are taken for the same person, by the card.

        Raises:
            UnknownModel: nobody measured it of this embedder.
        """
        return self._embedder.threshold.similarity

    @property
    def known_threshold(self) -> float | None:
        """The same; None where nobody measured it."""
        try:
            return self.threshold
        except UnknownModel:
            return None

    @property
    def tradition(self) -> Tradition | None:
        """The distance that the embedder's users know; None: there is none."""
        return self._embedder.tradition

    def faces(self, image: ImageInput) -> tuple[Face, ...]:
        """Return the faces of one photo with their embeddings, best detection first.

        Args:
            image: a path, encoded bytes, a PIL image, or RGB pixels (uint8, H × W × 3).

        Raises:
            PhotoError: the photo cannot be read.
        """
        return self._described(self._finder.load(image))

    def detect(self, image: ImageInput) -> tuple[Face, ...]:
        """Return the faces of one photo without embeddings, best detection first.

        Raises:
            PhotoError: the photo cannot be read.
        """
        return self._located(self._finder.load(image))

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
        return self._finder.map(work, items)

    def describe(
        self, image: ImageInput, *, embed: bool = True, keep_pixels: bool = False
    ) -> PhotoFaces:
        """Return what one photo holds; one that cannot be read has an `error`.

        Args:
            image: as for `faces`.
            embed: False: only detect.
            keep_pixels: keep the photo's pixels, for drawing.
        """

        def work(photo: Photo) -> tuple[Face, ...]:
            return self._described(photo, share=False) if embed else self._located(photo)

        return self._finder.item(image, work, keep_pixels=keep_pixels)

    def crop(self, pixels: Pixels, face: Face, side: int) -> Pixels:
        """Return the aligned square of a face (RGB, uint8, side × side × 3), for people to see.

        Args:
            pixels: the photo at full size.
            face: of that photo.
            side: of the square, in pixels.
        """
        return ARCFACE.resized(side).crop(pixels, face.landmarks)

    def glance(self, pixels: Pixels) -> tuple[Face, ...]:
        """Return the faces of a frame that can be seen at once, best first, without embeddings.

        Several times faster than `detect`, with points that are less exact: for the frames of a
        film. See `close_up` for the next step.

        Args:
            pixels: RGB, uint8, H × W × 3, at the size that they are to be looked at; faces 10 to
                500 pixels wide are found.
        """
        found = self._finder.glance(pixels)
        return tuple(make_face(found.take([index])) for index in range(len(found)))

    def close_up(self, pixels: Pixels, box: Box) -> Face | None:
        """Return the face that was seen at a place, with its embedding, as exact as on a photo.

        Args:
            pixels: the frame, RGB, uint8, H × W × 3, at full size.
            box: where the face was seen, in pixels of the frame.

        Returns:
            None where a closer look finds no face there.
        """
        found = self._finder.find_near(pixels, box)
        if not len(found):
            return None
        height, width = pixels.shape[:2]
        frame = Photo(pixels, "<frame>", width, height, "")
        return self._describer.faces(found, frame, share=False)[0]

    def _located(self, photo: Photo) -> tuple[Face, ...]:
        found, masks = self._sight.look(photo.pixels, self._finder.find(photo))
        return tuple(
            make_face(one, mask=mask)
            for one, mask in zip(at_full_size(found, photo), masks, strict=True)
        )

    def _described(self, photo: Photo, *, share: bool = True) -> tuple[Face, ...]:
        """Find and embed; share: use all threads for the faces of this one photo."""
        return self._describer.faces(self._finder.find(photo), photo, share=share)
