"""Time ResNet50, SENet50 and VGG16 on one CPU thread: kith, bare onnxruntime, PyTorch eager.

Random weights: the published files are large and their numbers do not change how long a network
takes. Prints milliseconds per picture (median of interleaved rounds), how many times kith's the
others need, and how far their results are from kith's. PyTorch, which is no part of kith, runs
where it is installed (`pip install torch==2.13.0`).

    python benchmarks/classic.py resnet50 senet50 vgg16 --batches 1 8
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime

from kith.models.importers import vgg16, vggface2
from kith.models.rewrite import only
from kith.models.session import OnnxSession

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from reference.runs import random_tensors, reference_pictures

Array = npt.NDArray[np.float32]
Run = Callable[[Array], Array]

BUILD = {
    "vgg16": vgg16.build,
    "resnet50": vggface2.build_resnet50,
    "senet50": vggface2.build_senet50,
}


def kith(path: Path) -> Run:
    session = OnnxSession(path)
    return lambda batch: session.run(batch)[0]


def bare(path: Path) -> Run:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return lambda batch: session.run(None, {"input": batch})[0]


def eager(network: str) -> Run | None:
    try:
        import eager as networks
    except ImportError:
        return None
    return networks.run(network, random_tensors(network, 0, classifier=False))


def compare(network: str, batches: Iterable[int], rounds: int, folder: Path) -> None:
    whole, path = folder / f"{network}.onnx", folder / f"{network}.average.onnx"
    whole.write_bytes(BUILD[network](random_tensors(network, 0, classifier=False)))
    path.write_bytes(only(whole, "average")[0])
    runs = {"kith": kith(path), "onnxruntime": bare(path)}
    if (by_torch := eager(network)) is not None:
        runs["torch eager"] = by_torch
    pixels = reference_pictures(network, "224x224", 0).transpose(0, 3, 1, 2)
    for count in batches:
        batch = np.ascontiguousarray(np.resize(pixels, (count, *pixels.shape[1:])))
        results = {name: run(batch) for name, run in runs.items()}
        times: dict[str, list[float]] = {name: [] for name in runs}
        for _ in range(rounds):
            for name, run in runs.items():
                began = time.perf_counter()
                run(batch)
                times[name].append((time.perf_counter() - began) * 1e3 / count)
        base = statistics.median(times["kith"])
        for name in runs:
            took = statistics.median(times[name])
            away = np.abs(results[name] - results["kith"]).max() / np.abs(results["kith"]).max()
            print(
                f"{network:9} batch {count}  {name:12} {took:7.2f} ms  {took / base:5.2f}x  "
                f"largest relative difference {away:.1e}",
                flush=True,
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("networks", nargs="*", metavar="NETWORK", help="default: all three")
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 8])
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for network in arguments.networks or BUILD:
            compare(network, arguments.batches, arguments.rounds, Path(folder))


if __name__ == "__main__":
    main()
