"""The runtime behind a small protocol, so that another one can take its place."""

from __future__ import annotations

import hashlib
import logging
import os
from typing import TYPE_CHECKING, Protocol

import onnxruntime

from kith.errors import DeviceUnavailable, ModelCorrupt
from kith.models.home import unwritable

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    import numpy.typing as npt

    from kith.models.card import ModelCard
    from kith.models.store import ModelStore

log = logging.getLogger(__name__)


class Session(Protocol):
    """A loaded network. Safe to call from several threads at once."""

    def run(self, batch: npt.NDArray[np.float32]) -> list[npt.NDArray[np.float32]]:
        """Return the outputs for a batch (N × 3 × H × W), in the graph's order."""


class OnnxSession:
    """A network in onnxruntime, one thread per call: the pipeline runs calls side by side."""

    def __init__(self, path: Path, device: str = "cpu", *, fixed_shape: bool = True) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # onnxruntime remembers a memory plan for every input shape it ever saw; with photos of
        # all sizes that is a leak.
        options.enable_mem_pattern = fixed_shape
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


def open_session(card: ModelCard, store: ModelStore, device: str = "cpu") -> OnnxSession:
    """Load a card's network: pulled if need be, checked, rewritten for speed.

    Raises:
        ModelError: no source has the weights, they are not the card's, their licence is not
            accepted, or the device is not there.
    """
    _provider(device)
    path = prepared(card, store)
    return OnnxSession(path, device, fixed_shape=card.input.width > 0)


def prepared(card: ModelCard, store: ModelStore) -> Path:
    """Return the rewritten graph of a card, made at first use and kept beside its weights.

    Its sha256 stands in a file of its own and is checked before every use, as the weights' is.
    """
    from kith.models.rewrite_version import VERSION

    weights = store.location(card)
    graph = weights.with_name(f"{weights.stem}.{card.weights.sha256[:12]}.r{VERSION}.onnx")
    digest = graph.with_suffix(".sha256")
    store.require_licence(card)
    if _is_intact(graph, digest):
        return graph
    from filelock import FileLock

    source = store.path(card)
    try:
        with FileLock(f"{graph}.lock"):
            if not _is_intact(graph, digest):
                log.info("rewriting %s for onnxruntime", card.id)
                _rewrite(card, source, graph, digest)
    except OSError as error:
        raise unwritable(store.home, error) from error
    return graph


def _provider(device: str) -> str:
    names = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider"}
    if device not in names:
        raise DeviceUnavailable(f"device {device!r} is not known; kith runs on: cpu, cuda")
    if names[device] not in onnxruntime.get_available_providers():
        raise DeviceUnavailable(
            f"device {device!r} is not available in the installed onnxruntime; "
            "use device 'cpu', or install onnxruntime-gpu in place of onnxruntime"
        )
    return names[device]


def _is_intact(graph: Path, digest: Path) -> bool:
    try:
        expected = digest.read_text("ascii").strip()
        with graph.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == expected
    except (FileNotFoundError, UnicodeDecodeError):
        return False


def _rewrite(card: ModelCard, source: Path, graph: Path, digest: Path) -> None:
    # Imported here: reading ONNX as a graph is needed once per model, not at every start.
    from kith.models import rewrite

    passes = rewrite.YUNET if card.id == "yunet" else rewrite.EMBEDDING
    encoded = rewrite.rewrite(source.read_bytes(), passes)
    for path, content in (
        (graph, encoded),
        (digest, hashlib.sha256(encoded).hexdigest().encode("ascii")),
    ):
        part = path.with_name(f"{path.name}.{os.getpid()}.part")
        part.write_bytes(content)
        part.replace(path)
