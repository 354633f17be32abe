"""Compare kith's MTCNN with facenet-pytorch 2.6.0 and mtcnn 1.0.0: the same faces, and how fast.

Each engine runs in a process of its own, with two threads, and answers in turn. Times are on the
clock and, behind them, of the processor: with ``--threads 1`` the latter holds on a machine that
has other work, too. A peer's face is matched where one of ours overlaps it by 0.9 (intersection
over union); its landmarks agree where none is further away than 2 % of the box's width.
``--ablate`` turns each of the settings in which the peers differ back to the other's, which shows
what it is worth.

    python benchmarks/mtcnn.py --photos FOLDER
    python benchmarks/mtcnn.py --portrait ONE.jpg --group SIX.jpg
    python benchmarks/mtcnn.py --photos FOLDER --limit 400 --ablate
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

import engines
from engines import Peer
from pipeline import BenchmarkError, cache_folder, machine, sample

Faces = npt.NDArray[np.float64]
"""N × 15: left, top, right, bottom, score, five points."""

PEERS = {
    "facenet-pytorch": Peer(
        "facenet-pytorch",
        requirements=(
            "torch==2.13.0",
            "numpy==1.26.*",
            "opencv-python-headless<4.13",
            "pillow",
            "requests",
            "tqdm",
        ),
        # Its own requirements name a torch of two years ago, with CUDA.
        bare=("facenet-pytorch==2.6.0",),
    ),
    "mtcnn": Peer(
        "mtcnn", requirements=("mtcnn==1.0.0", "tensorflow-cpu==2.21.*", "opencv-python-headless")
    ),
}
SAME_AS = {"kith": "facenet-pytorch", "kith as mtcnn": "mtcnn"}
"""Our two settings, and the peer that each follows."""

ABLATIONS = {
    "whole pixels": {"whole_pixels": True},
    "corrected after overlaps": {"refine_first": False},
    "dropped boxes drop none": {"chained": False},
    "threshold 0.7 at the end": {"thresholds": (0.6, 0.7, 0.7)},
}
"""What of facenet-pytorch's way is put into mtcnn's, one thing at a time."""

SIZES = ((640, 480), (1280, 720))
MATCHED, NEAR = 0.9, 0.02


class Server:
    """An engine's process, waiting for photos."""

    def __init__(self, name: str, command: Sequence[str], threads: int) -> None:
        self.name = name
        # Our packages must not get into a peer's environment. A pool that spins while it waits
        # would take time from the engine whose turn it is.
        environment = {
            key: value
            for key, value in os.environ.items()
            if name not in PEERS or not key.startswith("PYTHON")
        }
        environment |= {
            "OMP_NUM_THREADS": str(threads),
            "OMP_WAIT_POLICY": "PASSIVE",
            "MTCNN_THREADS": str(threads),
        }
        self._child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
        )

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self._child.kill()
        self._child.wait()

    def ask(self, photo: Path, size: tuple[int, int] | None = None) -> tuple[list[float], Faces]:
        """Return two times and the faces of a photo, brought to a size first where one is given."""
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        try:
            self._child.stdin.write(json.dumps({"path": str(photo), "size": size}) + "\n")
            self._child.stdin.flush()
            answer: dict[str, Any] = json.loads(self._child.stdout.readline())
        except (BrokenPipeError, json.JSONDecodeError) as error:
            raise BenchmarkError(f"{self.name} ended at {photo}") from error
        if "error" in answer:
            raise BenchmarkError(f"{self.name}: {photo}: {answer['error']}")
        return answer["ms"], np.array(answer["faces"], float).reshape(-1, 15)


@dataclass
class Agreement:
    """How far one engine's faces are another's."""

    theirs: int = 0
    ours: int = 0
    matched: int = 0
    near: int = 0

    def add(self, ours: Faces, theirs: Faces) -> None:
        self.ours += len(ours)
        self.theirs += len(theirs)
        left = list(range(len(ours)))
        for face in theirs:
            shares = [overlap(face[:4], ours[index, :4]) for index in left]
            if not shares or max(shares) < MATCHED:
                continue
            ours_same = ours[left.pop(int(np.argmax(shares)))]
            self.matched += 1
            away = np.abs(ours_same[5:] - face[5:]).max()
            self.near += bool(away <= NEAR * (face[2] - face[0]))

    def __str__(self) -> str:
        every = max(self.theirs, 1)
        return (
            f"{self.theirs} faces, {100 * self.matched / every:6.2f} % matched, "
            f"{100 * (self.ours - self.matched) / every:5.2f} % extra, landmarks of "
            f"{100 * self.near / max(self.matched, 1):6.2f} % within {NEAR:.0%}"
        )


def overlap(a: Faces, b: Faces) -> float:
    sides = np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])
    shared = float(np.prod(np.maximum(sides, 0)))
    return shared / float(np.prod(a[2:] - a[:2]) + np.prod(b[2:] - b[:2]) - shared)


def commands(work: Path, kith_python: str, ablate: bool) -> Iterator[tuple[str, list[str]]]:
    """Make the peers ready and name every engine with the command that starts it."""
    script = str(engines.RUNNERS / "serve_mtcnn.py")
    engines.PEERS.update(PEERS)
    for name in PEERS:
        yield name, [engines.prepare(name, work, kith_python).python, script, name]
    variants: dict[str, dict[str, object]] = {"kith": {}, "kith as mtcnn": {}}
    if ablate:
        variants |= ABLATIONS
    for name, changes in variants.items():
        preset = "facenet-pytorch" if name == "kith" else "mtcnn"
        yield name, [kith_python, script, "kith", preset, json.dumps(changes)]


def compare(servers: dict[str, Server], photos: Sequence[Path]) -> None:
    """Print how far the engines find the same faces."""
    pairs = [(name, SAME_AS.get(name, "mtcnn")) for name in servers if name not in PEERS]
    pairs.append(("facenet-pytorch", "mtcnn"))
    agreements = {pair: Agreement() for pair in pairs}
    for count, photo in enumerate(photos):
        found = {name: server.ask(photo)[1] for name, server in servers.items()}
        for (ours, theirs), agreement in agreements.items():
            agreement.add(found[ours], found[theirs])
        if count % 50 == 0:
            engines.say(f"{count} of {len(photos)} photos")
    print(f"agreement over {len(photos)} photos")
    for (ours, theirs), agreement in agreements.items():
        print(f"  {ours:25} against {theirs:15} {agreement}")


def time(servers: dict[str, Server], photo: Path, rounds: int) -> None:
    """Print milliseconds per photo, of interleaved rounds, and ratios of their medians."""
    for size in SIZES:
        took: dict[str, list[list[float]]] = {name: [] for name in servers}
        found = {name: len(server.ask(photo, size)[1]) for name, server in servers.items()}
        for _ in range(rounds):
            for name, server in servers.items():
                took[name].append(server.ask(photo, size)[0])
        medians = {name: np.median(values, axis=0) for name, values in took.items()}
        print(f"{photo.name} at {size[0]}×{size[1]}")
        for name, (clock, processor) in medians.items():
            ratios = (clock, processor) / medians["kith"]
            print(
                f"  {name:16} {found[name]} faces  {clock:7.1f} ms, {ratios[0]:5.2f}x kith;  "
                f"processor {processor:7.1f} ms, {ratios[1]:5.2f}x"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    add = parser.add_argument
    add("--photos", type=Path, metavar="DIR", help="photos for the agreement")
    add("--limit", type=int, metavar="N", help="that many of them, evenly spaced")
    add("--ablate", action="store_true", help="turn single settings back")
    add("--portrait", type=Path, metavar="FILE", help="a photo of one face, for the times")
    add("--group", type=Path, metavar="FILE", help="a photo of several faces, for the times")
    add("--rounds", type=int, default=15)
    add("--threads", type=int, default=2, help="of each engine")
    add("--kith-python", default=sys.executable, metavar="PYTHON")
    add("--work", type=Path, default=cache_folder(), metavar="DIR", help="environments")
    given = parser.parse_args()
    try:
        photos = sample(given.photos, given.limit) if given.photos else []
        given.work.mkdir(parents=True, exist_ok=True)
        print(json.dumps(machine()))
        with ExitStack() as stack:
            servers = {
                name: stack.enter_context(Server(name, command, given.threads))
                for name, command in commands(given.work.resolve(), given.kith_python, given.ablate)
            }
            if photos:
                compare(servers, photos)
            timed = {name: s for name, s in servers.items() if name not in ABLATIONS}
            for photo in (given.portrait, given.group):
                if photo is not None:
                    time(timed, photo.resolve(), given.rounds)
    except BenchmarkError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
