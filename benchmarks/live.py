"""From a camera's frame to its answer: kith, a plain loop over every frame, and deepface's stream.

A made-up film of three people, two of them known by three photos each, is played at 30 frames a
second and 1280 × 720; the newest frame is answered and those in between are dropped. Every engine
sees the same frames. With ``--people 1`` only one walks about.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

import numpy as np

import children
import engines
import kith
from kith import samples
from kith.media import save_picture
from kith.samples.clip import Actor, Place, heads, make_clip
from kith.types import Box

SIZE = (1280, 720)
SECONDS = 12.0


def stroll(number: int, of: int, size: tuple[int, int] = SIZE) -> Place:
    """Return a way to and fro in a part of the picture of one's own."""
    middle, width = size[0] * (number + 0.5) / of, size[1] / 2

    def place(time: float) -> Box:
        x = middle + 60 * np.sin(2 * np.pi * time / 6 + number)
        y = size[1] / 2 + 30 * np.sin(2 * np.pi * time / 4 + 2 * number)
        return Box(float(x) - width / 2, float(y) - width / 2, width, width)

    return place


def make_film(folder: Path, people: int) -> tuple[Path, Path]:
    """Write the film, and a folder with three photos each of the known people."""
    source = samples.folder("celebrities") / "train"
    known = folder / "people"
    known.mkdir()
    actors = []
    with kith.Recognizer() as recognizer:
        for number, person in enumerate(sorted(source.iterdir())[:people]):
            cut = heads(sorted(person.glob("*.jpg"))[:8], recognizer, side=360)
            if number < max(1, people - 1):
                for place, photo in enumerate((cut[0], *cut[6:8]), 1):
                    save_picture(photo, known / f"{person.name} ({place}).png")
            actors.append(Actor(cut[1:6], stroll(number, people)))
    film = folder / "film.mp4"
    make_clip(film, actors, size=SIZE, rate=30, seconds=SECONDS)
    return film, known


def main() -> None:
    """Make the film, run each engine before it in turn, print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=3, help="on the picture, 1 to 5")
    parser.add_argument("--seconds", type=float, default=20.0, help="before the camera")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--only", default="kith,plain,deepface")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "bench-work")
    given = parser.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        film, known = make_film(Path(place), given.people)
        print(f"{'':12} {'frames/s':>8} {'p50 ms':>7} {'p95 ms':>7} {'worst':>7} {'cores':>6} "
              f"{'first name s':>12}  names a frame, who")  # fmt: skip
        for name in given.only.split(",") * given.rounds:
            run(name, film, known, given.seconds, given.work)


def run(name: str, film: Path, known: Path, seconds: float, work: Path) -> None:
    """Run one engine and print its line."""
    if name == "deepface":
        engine = engines.prepare(name, work, sys.executable)
        python, env = engine.python, dict(engine.env)
    else:
        python, env = sys.executable, dict(os.environ)
    script = str(engines.RUNNERS / f"watch_{name}.py")
    command = [python, script, "--film", str(film), "--people", str(known)]
    child = children.run(name, [*command, "--seconds", str(seconds)], env)
    figures = json.loads(child.stdout.splitlines()[-1])
    first = figures["first_name_s"]
    print(
        f"{figures['engine']:12} {figures['frames_per_second']:8.1f} {figures['p50_ms']:7.1f} "
        f"{figures['p95_ms']:7.1f} {figures['worst_ms']:7.1f} {figures['cores']:6.2f} "
        f"{'never' if first is None else f'{first:.2f}':>12}  "
        f"{figures['named']:.2f}, {', '.join(figures['names'])}",
        flush=True,
    )


if __name__ == "__main__":
    main()
