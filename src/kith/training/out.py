"""From a network that has learned to a model like any other: ONNX, checked, with its card."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from kith.embedding import BATCH, network_input
from kith.errors import ModelCorrupt
from kith.models.card import ModelCard, Origin, Weights
from kith.models.files import temporary_file
from kith.models.rewrite import passes_for, rewrite
from kith.models.session import OnnxSession

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy.typing as npt
    import onnx

    from kith.models.card import Input, Threshold
    from kith.training.network import Start
    from kith.training.settings import Settings
    from kith.types import Vector

APART = 1e-4
"""How far a number of a unit vector in onnxruntime may be from PyTorch's."""

_PAPERS = {
    "triplet": "loss: Schroff, Kalenichenko, Philbin: FaceNet. CVPR 2015, arXiv:1503.03832",
    "arcface": "loss: Deng, Guo, Xue, Zafeiriou: ArcFace. CVPR 2019, arXiv:1801.07698",
    "cosface": "loss: Wang and others: CosFace. CVPR 2018, arXiv:1801.09414",
}


class Exported:
    """A network as ONNX, run as kith runs it: rewritten for speed, in onnxruntime.

    Args:
        model: that has learned.
        want: what it is given.
        folder: where a file may lie for a moment.

    Attributes:
        graph: the file's bytes.
        sha256: of them.
    """

    def __init__(self, model: onnx.ModelProto, want: Input, folder: Path) -> None:
        self.graph = model.SerializeToString()
        self.sha256 = hashlib.sha256(self.graph).hexdigest()
        self._input = want
        with temporary_file(folder) as path:
            path.write_bytes(rewrite(self.graph, passes_for("")))
            self._session = OnnxSession(path, picture=(want.height, want.width), threads=0)

    def embed(self, pixels: npt.NDArray[np.uint8]) -> Vector:
        """Return unit vectors, float32, N × dimension, of squares (RGB, uint8)."""
        rows = [
            self._session.run(network_input(list(pixels[at : at + BATCH]), self._input))[0]
            for at in range(0, len(pixels), BATCH)
        ]
        found = np.concatenate(rows)
        lengths = np.linalg.norm(found.astype(np.float64), axis=1, keepdims=True)
        return np.asarray(found / np.maximum(lengths, 1e-12), dtype=np.float32)

    def check(self, pixels: npt.NDArray[np.uint8], expected: Vector) -> float:
        """Return the largest difference to what PyTorch makes of squares.

        Raises:
            ModelCorrupt: it is above `APART`.
        """
        apart = float(np.abs(self.embed(pixels) - expected).max())
        if not apart <= APART:
            raise ModelCorrupt(
                f"what was learned does not give the same numbers in onnxruntime (up to "
                f"{apart:.1e} apart); nothing is kept: please report it"
            )
        return apart


def make_card(
    settings: Settings,
    start: Start,
    learned: tuple[int, int],
    fingerprint: str,
    threshold: Threshold | None,
    figures: Mapping[str, float | int | None],
) -> ModelCard:
    """Describe a network that has learned.

    Args:
        settings: of the training.
        start: what it began from.
        learned: how many people, and photos, it learned from.
        fingerprint: of all photos given.
        threshold: measured on people held out; None where there were too few.
        figures: measured on them.
    """
    people, photos = learned
    begun = f"begun from {start.name}" if start.card else f"{start.name}, begun at random"
    base = start.card
    return ModelCard(
        id=settings.out,
        task="embedding",
        title=f"{begun}; {settings.loss} on {people:,} people of one's own",
        weights=Weights(f"{settings.out}.onnx", "", 0, ()),
        licence=start.licence,
        input=start.input,
        paper="; ".join(filter(None, (start.paper, _PAPERS[settings.loss]))),
        training_data=f"{photos:,} photos of {people:,} people"
        + (f", after {base.training_data}" if base else ""),
        crop=start.crop,
        dimension=start.dimension,
        threshold=threshold,
        origin=Origin(
            kind="triplet" if settings.loss == "triplet" else "margin",
            base=start.name,
            base_sha256=base.weights.sha256 if base else "",
            fingerprint=fingerprint,
            people=people,
            photos=photos,
            made=datetime.now(UTC).isoformat(timespec="seconds"),
            settings={
                key: ",".join(value) if isinstance(value, tuple) else value
                for key, value in asdict(settings).items()
                if key not in ("out", "backbone")
            },
            figures=figures,
        ),
    )
