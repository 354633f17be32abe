"""Which kind of classifier a model's name asks for, and the one that is open by default."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from kith.classification.classifier import MODEL, Classifier
from kith.classification.heads import HeadClassifier
from kith.models import ModelStore
from kith.models.own import own_card

if TYPE_CHECKING:
    from kith.classification.answers import Classification
    from kith.media import Limits
    from kith.models import ModelCard
    from kith.types import ImageInput

AnyClassifier: TypeAlias = Classifier | HeadClassifier


def head_card(model: str, store: ModelStore) -> ModelCard | None:
    """Return the card of a head of the user's own; None where this names something else.

    Raises:
        ModelCorrupt: it is damaged.
    """
    found = own_card(store.home, model)
    return found if found is not None and found.task == "head" else None


def open_classifier(
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
) -> AnyClassifier:
    """Open the classifier of a network, or a head of the user's own.

    Args:
        model: id of either.
        detector: as for `kith.Recognizer`, and so are the others.
        device: where networks run.
        score: least score of a face.
        min_face: narrowest face wanted, in pixels.
        limits: bytes and pixels that a photo may have.
        workers: photos worked on at a time.
        accept_license: accept the licence of non-commercial weights.
        store: where networks are kept.

    Raises:
        UnknownModel: there is neither.
        ContractMismatch: see `HeadClassifier`.
        ModelError: a network or the names cannot be had or run.
        OptionError: an option outside its range.
    """
    store = store or ModelStore()
    kind = Classifier if head_card(model, store) is None else HeadClassifier
    return kind(
        model,
        detector,
        device,
        score=score,
        min_face=min_face,
        limits=limits,
        workers=workers,
        accept_license=accept_license,
        store=store,
    )


def default_classifier(model: str = MODEL) -> AnyClassifier:
    """Return the classifier of a model, loaded once while no other is asked for."""
    return _opened(model, head_version(model, ModelStore()))


def head_version(model: str, store: ModelStore) -> str:
    """Return what changes when a head is learned anew under its id; empty for another model."""
    head = head_card(model, store)
    if head is None:
        return ""
    labels = head.labels.sha256 if head.labels else ""
    return f"{head.weights.sha256} {labels} {head.embedder} {head.reject}"


@lru_cache(maxsize=1)
def _opened(model: str, _version: str) -> AnyClassifier:
    return open_classifier(model)


def classify(
    image: ImageInput,
    top: int = 5,
    *,
    model: str = MODEL,
    classifier: AnyClassifier | None = None,
) -> tuple[Classification, ...]:
    """Name the faces of a photo after the people that a network was trained on, or a head learned.

    A network of the catalogue always names somebody: of a stranger it gives the celebrities it
    finds most like. A head says `unknown`.

    Args:
        image: a path, encoded bytes, a PIL image, or RGB pixels (uint8, H × W × 3).
        top: how many names for each face.
        model: id of a network with a classifier, or of a head of your own.
        classifier: one that is open already; None: that of `model`, kept for the next call.

    Raises:
        PhotoError: the photo cannot be read.
        ContractMismatch: see `HeadClassifier`.
        ModelError: a network or the names cannot be had or run.
        OptionError: `top` is below 1.
    """
    return (classifier or default_classifier(model)).faces(image, top)
