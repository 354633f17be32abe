"""A camera for benchmarks: a film played at its own pace, of which the newest frame is taken.

It uses OpenCV alone, which every engine's environment has. A frame that nobody has taken when the
next one comes is dropped, as a camera does it.
"""

from __future__ import annotations

import argparse
import json
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import cv2

Frames = Sequence[Any]
"""BGR arrays, as OpenCV reads them."""

Answer = Callable[[Any, float], "Sequence[str]"]
"""From a BGR frame and its second to the names that stand on it."""

RATE = 30.0


@dataclass(slots=True)
class Answered:
    """One frame that was answered: its number, when it was due, and when it was done."""

    index: int
    due: float
    done: float
    names: Sequence[str]


class Camera:
    """Gives the newest frame of a film that is played over and over."""

    def __init__(self, frames: Frames, seconds: float) -> None:
        self._frames = frames
        self._count = round(seconds * RATE)
        self._ready = threading.Condition()
        self._newest: tuple[int, float] | None = None
        self._ended = False

    def play(self) -> None:
        """Show the frames at their times; run this in a thread."""
        began = time.perf_counter()
        for index in range(self._count):
            due = began + index / RATE
            time.sleep(max(0.0, due - time.perf_counter()))
            with self._ready:
                self._newest = index, due
                self._ready.notify()
        with self._ready:
            self._ended = True
            self._ready.notify()

    def taken(self) -> Iterator[tuple[int, float, Any]]:
        """Yield number, due time and pixels of the newest frame, each one once."""
        while True:
            with self._ready:
                self._ready.wait_for(lambda: self._newest is not None or self._ended)
                if self._newest is None:
                    return
                index, due = self._newest
                self._newest = None
            yield index, due, self._frames[index % len(self._frames)].copy()


def main(engine: str, load: Callable[[str], Answer]) -> None:
    """Run one engine before the camera and print its figures as a line of JSON.

    Args:
        engine: its name.
        load: makes the answering function of a folder of people's photos.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("--film", required=True)
    parser.add_argument("--people", required=True)
    parser.add_argument("--seconds", type=float, default=20.0)
    given = parser.parse_args()
    frames = _read(given.film)
    answer = load(given.people)
    for index, frame in enumerate(frames[:10]):  # what is built at first use is not a delay
        answer(frame, index / RATE)
    answer = load(given.people)
    camera = Camera(frames, given.seconds)
    player = threading.Thread(target=camera.play)
    busy = time.process_time()
    player.start()
    answered = []
    for index, due, frame in camera.taken():
        names = answer(frame, index / RATE)
        answered.append(Answered(index, due, time.perf_counter(), names))
    player.join()
    print(json.dumps(_figures(engine, answered, given.seconds, time.process_time() - busy)))


def _figures(
    engine: str, answered: Sequence[Answered], seconds: float, busy: float
) -> dict[str, Any]:
    delays = sorted(1000 * (one.done - one.due) for one in answered)
    first = next((one.index / RATE for one in answered if one.names), None)
    return {
        "engine": engine,
        "frames_per_second": len(answered) / seconds,
        "p50_ms": statistics.median(delays),
        "p95_ms": delays[int(0.95 * (len(delays) - 1))],
        "worst_ms": delays[-1],
        "cores": busy / seconds,
        "first_name_s": first,
        "named": statistics.fmean(len(one.names) for one in answered),
        "names": sorted({name for one in answered for name in one.names}),
    }


def _read(film: str) -> Frames:
    reader = cv2.VideoCapture(film)
    frames = []
    while True:
        there, frame = reader.read()
        if not there:
            break
        frames.append(frame)
    reader.release()
    return frames
