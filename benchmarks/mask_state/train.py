"""Train the network that tells who wears a mask, and measure it on photos it has not seen.

    python benchmarks/mask_state/train.py DATA --work FOLDER
    python benchmarks/mask_state/train.py DATA --work FOLDER --out src/kith/masks/mask_state.onnx

DATA holds ``facemask_boxes`` (photos with marked faces; see ``benchmarks/masks.py``) and folders of
photos on which nobody wears a mask: ``lfw_dev/images`` (a folder for each person), and whichever
of the others are there. The second form, after the first, trains on everything and writes the file;
its sha256 belongs on the card in ``kith.models.cards.mask_state``.

Photos and people are dealt to five folds; each figure is of photos that the network which is asked
has not learned from. Needs PyTorch, for which kith itself has no use. About an hour on two cores;
what is made on the way is kept in FOLDER and used again.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import torch
from draw import deal
from network import Network, write
from torch.nn import functional

from crops import BIG, NO_FACE, WIDER, Crop, Cutter, keep, kept, photos_of
from kith.detection import open_detector
from kith.detection.yunet import YuNet
from kith.masks import Painter
from kith.masks.state import SIDE, STATES
from kith.models import ModelStore
from kith.models.catalogue import card
from kith.models.session import open_session
from kith.types import MaskState
from masks import FOLDS

PER_FOLD = 20_000
"""Pictures that each fold gives."""

EPOCHS, BATCH, RATE = 3, 128, 4e-3
PRIOR = np.array([1.0, 0.3, -0.5, 0.0])
"""Logarithms: how much more often bare and masked faces are met than they are drawn."""

BARE: dict[str, Callable[[Path], str]] = {
    "lfw_dev/images": lambda path: path.parent.name,
    "five_celebrity/dataset": lambda path: path.parent.name,
    "deepface_tests": lambda path: path.name,
    "facenet_pytorch_images": lambda path: path.name,
    "face_recognition_examples": lambda path: path.name,
    "keras_vggface_image": lambda path: path.name,
    "mtcnn_images": lambda path: path.name,
}
"""Folders of bare faces, and what keeps photos of one person in one fold."""


def gathered(data: Path) -> list[Crop]:
    """Return every crop there is to learn from."""
    store = ModelStore()
    cutter = Cutter(YuNet(open_session(card("yunet"), store)), np.random.default_rng(0))
    find, painter = open_detector("yunet", store).detect, Painter(store)
    crops = list(cutter.marked(data / "facemask_boxes"))
    for name, group in BARE.items():
        crops += cutter.bare(photos_of(data / name), group, find, painter)
        print(f"{name}: {len(crops):,} crops in all", flush=True)
    return crops


def learned(pictures: npt.NDArray[np.uint8], labels: npt.NDArray[np.int64], seed: int) -> Network:
    """Train one network on N pictures."""
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    network = Network().to(memory_format=torch.channels_last)
    steps = len(pictures) // BATCH
    optimizer = torch.optim.AdamW(network.parameters(), RATE, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, RATE, total_steps=steps * EPOCHS, pct_start=0.1
    )
    for epoch in range(EPOCHS):
        order, losses, start = random.permutation(len(pictures)), [], time.monotonic()
        for step in range(steps):
            chosen = np.sort(order[step * BATCH : (step + 1) * BATCH])
            seen = torch.from_numpy(pictures[chosen]).permute(0, 3, 1, 2).float()
            seen = (seen.flip(3) if random.random() < 0.5 else seen).contiguous(
                memory_format=torch.channels_last
            )
            with torch.autocast("cpu", torch.bfloat16):
                logits = network(seen)
            wanted = torch.from_numpy(labels[chosen])
            loss = functional.cross_entropy(logits.float(), wanted, label_smoothing=0.02)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            losses.append(loss.item())
        took = time.monotonic() - start
        print(f"  epoch {epoch + 1}: loss {np.mean(losses):.3f}, {took:.0f} s", flush=True)
    return network.eval()


def centred(crop: Crop) -> npt.NDArray[np.uint8]:
    """Return what the network sees of a crop, where nothing is moved."""
    zoom = SIDE * WIDER / BIG
    matrix = np.array([[zoom, 0, SIDE / 2 - zoom * BIG / 2], [0, zoom, SIDE / 2 - zoom * BIG / 2]])
    seen = cv2.warpAffine(np.ascontiguousarray(crop.pixels), matrix, (SIDE, SIDE))
    return np.asarray(seen, np.uint8)


@torch.no_grad()
def answers(network: Network, crops: Sequence[Crop]) -> npt.NDArray[np.float64]:
    """Return the logits (N × 4) of crops."""
    parts = []
    for start in range(0, len(crops), 256):
        seen = np.stack([centred(crop) for crop in crops[start : start + 256]])
        parts.append(network(torch.from_numpy(seen).permute(0, 3, 1, 2).float()).numpy())
    return np.concatenate(parts).astype(np.float64)


def temperature(logits: npt.NDArray[np.float64], labels: npt.NDArray[np.int64]) -> float:
    """Return what the logits of real faces must be divided by to be probabilities' logarithms."""

    def cost(by: float) -> float:
        scaled = logits[:, :3] / by
        scaled = scaled - scaled.max(axis=1, keepdims=True)
        chosen = scaled[np.arange(len(labels)), labels]
        return float(np.mean(np.log(np.exp(scaled).sum(axis=1)) - chosen))

    return float(min(np.geomspace(0.5, 3.0, 61), key=cost))


def told(logits: npt.NDArray[np.float64]) -> npt.NDArray[np.intp]:
    return np.asarray((logits + PRIOR)[:, :3].argmax(axis=1))


def report(crops: Sequence[Crop], logits: npt.NDArray[np.float64]) -> None:
    """Print what is said of faces that were not learned from."""
    labels = np.array([crop.label for crop in crops])
    kinds = np.array([crop.kind for crop in crops])
    widths = np.array([crop.width for crop in crops])
    said = told(logits)
    for least in (0, 20):
        rows = (kinds == "real") & (widths >= least)
        table = np.zeros((3, 3), int)
        np.add.at(table, (labels[rows], said[rows]), 1)
        print(f"marked faces from {least} pixels: rows are true, columns told")
        for state, row in zip(STATES, table, strict=True):
            place = STATES.index(state)
            right = table[place, place]
            precision = right / max(table[:, place].sum(), 1)
            print(
                f"  {state:6s} {row.tolist()}  precision {precision:.3f}"
                f"  recall {right / max(row.sum(), 1):.3f}"
            )
    bare = (kinds == "bare") & (labels == STATES.index(MaskState.NONE))
    counts = [int((said[bare] == place).sum()) for place in range(3)]
    print(f"bare faces: {dict(zip(STATES, counts, strict=True))}")
    nothing = logits[:, NO_FACE] > np.logaddexp.reduce(logits[:, :3], axis=1)
    print(
        f"no face: {nothing[labels == NO_FACE].mean():.3f} of what is none, "
        f"{nothing[labels != NO_FACE].mean():.3f} of faces"
    )


def dealt(crops: Sequence[Crop], work: Path) -> list[tuple[npt.NDArray, npt.NDArray]]:
    """Return the pictures and labels of each fold."""
    folds = []
    for fold in range(FOLDS):
        file = work / f"fold{fold}.npz"
        if not file.exists():
            mine = [crop for crop in crops if crop.fold == fold]
            pictures, labels = deal(mine, PER_FOLD, np.random.default_rng(fold))
            np.savez(file, pictures=pictures, labels=labels)
            print(f"fold {fold}: {len(mine):,} crops, {len(labels):,} pictures", flush=True)
        with np.load(file) as cards:
            folds.append((cards["pictures"], cards["labels"]))
    return folds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--work", type=Path, required=True, help="folder for what is kept")
    parser.add_argument("--out", type=Path, help="train on everything and write this file")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    arguments.work.mkdir(parents=True, exist_ok=True)
    file = arguments.work / "crops.npz"
    if not file.exists():
        keep(gathered(arguments.data), file)
    crops = kept(file)
    folds = dealt(crops, arguments.work)
    if arguments.out is not None:
        pictures, labels = (np.concatenate(part) for part in zip(*folds, strict=True))
        heat = float(np.load(arguments.work / "answers.npz")["temperature"])
        network = learned(pictures, labels, 0)
        write(network, arguments.out, heat, PRIOR)
        print(hashlib.sha256(arguments.out.read_bytes()).hexdigest(), arguments.out.stat().st_size)
        return
    logits, networks = np.zeros((len(crops), len(STATES) + 1)), []
    for fold in range(FOLDS):
        print(f"without fold {fold}", flush=True)
        rest = [folds[other] for other in range(FOLDS) if other != fold]
        network = learned(*(np.concatenate(part) for part in zip(*rest, strict=True)), fold)
        mine = [index for index, crop in enumerate(crops) if crop.fold == fold]
        logits[mine] = answers(network, [crops[index] for index in mine])
        networks.append(network)
    real = [index for index, crop in enumerate(crops) if crop.kind == "real"]
    heat = temperature(logits[real], np.array([crops[index].label for index in real]))
    print(f"temperature {heat:.2f}")
    for fold, network in enumerate(networks):
        write(network, arguments.work / f"without{fold}.onnx", heat, PRIOR)
    logits /= heat
    np.savez(arguments.work / "answers.npz", logits=logits, temperature=heat)
    report(crops, logits)


if __name__ == "__main__":
    sys.exit(main())
