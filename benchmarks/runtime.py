"""Compare ways to run an embedder on one CPU thread: as shipped, rewritten, and OpenVINO.

Prints milliseconds per face (median of interleaved rounds), ratios, and how far the unit vectors
are from the original graph's. OpenVINO is used where it is installed (`pip install openvino`).

    python benchmarks/runtime.py sface arcface-mbf edgeface-s
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime

from kith.models import ModelCard, ModelStore
from kith.models.catalogue import card
from kith.models.session import prepared

Run = Callable[[npt.NDArray[np.float32]], npt.NDArray[np.float32]]


def onnx(path: Path) -> Run:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return lambda batch: session.run(None, {name: batch})[0]


def openvino(path: Path) -> Run | None:
    try:
        import openvino as ov
    except ImportError:
        return None
    core = ov.Core()
    model = core.read_model(str(path))
    model.reshape([1, 3, 112, 112])
    hints = {"INFERENCE_NUM_THREADS": 1, "INFERENCE_PRECISION_HINT": "f32", "NUM_STREAMS": 1}
    request = core.compile_model(model, "CPU", hints).create_infer_request()
    return lambda batch: next(iter(request.infer([batch]).values()))


def compare(wanted: ModelCard, store: ModelStore, rounds: int) -> None:
    original, rewritten = store.path(wanted), prepared(wanted, store)
    runs: dict[str, Run] = {"as shipped": onnx(original), "rewritten": onnx(rewritten)}
    if (vino := openvino(rewritten)) is not None:
        runs["OpenVINO f32"] = vino
    crops = np.random.default_rng(0).integers(0, 256, (16, 1, 3, 112, 112)).astype(np.float32)
    crops = (crops - wanted.input.mean) * np.float32(wanted.input.scale)
    vectors = {
        name: unit(np.concatenate([run(crop) for crop in crops])) for name, run in runs.items()
    }
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            began = time.perf_counter()
            for crop in crops:
                run(crop)
            times[name].append((time.perf_counter() - began) / len(crops) * 1e3)
    base = statistics.median(times["as shipped"])
    for name in runs:
        took = statistics.median(times[name])
        away = float(np.abs(vectors[name] - vectors["as shipped"]).max())
        print(
            f"{wanted.id:12} {name:13} {took:6.2f} ms  {base / took:4.2f}x  "
            f"largest difference of a unit vector {away:.1e}"
        )


def unit(rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="*", default=["sface"])
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    store = ModelStore()
    for name in arguments.models:
        compare(card(name), store, arguments.rounds)


if __name__ == "__main__":
    main()
