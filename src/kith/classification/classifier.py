"""Detector → crop → classifier → the most probable names."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING, Self

import numpy as np

from kith.alignment import RECIPES
from kith.classification.answers import Classification, NamedClass, PhotoClasses
from kith.classification.names import class_names
from kith.detection import check_score
from kith.embedding import BATCH, network_input, parse_network
from kith.errors import OptionError, UnknownModel
from kith.masks import MaskTeller
from kith.models import CARDS, ModelStore
from kith.models.catalogue import card, known
from kith.models.graphs import CLASSIFIER, find_graph
from kith.models.labels import bare
from kith.models.session import check_device, load_graph
from kith.recognizer.faces import at_full_size, make_face
from kith.recognizer.finder import Finder, check_options

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import numpy.typing as npt

    from kith.media import Limits, Photo
    from kith.types import Face, ImageInput, Pixels

MODEL = "vggface2-resnet50"


class Classifier:
    """Names faces after the people that a network was trained on.

    Args:
        model: id of a network with a classifier, with its variants: ``vggface2-resnet50``,
            ``vggface2-resnet50+tutorial``.
        detector, device, score, min_face, limits, workers, accept_license, store: as for
            `kith.Recognizer`.

    Raises:
        UnknownModel: there is no such network, or it has no classifier.
        ModelError: a network or its labels cannot be had or run.
        OptionError: an option outside its range.
    """

    def __init__(
        self,
        model: str = MODEL,
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
        check_options(min_face, workers)
        check_score(score)
        check_device(device)
        store = store or ModelStore()
        spec = parse_network(model, store.home)
        if not spec.card.classes:
            can = [*(one.id for one in CARDS.values() if one.classes), *known("head", store.home)]
            raise UnknownModel(f"{spec.id} has no classifier; kith has: {', '.join(can)}")
        if spec.mirror or any(variant.output for variant in spec.variants):
            raise OptionError(
                f"{spec.id}: a classifier has one output and one view; leave +mirror and poolings"
            )
        if accept_license:
            for wanted in (card(detector), spec.card):
                store.accept(wanted)
        self.model = spec.id
        self._recipe, self._input = RECIPES[spec.crop], spec.input
        graph = find_graph(spec.card, store, output=CLASSIFIER)
        self._classes = spec.card.classes
        self._names = partial(class_names, spec.card, store)
        self._session = load_graph(graph, device, (spec.input.height, spec.input.width))
        self._finder = Finder(
            detector,
            device,
            store,
            MaskTeller(store, device),
            score=score,
            min_face=min_face,
            limits=limits,
            workers=workers,
        )

    def close(self) -> None:
        """End the worker threads; safe to call twice."""
        self._finder.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Of the classes, as the label file has them; read when they are first needed.

        Raises:
            ModelError: the labels cannot be had.
        """
        return self._names()

    def probabilities(self, crops: Sequence[Pixels]) -> npt.NDArray[np.float32]:
        """Return float32, N × classes, for crops (RGB, uint8, side × side × 3)."""
        if not crops:
            return np.empty((0, self._classes), np.float32)
        return np.concatenate(
            [
                self._session.run(network_input(crops[start : start + BATCH], self._input))[0]
                for start in range(0, len(crops), BATCH)
            ]
        )

    def faces(self, image: ImageInput, top: int = 5) -> tuple[Classification, ...]:
        """Return the most probable names of each face of a photo, best detection first.

        Args:
            image: a path, encoded bytes, a PIL image, or RGB pixels (uint8, H × W × 3).
            top: how many names.

        Raises:
            PhotoError: the photo cannot be read.
            OptionError: `top` is below 1.
        """
        return self._answers(self._finder.load(image), _checked(top))

    def stream(
        self, images: Iterable[ImageInput], top: int = 5, *, keep_pixels: bool = False
    ) -> Iterator[PhotoClasses]:
        """Yield the answers for each of many photos, in order; see `kith.Recognizer.stream`."""
        _checked(top)
        _ = self.names  # what cannot be had is to be said before the first photo

        def work(image: ImageInput) -> PhotoClasses:
            answers: list[Classification] = []

            def found(photo: Photo) -> tuple[Face, ...]:
                answers.extend(self._answers(photo, top))
                return tuple(answer.face for answer in answers)

            item = self._finder.item(image, found, keep_pixels=keep_pixels)
            return PhotoClasses(item, tuple(answers))

        return self._finder.map(work, images)

    def _answers(self, photo: Photo, top: int) -> tuple[Classification, ...]:
        found = self._finder.find(photo)
        places = zip(found.points, found.boxes, strict=True)
        crops = [self._recipe.crop(photo.pixels, points, box) for points, box in places]
        rows = self.probabilities(crops)
        faces = (make_face(one) for one in at_full_size(found, photo))
        return tuple(
            Classification(face, self._best(row, top))
            for face, row in zip(faces, rows, strict=True)
        )

    def _best(self, row: npt.NDArray[np.float32], top: int) -> tuple[NamedClass, ...]:
        order = np.argsort(-row, kind="stable")[:top]
        return tuple(
            NamedClass(bare(self.names[i]), float(row[i]), self.names[i]) for i in order.tolist()
        )


def _checked(top: int) -> int:
    if top < 1:
        raise OptionError(f"top must be 1 or more, not {top}")
    return top
