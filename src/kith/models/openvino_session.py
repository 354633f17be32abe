"""OpenVINO as the runtime: the CPU alone, in float32 or bfloat16."""

from __future__ import annotations

import os
import threading
from functools import cache
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

import numpy as np

from kith.errors import DeviceUnavailable, MissingExtra, ModelCorrupt

if TYPE_CHECKING:
    import numpy.typing as npt

PRECISIONS: dict[str, str] = {"f32": "float32", "bf16": "bfloat16"}
"""How OpenVINO and an embedding contract name them."""

OWN_GRAPH = 2
"""Batches up to this size get a graph compiled for just their shape, where pictures are all of one
size: 10 to 30 % faster than one for any shape. Larger ones share one."""

CACHED_KERNELS = 1000
"""Kernels kept for shapes seen before: YuNet's for more than 20 sizes of pictures. OpenVINO's own
5,000 hold half a gigabyte once photos of all sizes went through, these 0.2."""

_BF16_FLAGS = frozenset({"avx512_bf16", "amx_bf16"})
_CPU_INFO = Path("/proc/cpuinfo")


class OpenVinoSession:
    """A network in OpenVINO on the CPU, one thread per call: the pipeline runs calls side by side.

    Args:
        path: of an ONNX file.
        precision: of the computation: ``f32``, or ``bf16``, which keeps 8 bits of each factor and
            is faster for it; inputs and outputs are float32 anyway.
        picture: height and width of every input; None: they vary.

    Attributes:
        precision: as an embedding contract names it.

    Raises:
        MissingExtra: OpenVINO is not installed.
        DeviceUnavailable: this CPU does not compute in this precision.
        ModelCorrupt: the file is not a network that OpenVINO can read.
    """

    def __init__(
        self, path: Path, precision: str = "f32", picture: tuple[int, int] | None = None
    ) -> None:
        require_openvino(precision)
        self.precision = PRECISIONS[precision]
        self._path = path
        self._hints = _hints(precision)
        self._picture = picture
        self._graphs: dict[int | None, _Requests] = {}
        self._compiling = threading.Lock()
        self._requests(1)  # what cannot be compiled is to fail now

    def run(self, batch: npt.NDArray[np.float32]) -> list[npt.NDArray[np.float32]]:
        """Return the outputs for a batch (N × 3 × H × W), in the graph's order."""
        return self._requests(len(batch)).run(batch)

    def _requests(self, count: int) -> _Requests:
        own = count if self._picture is not None and count <= OWN_GRAPH else None
        with self._compiling:
            if own not in self._graphs:
                self._graphs[own] = _Requests(self._compile(own))
            return self._graphs[own]

    def _compile(self, count: int | None) -> Any:
        model = self._read()
        if count is not None and self._picture is not None:
            model.reshape([count, 3, *self._picture])
        try:
            return _core().compile_model(model, "CPU", self._hints)
        except RuntimeError as error:
            raise ModelCorrupt(
                f"OpenVINO cannot run {self._path.name} ({_first_line(error)}); use device 'cpu'"
            ) from error

    def _read(self) -> Any:
        try:
            return _core().read_model(str(self._path))
        except RuntimeError as error:
            raise ModelCorrupt(
                f"{self._path.name} is not an ONNX model: {_first_line(error)}"
            ) from error


class _Requests:
    """A compiled network's requests: as many as were ever needed at once, each for one caller."""

    def __init__(self, compiled: Any) -> None:
        self._compiled = compiled
        self._idle: SimpleQueue[Any] = SimpleQueue()

    def run(self, batch: npt.NDArray[np.float32]) -> list[npt.NDArray[np.float32]]:
        try:
            request = self._idle.get_nowait()
        except Empty:
            request = self._compiled.create_infer_request()
        request.infer([batch], share_inputs=True, share_outputs=True)
        # The request's own memory is overwritten by its next caller.
        found = [np.array(tensor.data) for tensor in request.output_tensors]
        self._idle.put(request)
        return found


def require_openvino(precision: str = "f32") -> None:
    """Raise unless OpenVINO is installed and computes in a precision on this machine.

    Raises:
        MissingExtra: it is not installed.
        DeviceUnavailable: this CPU has no instructions for the precision.
    """
    try:
        import openvino  # noqa: F401
    except ImportError:
        raise MissingExtra(
            "device 'openvino' needs OpenVINO, which is not installed: pip install 'kith[openvino]'"
        ) from None
    if precision == "bf16" and not _has_bf16():
        raise DeviceUnavailable(
            "this CPU has no bfloat16 instructions (avx512_bf16, amx_bf16) that kith can see; "
            "use device 'openvino'"
        )


@cache
def _core() -> Any:
    import openvino

    return openvino.Core()


def _hints(precision: str) -> dict[str, Any]:
    """Return OpenVINO's settings: as many streams as CPUs, and one thread for each."""
    cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return {
        "INFERENCE_PRECISION_HINT": precision,
        "INFERENCE_NUM_THREADS": cpus,
        "NUM_STREAMS": cpus,
        # Detector and embedder would both be pinned to the first CPUs.
        "ENABLE_CPU_PINNING": False,
        "CPU_RUNTIME_CACHE_CAPACITY": CACHED_KERNELS,
    }


def _has_bf16() -> bool:
    """Tell whether this CPU multiplies bfloat16 by instructions of its own.

    OpenVINO says so too of CPUs where it only imitates it, slower than float32 is. The flags
    stand in a file of Linux; elsewhere nobody tells, and the answer is no.
    """
    if "BF16" not in _core().get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
        return False
    try:
        return not _BF16_FLAGS.isdisjoint(_CPU_INFO.read_text("utf-8", "replace").split())
    except OSError:
        return False


def _first_line(error: Exception) -> str:
    """Return OpenVINO's reason without the places in its source, which come first."""
    lines = [line.strip() for line in str(error).splitlines()]
    said = [line for line in lines if line and not line.startswith(("Exception from", "Check "))]
    return said[0][:200] if said else type(error).__name__
