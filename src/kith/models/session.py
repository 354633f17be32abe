"""The runtime behind a small protocol, so that another one can take its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import onnxruntime

from kith.errors import DeviceUnavailable, ModelCorrupt
from kith.models.graphs import find_graph

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    import numpy.typing as npt

    from kith.models.card import ModelCard, Weights
    from kith.models.graphs import Graph
    from kith.models.store import ModelStore

DEVICES = ("cpu", "cuda", "openvino", "openvino:bf16")
"""What kith runs on; behind the colon the precision, where it is not float32."""


class Session(Protocol):
    """A loaded network. Safe to call from several threads at once."""

    @property
    def precision(self) -> str:
        """Of its numbers, as an embedding contract names it: ``float32``, ``bfloat16``."""

    def run(self, batch: npt.NDArray[np.float32]) -> list[npt.NDArray[np.float32]]:
        """Return the outputs for a batch (N × 3 × H × W), in the graph's order."""


class OnnxSession:
    """A network in onnxruntime, by default one thread per call: pipelines run calls side by side.

    Args:
        path: of an ONNX file.
        device: ``cpu`` or ``cuda``.
        picture: height and width of every input; None: they vary.
        threads: that share the work of one call; 0: one for each core.

    Raises:
        ModelCorrupt: the file is not an ONNX model.
        DeviceUnavailable: the device cannot be started.
    """

    precision = "float32"

    def __init__(
        self,
        path: Path,
        device: str = "cpu",
        picture: tuple[int, int] | None = None,
        threads: int = 1,
    ) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # onnxruntime remembers a memory plan for every input shape it ever saw; with photos of
        # all sizes that is a leak.
        options.enable_mem_pattern = picture is not None
        for name, length in zip(("height", "width"), picture or (), strict=False):
            options.add_free_dimension_override_by_name(name, length)
        try:
            self._session = onnxruntime.InferenceSession(
                str(path), options, providers=[_provider(device)]
            )
        except onnxruntime.capi.onnxruntime_pybind11_state.InvalidProtobuf as error:
            raise ModelCorrupt(f"{path.name} is not an ONNX model: {error}") from error
        if self._session.get_providers()[0] != _provider(device):
            # onnxruntime itself goes on with the CPU where a device cannot be started.
            raise DeviceUnavailable(
                f"device {device!r} is there but onnxruntime cannot start it (driver, libraries?); "
                "mend that, or use device 'cpu'"
            )
        self._input = self._session.get_inputs()[0].name

    def run(self, batch: npt.NDArray[np.float32]) -> list[npt.NDArray[np.float32]]:
        """Return the outputs for a batch (N × 3 × H × W), in the graph's order."""
        outputs: list[npt.NDArray[np.float32]] = self._session.run(None, {self._input: batch})
        return outputs


def open_session(
    card: ModelCard, store: ModelStore, device: str = "cpu", file: Weights | None = None
) -> Session:
    """Load a card's network: pulled if need be, checked, made ready for the runtime.

    Args:
        card: of the network.
        store: where its files are.
        device: one of `DEVICES`.
        file: of a network that has several; None: the first.

    Raises:
        ModelError: no source has the weights, they are not the card's, their licence is not
            accepted, or the device is not there.
        MissingExtra: the device needs a package that is not installed.
    """
    check_device(device)
    picture = (card.input.height, card.input.width) if card.input.width else None
    return load_graph(find_graph(card, store, file), device, picture)


def load_graph(
    graph: Graph, device: str = "cpu", picture: tuple[int, int] | None = None
) -> Session:
    """Load a graph that was found.

    Args:
        graph: a verified one.
        device: one of `DEVICES`.
        picture: height and width of every input; None: they vary.

    Raises:
        ModelError, MissingExtra: as for `open_session`.
    """
    if device.startswith("openvino"):
        from kith.models.openvino_session import OpenVinoSession

        return OpenVinoSession(graph.path, device.partition(":")[2] or "f32", picture)
    return OnnxSession(graph.path, device, picture)


def check_device(device: str) -> None:
    """Raise unless a device is known and there; nothing is loaded.

    Raises:
        DeviceUnavailable: kith does not know it, or the runtime does not have it.
        MissingExtra: it needs a package that is not installed.
    """
    if device not in DEVICES:
        raise DeviceUnavailable(
            f"device {device!r} is not known; kith runs on: {', '.join(DEVICES)}"
        )
    if device.startswith("openvino"):
        from kith.models.openvino_session import require_openvino

        require_openvino(device.partition(":")[2] or "f32")
    else:
        _provider(device)


def _provider(device: str) -> str:
    name = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider"}[device]
    if name not in onnxruntime.get_available_providers():
        raise DeviceUnavailable(
            f"device {device!r} is not available in the installed onnxruntime; "
            "use device 'cpu', or install onnxruntime-gpu in place of onnxruntime"
        )
    return name
