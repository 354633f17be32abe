"""How many times faster than it plays a film is gone through, and what memory a long one takes.

Speed: `kith.timeline` over a film of 1920 × 1080 with one or two people, next to a plain loop that
treats every frame as a photo. Memory: a follower that is shown 100,000 frames, resident memory
every 10,000.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import tempfile
import time
from pathlib import Path

import kith
from kith import samples
from kith.media.films import Frame, open_film
from kith.samples.clip import Actor, heads, make_clip, render
from kith.tracking import Follower
from live import stroll

SIZE = (1920, 1080)
SECONDS = 20.0
RATE = 25.0


def actors(people: int, recognizer: kith.Recognizer, size: tuple[int, int]) -> list[Actor]:
    """Return people who walk to and fro."""
    source = sorted((samples.folder("celebrities") / "train").iterdir())
    return [
        Actor(heads(sorted(person.glob("*.jpg"))[1:6], recognizer), stroll(number, people, size))
        for number, person in enumerate(source[:people])
    ]


def speed(recognizer: kith.Recognizer, rounds: int) -> None:
    """Print how many times faster than it plays a film is gone through."""
    print(f"1920 × 1080, {SECONDS:g} s at {RATE:g} frames/s, times faster than it plays")
    print(f"{'people':>6} {'timeline':>9} {'every frame a photo':>20} {'ratio':>6}")
    source = sorted((samples.folder("celebrities") / "train").iterdir())
    for people in (1, 2):
        with tempfile.TemporaryDirectory() as place:
            film = Path(place) / "film.mp4"
            make_clip(film, actors(people, recognizer, SIZE), size=SIZE, rate=RATE, seconds=SECONDS)
            with kith.Gallery(Path(place) / "people.kith", recognizer=recognizer) as gallery:
                for person in source[:people]:
                    gallery.enroll(person.name, sorted(person.glob("*.jpg"))[:1])
                pairs = [(timeline(film, gallery), plain(film, gallery)) for _ in range(rounds)]
        ours, loop = (statistics.median(values) for values in zip(*pairs, strict=True))
        print(f"{people:6} {ours:8.1f}× {loop:19.2f}× {ours / loop:6.1f}", flush=True)


def timeline(film: Path, gallery: kith.Gallery) -> float:
    """Return how many times faster than it plays `kith.timeline` reads a film."""
    began = time.perf_counter()
    kith.timeline(film, gallery)
    return SECONDS / (time.perf_counter() - began)


def plain(film: Path, gallery: kith.Gallery, frames: int = 50) -> float:
    """Return the same of a loop that identifies every frame, by its first frames."""
    began = time.perf_counter()
    with open_film(film) as opened:
        for number, frame in enumerate(opened.frames()):
            if number == frames:
                break
            gallery.identify(frame.pixels)
    return frames / RATE / (time.perf_counter() - began)


def memory(recognizer: kith.Recognizer, frames: int) -> None:
    """Print resident memory while a follower is shown frames, two people coming and going."""
    cast = actors(2, recognizer, (640, 360))
    shown = [render(cast, index / RATE, (640, 360)) for index in range(150)]
    shown += [render([], 0.0, (640, 360))] * 50
    print(f"{'frames':>8} {'MiB':>6} {'frames/s':>9} {'tracks':>7}")
    with tempfile.TemporaryDirectory() as place:
        gallery = kith.Gallery(Path(place) / "people.kith", recognizer=recognizer)
        follower = Follower(recognizer, gallery.identify_faces)
        began, tracks, every = time.perf_counter(), 0, max(1, frames // 10)
        for index in range(frames):
            frame = Frame.of_pixels(shown[index % len(shown)], index, index / RATE)
            tracks += len(follower.step(frame).left)
            if (index + 1) % every == 0:
                rate = (index + 1) / (time.perf_counter() - began)
                print(f"{index + 1:8} {resident():6.0f} {rate:9.0f} {tracks:7}", flush=True)
        gallery.close()


def resident() -> float:
    """Return this process's resident memory, in MiB; its peak where that is all one can know."""
    status = Path("/proc/self/statm")
    if status.exists():
        return int(status.read_text().split()[1]) * resource.getpagesize() / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10


def main() -> None:
    """Print what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--frames", type=int, default=100_000, help="shown for the memory")
    parser.add_argument("--only", choices=("speed", "memory"))
    given = parser.parse_args()
    with kith.Recognizer() as recognizer:
        if given.only != "memory":
            speed(recognizer, given.rounds)
        if given.only != "speed":
            memory(recognizer, given.frames)


if __name__ == "__main__":
    main()
