"""Live frames over a real server: the round trip, and memory over many frames.

A made-up film of somebody who walks to and fro is sent as a camera's JPEGs at 640 × 480, 30 a
second, with at most two on the way, as the page does. ``--frames`` sends so many more as fast as
they are answered, and prints what the server's memory is meanwhile.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
from websockets.asyncio.client import ClientConnection, connect

import kith
from kith import samples
from kith.media.films import open_film
from kith.samples.clip import Actor, heads, make_clip
from live import stroll

SIZE = (640, 480)
RATE = 30
IN_FLIGHT = 2


def make_frames(folder: Path, people: int) -> tuple[list[bytes], Path]:
    """Return JPEGs of some seconds, and a gallery that knows the first person."""
    source = sorted((samples.folder("celebrities") / "train").iterdir())
    gallery = folder / "people.kith"
    actors = []
    with kith.Recognizer() as recognizer:
        for number, person in enumerate(source[:people]):
            photos = sorted(person.glob("*.jpg"))[:8]
            cut = heads(photos, recognizer, side=240)
            actors.append(Actor(cut[1:6], stroll(number, people, SIZE)))
        with kith.Gallery(gallery, recognizer=recognizer) as known:
            known.enroll(source[0].name, sorted(source[0].glob("*.jpg"))[8:])
    film = folder / "film.mp4"
    make_clip(film, actors, size=SIZE, rate=RATE, seconds=6.0)
    frames = []
    with open_film(film) as opened:
        for frame in opened.frames():
            bgr = np.ascontiguousarray(frame.pixels[..., ::-1])
            frames.append(cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes())
    return frames + frames[::-1], gallery


async def camera(
    socket: ClientConnection, frames: list[bytes], seconds: float
) -> tuple[list[float], list[float]]:
    """Send as a camera does; return the round trips and the server's share, in milliseconds."""
    sent: dict[int, float] = {}
    trips, shares = [], []

    async def read() -> None:
        async for text in socket:
            answer = json.loads(text)
            if answer["type"] != "frame":
                continue
            trips.append(1000 * (time.perf_counter() - sent[answer["seq"]]))
            shares.append(answer["ms"])
            for number in [each for each in sent if each <= answer["seq"]]:
                del sent[number]

    reading = asyncio.create_task(read())
    began = time.perf_counter()
    for number in range(round(seconds * RATE)):
        await asyncio.sleep(max(0.0, began + number / RATE - time.perf_counter()))
        if len(sent) < IN_FLIGHT:
            sent[number] = time.perf_counter()
            await socket.send(number.to_bytes(4, "big") + frames[number % len(frames)])
    await asyncio.sleep(0.2)
    reading.cancel()
    await asyncio.wait([reading])
    return trips, shares


def resident(process: int) -> float:
    """Return the memory that a process holds, in MiB."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


async def drive(socket: ClientConnection, frames: list[bytes], count: int, process: int) -> None:
    """Send frames as fast as they are answered, and print the memory ten times."""
    step = max(1, count // 10)
    for number in range(count):
        await socket.send(number.to_bytes(4, "big") + frames[number % len(frames)])
        while json.loads(await socket.recv())["type"] != "frame":
            pass
        if number % step == step - 1:
            print(f"{number + 1:8,} frames  {resident(process):7.1f} MiB")


async def measure(url: str, frames: list[bytes], chosen: argparse.Namespace, process: int) -> None:
    """Print what a client sees of the server at an address."""
    async with connect(f"{url}v1/live", compression=None, proxy=None) as socket:
        await socket.recv()
        trips, shares = await camera(socket, frames, chosen.seconds)
        print(
            f"{chosen.people} people, {len(trips) / chosen.seconds:.1f} frames/s; "
            f"round trip p50 {np.percentile(trips, 50):.1f} ms, "
            f"p95 {np.percentile(trips, 95):.1f} ms; "
            f"of that the server p50 {np.percentile(shares, 50):.1f} ms, "
            f"p95 {np.percentile(shares, 95):.1f} ms"
        )
        await drive(socket, frames, chosen.frames, process)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--people", type=int, default=1)
    parser.add_argument("--frames", type=int, default=0)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        frames, gallery = make_frames(Path(folder), chosen.people)
        command = [sys.executable, "-m", "kith", "serve", "--port", "0", "--json", "--quiet"]
        with subprocess.Popen(
            [*command, "--gallery", str(gallery)], stdout=subprocess.PIPE, text=True
        ) as server:
            assert server.stdout is not None
            try:
                url = json.loads(server.stdout.readline())["url"].replace("http", "ws", 1)
                asyncio.run(measure(url, frames, chosen, server.pid))
            finally:
                server.terminate()


if __name__ == "__main__":
    main()
