"""How fast faces to learn from are made ready, with each change and all; and memory over many.

    python benchmarks/loader.py [--side 112] [--threads 1] [--rows 1000 20000] [--seconds 3]

The squares are made: smooth colours with fine detail, that JPEG takes as long over as photos.
Each number of rows is a process of its own: an epoch over them, and its peak memory.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import children

if TYPE_CHECKING:
    from kith.training.data import Loader
    from kith.training.records import TrainingSet

CHANGES = ("flip", "crop", "colour", "jpeg", "blur", "masks")
PEOPLE, PHOTOS = 16, 4


def make(folder: Path, rows: int, side: int) -> None:
    """Write squares, and as many painted ones, five of each person."""
    import cv2
    import numpy as np

    from kith.training.data import rim_for
    from kith.training.data.keeping import KeptCrops

    random, rim = np.random.default_rng(0), rim_for(side)
    length = side + 2 * rim
    for kind in ("plain", "painted"):
        with KeptCrops(folder, kind, side, rim) as kept:
            for row in range(rows):
                coarse = random.integers(30, 220, (6, 6, 3), dtype=np.uint8)
                smooth = cv2.resize(coarse, (length, length), interpolation=cv2.INTER_CUBIC)
                fine = cv2.GaussianBlur(random.normal(0, 30, smooth.shape), (0, 0), 1.0)
                square = np.clip(smooth + fine, 0, 255).astype(np.uint8)
                kept.keep(f"{row:064x}", square)


def opened(folder: Path, rows: int, side: int) -> TrainingSet:
    import numpy as np

    from kith.training.data import rim_for
    from kith.training.data.keeping import KeptCrops
    from kith.training.records import TrainingSet

    digests = tuple(f"{row:064x}" for row in range(rows))
    with (
        KeptCrops(folder, "plain", side, rim_for(side)) as plain,
        KeptCrops(folder, "painted", side, rim_for(side)) as painted,
    ):
        squares = plain.crops(digests), painted.crops(digests)
    person = (np.arange(rows) // 5).astype(np.int32)
    people = tuple(f"person {number}" for number in range(int(person[-1]) + 1))
    return TrainingSet(*squares, person, people, digests, digests, (), (), "")


def loader(found: TrainingSet, names: tuple[str, ...], threads: int) -> Loader:
    from kith.training.data import Augment, Loader, Plan, hold_out

    split = hold_out(found, 0.0, seed=0)
    plan = Plan(split.classes, people=PEOPLE, photos=PHOTOS, seed=0)
    augment = Augment(names, found.crops.side, found.crops.rim)
    return Loader(found, split, plan, augment, seed=0, threads=threads)


def rate(made: Loader, seconds: float) -> float:
    """Squares a second, the first batch not counted."""
    done, epoch, began, until = 0, 0, 0.0, float("inf")
    while True:
        for batch in made.epoch(epoch):
            if not began:
                began = time.perf_counter()
                until = began + seconds
                continue
            done += len(batch.rows)
            if time.perf_counter() > until:
                return done / (time.perf_counter() - began)
        epoch += 1


def speed(folder: Path, arguments: argparse.Namespace) -> dict[str, float]:
    found = opened(folder, arguments.rows[0], arguments.side)
    sets = {"none": (), **{name: (name,) for name in CHANGES}}
    sets |= {"all but masks": CHANGES[:-1], "all": CHANGES}
    return {
        name: rate(loader(found, names, arguments.threads), arguments.seconds)
        for name, names in sets.items()
    }


def through(folder: Path, rows: int, arguments: argparse.Namespace) -> dict[str, float]:
    """One epoch, with all changes: of each person's five squares four are read."""
    made = loader(opened(folder, rows, arguments.side), CHANGES, arguments.threads)
    began, done = time.perf_counter(), 0
    for batch in made.epoch(0):
        done += len(batch.rows)
    return {"squares": done, "squares_per_second": done / (time.perf_counter() - began)}


def child(arguments: argparse.Namespace, task: str, rows: int) -> children.Child:
    command = [sys.executable, __file__, "--task", task, "--folder", str(arguments.folder)]
    command += ["--side", str(arguments.side), "--threads", str(arguments.threads)]
    command += ["--rows", str(rows), "--seconds", str(arguments.seconds)]
    return children.run(task, command, {**os.environ, "OMP_NUM_THREADS": "1"})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--side", type=int, default=112)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000, 20_000])
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--task", choices=["make", "speed", "through"], help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    rows = arguments.rows[0]
    if arguments.task == "make":
        make(arguments.folder, rows, arguments.side)
    elif arguments.task == "speed":
        print(json.dumps(speed(arguments.folder, arguments)))
    elif arguments.task == "through":
        print(json.dumps(through(arguments.folder, rows, arguments)))
    else:
        everything(arguments)


def everything(arguments: argparse.Namespace) -> None:
    print(f"{arguments.side} × {arguments.side} pixels, {arguments.threads} thread(s)")
    for number, rows in enumerate(arguments.rows):
        with tempfile.TemporaryDirectory() as folder:
            arguments.folder = Path(folder)
            child(arguments, "make", rows)
            size = sum(path.stat().st_size for path in arguments.folder.glob("*.crops"))
            if not number:
                for name, found in json.loads(child(arguments, "speed", rows).stdout).items():
                    print(f"  {name:14} {found:8,.0f} squares/s", flush=True)
            done = child(arguments, "through", rows)
            found = json.loads(done.stdout)
            print(
                f"  {rows:7,} rows, {size / 2**20:6,.0f} MiB on the disk: "
                f"{found['squares']:7,} squares read, peak {done.peak_mib:5.0f} MiB, "
                f"{found['squares_per_second']:6,.0f} squares/s",
                flush=True,
            )


if __name__ == "__main__":
    main()
