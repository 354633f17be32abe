"""The networks, as ``keras_vggface.vggface`` has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from kith.models import ModelStore
from kith.models.catalogue import card as find_card
from kith.models.graphs import CLASSIFIER, find_graph
from kith.models.session import load_graph

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from kith.models.session import Session

_CARDS = {
    "vgg16": "vggface-vgg16",
    "resnet50": "vggface2-resnet50",
    "senet50": "vggface2-senet50",
}
_SHAPE = (224, 224, 3)
_STRIDE = 32
_WINDOW = 7
_LEAST = 197
"""ResNet50 and SENet50 end in a mean over 7 × 7 places of the last map: smaller pictures have
fewer."""

_CANNOT_TRAIN = (
    "kith runs these networks and does not train them: give people names with `kith enroll`, or "
    "train with keras-vggface and bring the weights here with `kith models import`"
)


@dataclass(frozen=True, slots=True)
class Tensor:
    """What goes in or comes out: its name and shape, None where any length goes."""

    name: str
    shape: tuple[int | None, ...]
    dtype: str = "float32"

    def __repr__(self) -> str:
        return f"<Tensor {self.name!r} shape={self.shape} dtype={self.dtype}>"


class Network:
    """A network that answers like a Keras model.

    Attributes:
        name: as keras-vggface calls it.
        inputs, outputs: one `Tensor` each.
    """

    def __init__(
        self, name: str, session: Session, output: str, shapes: tuple[tuple[int | None, ...], ...]
    ) -> None:
        self.name = name
        self.inputs = [Tensor("input_1", shapes[0])]
        self.outputs = [Tensor(output, shapes[1])]
        self._session = session

    @property
    def input_shape(self) -> tuple[int | None, ...]:
        """Of `inputs`."""
        return self.inputs[0].shape

    @property
    def output_shape(self) -> tuple[int | None, ...]:
        """Of `outputs`."""
        return self.outputs[0].shape

    def predict(
        self,
        x: npt.ArrayLike,
        batch_size: int | None = None,
        verbose: Any = 0,  # noqa: ARG002  as Keras has it
    ) -> npt.NDArray[np.float32]:
        """Return what the network makes of preprocessed pictures.

        Args:
            x: N × H × W × 3, from `kith.compat.keras_vggface.utils.preprocess_input`.
            batch_size: pictures at a time; None: 32.
            verbose: nothing is ever printed.

        Returns:
            float32: N × classes, N × numbers, or N × H × W × channels without pooling.

        Raises:
            ValueError: `x` has another shape.
        """
        samples = np.asarray(x, dtype=np.float32)
        wanted = self.input_shape[1:]
        if samples.ndim != 4 or samples.shape[1:] != wanted:
            raise ValueError(
                f"{self.name} takes pictures of shape (N, {', '.join(map(str, wanted))}), not "
                f"{samples.shape}"
            )
        batch = np.ascontiguousarray(samples.transpose(0, 3, 1, 2))
        step = max(1, batch_size or 32)
        parts = [self._run(batch[start : start + step]) for start in range(0, len(batch), step)]
        if not parts:
            return np.empty((0, *(length or 0 for length in self.output_shape[1:])), np.float32)
        return np.concatenate(parts)

    def __call__(self, x: npt.ArrayLike) -> npt.NDArray[np.float32]:
        """Return `predict` of x."""
        return self.predict(x)

    def summary(self) -> None:
        """Print name, input and output."""
        print(f"{self.name}: {self.inputs[0]} -> {self.outputs[0]}")  # noqa: T201  as Keras does

    def fit(self, *_: Any, **__: Any) -> NoReturn:
        """Raise: this network is for running."""
        raise NotImplementedError(_CANNOT_TRAIN)

    compile = fit_generator = train_on_batch = evaluate = fit

    def get_layer(self, *_: Any, **__: Any) -> NoReturn:
        """Raise: the layers are inside one graph."""
        raise NotImplementedError(
            "kith runs the network as one graph without layers: pooling None, 'avg' and 'max' "
            "give what comes before the classifier; kith.Recognizer(embedder='vggface-vgg16') "
            "gives fc7, 'vggface-vgg16+fc6' the layer before. " + _CANNOT_TRAIN
        )

    def _run(self, batch: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        found = self._session.run(batch)[0]
        return np.moveaxis(found, 1, -1) if found.ndim == 4 else found


def VGGFace(  # noqa: N802  the name that programs know
    include_top: bool = True,
    model: str = "vgg16",
    weights: str | None = "vggface",
    input_tensor: Any = None,
    input_shape: Sequence[int] | None = None,
    pooling: str | None = None,
    classes: int | None = None,
) -> Network:
    """Load a network, as keras-vggface does; the arguments are its own, in its order.

    Args:
        include_top: with the classifier.
        model: ``vgg16``, ``resnet50`` or ``senet50``.
        weights: ``vggface``: the published ones, or those that the user imported.
        input_tensor: None.
        input_shape: height, width and 3; with the classifier 224, 224, 3.
        pooling: without the classifier: ``avg``, ``max``, or None for the feature map.
        classes: None, or as many as the network has.

    Raises:
        ValueError: an argument that keras-vggface refuses too.
        NotImplementedError: one that kith cannot do; the message says what can.
        ModelError: the weights cannot be had.
    """
    if model not in _CARDS:
        raise ValueError(f"model is one of {', '.join(_CARDS)}, not {model!r}")
    if weights != "vggface" or input_tensor is not None:
        raise NotImplementedError(
            "kith loads the published weights, or yours after `kith models import`; it has no "
            "random weights and no graphs to build on. " + _CANNOT_TRAIN
        )
    card, store = find_card(_CARDS[model]), ModelStore()
    if include_top and classes not in (None, card.classes):
        raise ValueError(f"{model} has {card.classes} classes, not {classes}")
    shape = _checked_shape(model, input_shape, include_top)
    output, result = _output(model, shape, pooling, card.classes if include_top else 0)
    graph = find_graph(card, store, output=output)
    name = f"vggface_{model}"
    return Network(
        name, load_graph(graph, picture=shape[:2]), output, ((None, *shape), (None, *result))
    )


def _checked_shape(
    model: str, asked: Sequence[int] | None, include_top: bool
) -> tuple[int, int, int]:
    shape = _SHAPE if asked is None else tuple(asked)
    if include_top and shape != _SHAPE:
        raise ValueError(f"with the classifier input_shape is {_SHAPE}, not {shape}")
    least = 48 if model == "vgg16" else _LEAST
    if len(shape) != 3 or shape[2] != 3 or min(shape[:2]) < least:
        raise ValueError(
            f"input_shape is height, width and 3 channels, at least {least} × {least}; not {shape}"
        )
    return shape[0], shape[1], 3


def _output(
    model: str, shape: tuple[int, int, int], pooling: str | None, classes: int
) -> tuple[str, tuple[int, ...]]:
    """Return the name and the shape, without the batch, of what is asked for."""
    if classes:
        return CLASSIFIER, (classes,)
    channels = 512 if model == "vgg16" else 2048
    if pooling in ("avg", "max"):
        return ("average" if pooling == "avg" else "max"), (channels,)
    if pooling is not None:
        raise ValueError(f"pooling is None, 'avg' or 'max', not {pooling!r}")
    if model == "vgg16":
        return "features", (shape[0] // _STRIDE, shape[1] // _STRIDE, channels)
    return "features", (*(_places(length) for length in shape[:2]), channels)


def _places(length: int) -> int:
    """Return how many rows or columns are left of a picture's after the last pooling."""
    length = (-(-length // 2) - 3) // 2 + 1
    return -(-length // 8) // _WINDOW
