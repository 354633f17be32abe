"""From a browser's camera to the answer on the page: the round trip at 640 × 480.

Chromium shows the page of a `kith serve` of its own; a made-up film of one person who is known and
one who is not stands in for its camera. The page measures from taking a picture off the video to
the answer being drawn: encoding, sending, finding and recognising, and the way back.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

import kith
from kith import samples
from kith.samples.clip import Actor, heads, make_clip
from live import stroll

SIZE = (640, 480)
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)


def make_camera(folder: Path) -> tuple[Path, Path]:
    """Write the camera's film and a gallery with the first of its people."""
    source = samples.folder("celebrities") / "train"
    actors = []
    with kith.Recognizer() as recognizer:
        gallery = folder / "people.kith"
        for number, person in enumerate(("jerry_seinfeld", "mindy_kaling")):
            photos = sorted((source / person).glob("*.jpg"))
            if number == 0:
                with kith.Gallery(gallery, recognizer=recognizer) as people:
                    people.enroll("Jerry Seinfeld", photos[10:14])
            actors.append(Actor(heads(photos[:5], recognizer), stroll(number, 2, SIZE)))
    film = folder / "camera.mjpeg"
    make_clip(film, actors, size=SIZE, rate=30, seconds=12)
    return film, gallery


def measure(page: Page, address: str, seconds: float) -> dict[str, str]:
    """Return the figures that the page shows after so many seconds before the camera."""
    page.goto(address)
    page.get_by_role("button", name="Start the camera").click()
    page.locator("#faces .face").filter(has_text="Jerry Seinfeld").wait_for()
    page.wait_for_timeout(1000 * seconds)
    figures: dict[str, str] = page.locator("#figures").evaluate("(node) => ({...node.dataset})")
    return figures


def main() -> None:
    """Serve, look, print one line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=15.0, help="before the camera")
    parser.add_argument("--rounds", type=int, default=1)
    given = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("needs Chromium: apt install chromium")
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        film, gallery = make_camera(Path(place))
        command = [sys.executable, "-m", "kith", "serve", "--port", "0", "--json", "--quiet"]
        server = subprocess.Popen(
            [*command, "--gallery", gallery], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        try:
            assert server.stdout is not None
            address = json.loads(server.stdout.readline())["url"]
            flags = [*FLAGS, f"--use-file-for-fake-video-capture={film}"]
            browser = playwright.chromium.launch(executable_path=chromium, args=flags)
            for _ in range(given.rounds):
                page = browser.new_page()
                found = measure(page, address, given.seconds)
                page.close()
                print(
                    f"round trip p50 {found['median']} ms, p95 {found['most']} ms over the last "
                    f"{found['count']} pictures, {found['rate']} pictures/s"
                )
            browser.close()
        finally:
            server.terminate()
            server.wait(30)


if __name__ == "__main__":
    main()
