"""The networks, as ``keras_vggface.vggface`` has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

import numpy as np

from kith.errors import NotOffered
from kith.models import ModelStore
from kith.models.catalogue import card as find_card
from kith.models.graphs import CLASSIFIER, find_graph
from kith.models.session import OnnxSession

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
_Shape: TypeAlias = "tuple[int | None, int | None, int]"
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
        self,
        name: str,
        session: Session,
        output: str,
        shapes: tuple[tuple[int | None, ...], ...],
        least: int,
    ) -> None:
        self.name = name
        self.inputs = [Tensor("input_1", shapes[0])]
        self.outputs = [Tensor(output, shapes[1])]
        self._session = session
        self._least = least

    @property
    def input(self) -> Tensor:
        """The only one of `inputs`."""
        return self.inputs[0]

    @property
    def output(self) -> Tensor:
        """The only one of `outputs`."""
        return self.outputs[0]

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
        **_: Any,
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
        self._check(samples.shape)
        batch = np.ascontiguousarray(samples.transpose(0, 3, 1, 2))
        step = max(1, batch_size or 32)
        parts = [self._run(batch[start : start + step]) for start in range(0, len(batch), step)]
        if not parts:
            return np.empty((0, *(length or 0 for length in self.output_shape[1:])), np.float32)
        return np.concatenate(parts)

    def predict_on_batch(self, x: npt.ArrayLike) -> npt.NDArray[np.float32]:
        """Return `predict` of x, all at once."""
        return self.predict(x, batch_size=len(np.asarray(x)))

    def __call__(self, x: npt.ArrayLike) -> npt.NDArray[np.float32]:
        """Return `predict` of x."""
        return self.predict(x)

    def summary(self) -> None:
        """Print name, input and output."""
        print(f"{self.name}: {self.inputs[0]} -> {self.outputs[0]}")  # noqa: T201  as Keras does

    def fit(self, *_: Any, **__: Any) -> NoReturn:
        """Raise: this network is for running."""
        raise NotOffered(_CANNOT_TRAIN)

    compile = fit_generator = train_on_batch = evaluate = fit

    def __getattr__(self, name: str) -> NoReturn:
        """Raise: what is not here is not lost by accident."""
        raise AttributeError(
            f"kith's {type(self).__name__} has no {name!r}: it predicts, and tells its inputs and "
            f"outputs. {_CANNOT_TRAIN}"
        )

    def get_layer(self, *_: Any, **__: Any) -> NoReturn:
        """Raise: the layers are inside one graph."""
        raise NotOffered(
            "kith runs the network as one graph without layers: pooling None, 'avg' and 'max' "
            "give what comes before the classifier; kith.Recognizer(embedder='vggface-vgg16') "
            "gives fc7, 'vggface-vgg16+fc6' the layer before. " + _CANNOT_TRAIN
        )

    def _check(self, shape: tuple[int, ...]) -> None:
        wanted = self.input_shape[1:]
        fits = len(shape) == 4 and all(
            want in (None, length) for want, length in zip(wanted, shape[1:], strict=True)
        )
        if not fits or (None in wanted and min(shape[1:3]) < self._least):
            free = f", at least {self._least} × {self._least}" if None in wanted else ""
            raise ValueError(
                f"{self.name} takes pictures of shape (N, {', '.join(map(str, wanted))}){free}, "
                f"not {shape}"
            )

    def _run(self, batch: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        found = self._session.run(batch)[0]
        return np.moveaxis(found, 1, -1) if found.ndim == 4 else found


def VGGFace(  # noqa: N802  the name that programs know
    include_top: bool = True,
    model: str = "vgg16",
    weights: str | None = "vggface",
    input_tensor: Any = None,
    input_shape: Sequence[int | None] | None = None,
    pooling: str | None = None,
    classes: int | None = None,
) -> Network:
    """Load a network, as keras-vggface does; the arguments are its own, in its order.

    Args:
        include_top: with the classifier.
        model: ``vgg16``, ``resnet50`` or ``senet50``.
        weights: ``vggface``: the published ones, or those that the user imported.
        input_tensor: None.
        input_shape: height, width and 3; with the classifier 224, 224, 3. Without it None, or
            None for height and width, takes pictures of any size.
        pooling: without the classifier: ``avg``, ``max``, or None for the feature map.
        classes: None, or as many as the network has.

    Raises:
        ValueError: an argument that keras-vggface refuses too.
        NotOffered: one that kith cannot do; the message says what can.
        ModelError: the weights cannot be had.
    """
    if model not in _CARDS:
        raise ValueError(f"model is one of {', '.join(_CARDS)}, not {model!r}")
    if weights != "vggface" or input_tensor is not None:
        raise NotOffered(
            "kith loads the published weights, or yours after `kith models import`; it has no "
            "random weights and no graphs to build on. " + _CANNOT_TRAIN
        )
    card, store = find_card(_CARDS[model]), ModelStore()
    if include_top and classes not in (None, card.classes):
        raise ValueError(f"{model} has {card.classes} classes, not {classes}")
    least = 48 if model == "vgg16" else _LEAST
    shape = _checked_shape(input_shape, include_top, least)
    output, result = _output(model, shape, pooling, card.classes if include_top else 0)
    graph = find_graph(card, store, output=output)
    height, width, _ = shape
    picture = (height, width) if height is not None and width is not None else None
    # No pipeline runs calls side by side here: one call takes all cores.
    session = OnnxSession(graph.path, picture=picture, threads=0)
    return Network(f"vggface_{model}", session, output, ((None, *shape), (None, *result)), least)


def _checked_shape(asked: Sequence[int | None] | None, include_top: bool, least: int) -> _Shape:
    if asked is None:
        return _SHAPE if include_top else (None, None, 3)
    try:
        shape = tuple(None if length is None else int(length) for length in asked)
    except (TypeError, ValueError):
        raise ValueError(f"input_shape is height, width and 3 channels, not {asked!r}") from None
    if include_top and shape != _SHAPE:
        raise ValueError(f"with the classifier input_shape is {_SHAPE}, not {shape}")
    small = any(length is not None and length < least for length in shape[:2])
    if len(shape) != 3 or shape[2] != 3 or small:
        raise ValueError(
            f"input_shape is height, width and 3 channels, at least {least} × {least}; not {shape}"
        )
    return shape[0], shape[1], 3


def _output(
    model: str, shape: _Shape, pooling: str | None, classes: int
) -> tuple[str, tuple[int | None, ...]]:
    """Return the name and the shape, without the batch, of what is asked for."""
    if classes:
        return CLASSIFIER, (classes,)
    channels = 512 if model == "vgg16" else 2048
    if pooling in ("avg", "max"):
        return ("average" if pooling == "avg" else "max"), (channels,)
    if pooling is not None:
        raise ValueError(f"pooling is None, 'avg' or 'max', not {pooling!r}")
    places = [None if length is None else _places(model, length) for length in shape[:2]]
    return "features", (*places, channels)


def _places(model: str, length: int) -> int:
    """Return how many rows or columns are left of a picture's after the last pooling."""
    if model == "vgg16":
        return length // _STRIDE
    length = (-(-length // 2) - 3) // 2 + 1
    return -(-length // 8) // _WINDOW
