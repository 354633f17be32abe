"""From crops to what a network is given, as its card says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from kith.models.card import Input
    from kith.types import Pixels


def network_input(crops: Sequence[Pixels], want: Input) -> npt.NDArray[np.float32]:
    """Return crops (RGB, uint8, all of one size) as float32, N × 3 × H × W."""
    if want.standardise:
        crops = [_standardised(crop) for crop in crops]  # type: ignore[misc]
    mean = (want.mean,) * 3 if isinstance(want.mean, int | float) else want.mean
    batch = cv2.dnn.blobFromImages(
        list(crops), scalefactor=want.scale, mean=mean, swapRB=want.colour == "BGR"
    )
    return np.asarray(batch, dtype=np.float32)


def _standardised(crop: Pixels) -> npt.NDArray[np.float32]:
    """Take off a crop's own mean and divide by its deviation, which a flat one has hardly any of.

    The bound is TensorFlow's ``per_image_standardization``.
    """
    pixels = crop.astype(np.float32)
    deviation = max(float(pixels.std()), 1.0 / np.sqrt(pixels.size))
    return np.asarray((pixels - pixels.mean()) / deviation, dtype=np.float32)
