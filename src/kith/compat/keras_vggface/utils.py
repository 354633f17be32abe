"""Input and answers of the networks, as ``keras_vggface.utils`` has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kith.classification.names import class_names
from kith.models import CARDS, ModelStore

if TYPE_CHECKING:
    import numpy.typing as npt

_MODELS = {1: "vggface-vgg16", 2: "vggface2-resnet50"}
"""Whose mean colour each version of the preprocessing takes off."""


def preprocess_input(
    x: npt.NDArray[Any], data_format: str | None = None, version: int = 1
) -> npt.NDArray[Any]:
    """Return pixels as the networks want them: blue first, the training set's mean taken off.

    Args:
        x: RGB, 0–255, N × H × W × 3; stays as it is. Whole numbers become float32.
        data_format: ``channels_last`` (None) or ``channels_first``: N × 3 × H × W.
        version: 1 for VGG16 (VGGFace), 2 for ResNet50 and SENet50 (VGGFace2).

    Raises:
        ValueError: an argument is none of these, or there are not three colours.
    """
    if version not in _MODELS:
        raise ValueError(f"version is 1 (VGGFace) or 2 (VGGFace2), not {version!r}")
    if data_format not in (None, "channels_last", "channels_first"):
        raise ValueError(f"data_format is channels_last or channels_first, not {data_format!r}")
    axis = 1 if data_format == "channels_first" else -1
    pixels = np.asarray(x)
    if pixels.ndim < 3 or pixels.shape[axis] != 3:
        raise ValueError(f"pixels have three colours, not the shape {pixels.shape}")
    if pixels.dtype.kind != "f":
        pixels = pixels.astype(np.float32)
    shape = [1] * pixels.ndim
    shape[axis] = 3
    mean = np.array(CARDS[_MODELS[version]].input.mean, pixels.dtype).reshape(shape)
    return np.asarray(np.flip(pixels, axis) - mean)


def decode_predictions(preds: npt.ArrayLike, top: int = 5) -> list[list[list[Any]]]:
    """Return for each row the most probable names, as ``["b' Sharon_Stone'", 0.99]``.

    The name is written as keras-vggface writes it: the text of its UTF-8 bytes, with the blank
    and the underscores of the label file. `kith.classify` gives plain names.

    Args:
        preds: probabilities, N × 2,622 (VGGFace) or N × 8,631 (VGGFace2).
        top: how many names.

    Raises:
        ValueError: another shape.
        ModelError: the labels cannot be had.
    """
    preds = np.asarray(preds)
    classes = preds.shape[1] if preds.ndim == 2 else 0
    cards = [card for card in CARDS.values() if classes and card.labels and card.classes == classes]
    if not cards:
        raise ValueError(
            "predictions are an array of N × 2622 (VGGFace) or N × 8631 (VGGFace2), not "
            + " × ".join(map(str, preds.shape))
        )
    labels = class_names(cards[0], ModelStore())
    return [
        [[str(labels[i].encode("utf8")), row[i]] for i in np.argsort(row)[::-1][:top].tolist()]
        for row in preds
    ]
