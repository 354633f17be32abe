"""One engine that runs MTCNN: waits for photos, a line of JSON each, and answers with a line.

Started by ``mtcnn.py`` with that engine's own Python: ``serve_mtcnn.py ENGINE``; kith is also told
whose settings to take, and changes to them. A request names a photo and, for a timing, the size to
bring it to; the answer has milliseconds, and faces as left, top, right, bottom, score, five points.
"""

from __future__ import annotations

import json
import os
import sys
import time
import types
from collections.abc import Callable

import cv2
import numpy as np

THREADS = int(os.environ.get("MTCNN_THREADS", "2"))

Detect = Callable[[np.ndarray], np.ndarray]
"""RGB pixels in; N × 15 out."""

uncounted = np.zeros(2)
"""Seconds, on the clock and of the processor, in a stand-in for a part of a peer."""


def kith(preset: str, changes: str) -> Detect:
    import dataclasses

    from kith.detection import mtcnn
    from kith.models import ModelStore
    from kith.models.catalogue import card
    from kith.models.session import open_session

    store, wanted = ModelStore(), card("mtcnn")
    networks = [open_session(wanted, store, file=file) for file in wanted.files]
    presets = {"facenet-pytorch": mtcnn.FACENET_PYTORCH, "mtcnn": mtcnn.MTCNN_1_0}
    settings = dataclasses.replace(presets[preset], **json.loads(changes))
    detector = mtcnn.Mtcnn(*networks, settings, threads=THREADS)

    def detect(pixels: np.ndarray) -> np.ndarray:
        found = detector.detect(pixels)
        corners = np.concatenate([found.boxes[:, :2], found.boxes[:, :2] + found.boxes[:, 2:]], 1)
        return np.concatenate([corners, found.scores[:, None], found.points.reshape(-1, 10)], 1)

    return detect


def facenet_pytorch() -> Detect:
    import torch

    # Wheels of torchvision for a torch without CUDA are not on PyPI; one function of it is needed.
    stand_in_for_torchvision(torch)
    from facenet_pytorch import MTCNN

    torch.set_num_threads(THREADS)
    detector = MTCNN(keep_all=True, select_largest=False, device="cpu")

    def detect(pixels: np.ndarray) -> np.ndarray:
        boxes, scores, points = detector.detect(pixels, landmarks=True)
        if boxes is None:
            return np.empty((0, 15))
        columns = [boxes, scores[:, None], points.reshape(-1, 10)]
        return np.concatenate(columns, 1).astype(float)

    return detect


def mtcnn() -> Detect:
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import tensorflow

    tensorflow.config.threading.set_intra_op_parallelism_threads(THREADS)
    tensorflow.config.threading.set_inter_op_parallelism_threads(THREADS)
    from mtcnn import MTCNN

    detector = MTCNN(device="CPU:0")

    def detect(pixels: np.ndarray) -> np.ndarray:
        options = {"fit_to_image": False, "output_type": "numpy", "box_format": "xyxy"}
        rows = np.asarray(detector.detect_faces(pixels, **options), float)
        if not len(rows):
            return np.empty((0, 15))
        points = np.stack([rows[:, 6:11], rows[:, 11:16]], axis=2).reshape(-1, 10)
        return np.concatenate([rows[:, 1:6], points], 1)

    return detect


def stand_in_for_torchvision(torch: types.ModuleType) -> None:
    """Put a numpy non-maximum suppression in torchvision's place; its time is not counted."""

    def batched_nms(boxes, scores, pictures, limit):  # type: ignore[no-untyped-def]
        began = clocks()
        offset = pictures.to(boxes) * (boxes.max() + 1 if len(boxes) else 0)
        kept = greedy((boxes + offset[:, None]).numpy(), scores.numpy(), limit)
        uncounted[:] += clocks() - began
        return torch.from_numpy(kept)

    for name, content in (
        ("torchvision", {"__path__": []}),
        ("torchvision.ops", {"__path__": []}),
        ("torchvision.ops.boxes", {"batched_nms": batched_nms}),
        ("torchvision.transforms", {"functional": None}),
    ):
        sys.modules[name] = types.ModuleType(name)
        vars(sys.modules[name]).update(content)


SETTLE = 0.05
"""Seconds until threads that decoded the photo, or another engine's, wait without turning."""


def clocks() -> np.ndarray:
    return np.array([time.perf_counter(), time.process_time()])


def greedy(boxes: np.ndarray, scores: np.ndarray, limit: float) -> np.ndarray:
    order = np.argsort(-scores, kind="stable")
    area = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    kept = []
    while order.size:
        best, rest = order[0], order[1:]
        kept.append(best)
        low = np.maximum(boxes[best, :2], boxes[rest, :2])
        high = np.minimum(boxes[best, 2:], boxes[rest, 2:])
        shared = np.prod(np.maximum(high - low, np.float32(0)), axis=1)
        order = rest[shared / (area[best] + area[rest] - shared) <= limit]
    return np.array(kept, np.int64)


def answer(detect: Detect, path: str, size: list[int] | None) -> dict[str, object]:
    image = cv2.imread(path, cv2.IMREAD_COLOR)
    if image is None:
        return {"error": "cannot be decoded"}
    if size is not None:
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    pixels = np.ascontiguousarray(image[..., ::-1])
    time.sleep(SETTLE)
    before = clocks() - uncounted
    faces = detect(pixels)
    took = (clocks() - uncounted - before) * 1e3
    return {"ms": took.tolist(), "faces": np.asarray(faces, float).tolist()}


def main() -> None:
    engine, *options = sys.argv[1:]
    # Libraries may print; the answers go where standard output was.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    loaders = {"kith": kith, "facenet-pytorch": facenet_pytorch, "mtcnn": mtcnn}
    detect = loaders[engine](*options)
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps(answer(detect, **request)), file=answers, flush=True)


if __name__ == "__main__":
    main()
