"""A real browser in front of a real server, and films that stand in for its camera."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Playwright,
    expect,
    sync_playwright,
)

from kith.samples.clip import Actor, heads, make_clip, walk
from kith.server.settings import Settings
from server.running import Served, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import kith

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP kith.test 127.0.0.1",
)
FAKE = "--use-fake-device-for-media-stream"
SPEECH = """
window.said = [];
Object.defineProperty(window, "speechSynthesis", { value: {
  speak(words) {
    window.said.push({ text: words.text, lang: words.lang });
    setTimeout(() => words.onend?.(new Event("end")));
  },
  cancel() {},
  getVoices() { return []; },
} });
"""
"""A voice that can be read; the browser of the tests has none."""

EXPECTED = ("Failed to load resource", "WebSocket", "Cross-Origin-Opener-Policy")
"""What a browser says of a status of 400 and more, which the page tells in words of its own, of a
server that is gone, and of a header that means nothing where there is no safe connection."""

SIZE = 640, 480
PATIENCE = 30_000
"""Milliseconds; generous, for machines that are busy."""

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def chromium() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            return found
    pytest.skip("needs Chromium: apt install chromium")


@pytest.fixture(scope="session")
def playwright(chromium: str) -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def known_photos(celebrities: Path) -> list[Path]:
    """Jerry Seinfeld, from the front."""
    return [celebrities / "train" / "jerry_seinfeld" / f"{n:02}.jpg" for n in (3, 8, 14, 20)]


@pytest.fixture(scope="session")
def other_photos(celebrities: Path) -> list[Path]:
    """Mindy Kaling, from the front."""
    return [celebrities / "train" / "mindy_kaling" / f"{n:02}.jpg" for n in (1, 5, 6, 21)]


@pytest.fixture(scope="session")
def camera_of_one(
    celebrities: Path, recognizer: kith.Recognizer, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A camera that sees Jerry Seinfeld, who turns his head to both sides."""
    file = tmp_path_factory.mktemp("camera") / "one.mjpeg"
    one = Actor(_turning(celebrities, recognizer), walk((300, 250), (340, 235), 300, seconds=6))
    make_clip(file, [one], size=SIZE, rate=20, seconds=7)
    return file


@pytest.fixture(scope="session")
def camera_of_two(
    celebrities: Path,
    other_photos: list[Path],
    recognizer: kith.Recognizer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """A camera that sees Jerry Seinfeld on its left and Mindy Kaling on its right."""
    file = tmp_path_factory.mktemp("camera") / "two.mjpeg"
    known, other = _turning(celebrities, recognizer), heads(other_photos, recognizer, side=320)
    actors = [
        Actor(known, walk((180, 250), (200, 235), 250, seconds=6)),
        Actor(other, walk((470, 260), (450, 255), 240, seconds=6), turn=1.75),
    ]
    make_clip(file, actors, size=SIZE, rate=20, seconds=7)
    return file


@pytest.fixture(scope="session")
def camera_of_nobody(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("camera") / "nobody.mjpeg"
    make_clip(file, [], size=SIZE, rate=20, seconds=1)
    return file


def _turning(celebrities: Path, recognizer: kith.Recognizer) -> list[kith.Pixels]:
    """Frontal photos, and one turned to a side, mirrored to be turned to the other as well."""
    paths = [celebrities / "train" / "jerry_seinfeld" / f"{n:02}.jpg" for n in (1, 3, 18, 10, 7)]
    first, second, turned, third, turned_too = heads(paths, recognizer, side=320)
    return [first, second, turned, turned[:, ::-1], third, turned_too, turned_too[:, ::-1]]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(gallery=tmp_path / "people.kith", keys=tmp_path / "keys.json")


@pytest.fixture
def served(settings: Settings, recognizer: kith.Recognizer) -> Iterator[Served]:
    with serving(settings, recognizer) as server:
        yield server


@dataclass
class Browsers:
    """Opens pages, and remembers what no page should do.

    Attributes:
        wrong: errors of scripts, refusals of the browser, requests to anywhere else.
    """

    playwright: Playwright
    chromium: str
    running: dict[tuple[str, ...], Browser] = field(default_factory=dict)
    contexts: list[BrowserContext] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def open(
        self,
        address: str,
        camera: Path | None = None,
        *,
        phone: bool = False,
        allowed: bool = True,
        blank: int = 0,
        **options: Any,
    ) -> Page:
        """Open a page.

        Args:
            address: of it.
            camera: film that it shows; None: there is no camera.
            phone: small, and touched.
            allowed: to use the camera.
            blank: how many cameras there are that show nobody, where there is no film.
            options: of the browser's context.
        """
        flags = FLAGS
        if camera is not None:
            flags += (FAKE, f"--use-file-for-fake-video-capture={camera}")
        elif blank:
            flags += (f"{FAKE}=device-count={blank}",)
        if camera is not None or blank:
            flags += ("--use-fake-ui-for-media-stream" if allowed else "--deny-permission-prompts",)
        if flags not in self.running:
            self.running[flags] = self.playwright.chromium.launch(
                executable_path=self.chromium, args=list(flags)
            )
        size = {"width": 390, "height": 844} if phone else {"width": 1280, "height": 800}
        context = self.running[flags].new_context(
            viewport=size,  # type: ignore[arg-type]
            has_touch=phone,
            is_mobile=phone,
            locale="en-US",
            **options,
        )
        self.contexts.append(context)
        context.set_default_timeout(PATIENCE)
        context.add_init_script(SPEECH)
        page = context.new_page()
        page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        page.on("console", lambda said: self._heard(said.type, said.text))
        page.on("request", lambda request: self._asked(address, request.url))
        page.goto(address)
        return page

    def _heard(self, kind: str, text: str) -> None:
        if kind == "error" and not any(words in text for words in EXPECTED):
            self.wrong.append(f"console: {text}")

    def _asked(self, address: str, url: str) -> None:
        origin = "/".join(address.split("/")[:3])
        if not url.startswith((origin, "data:", "blob:")):
            self.wrong.append(f"request: {url}")


@pytest.fixture(scope="session")
def all_browsers(playwright: Playwright, chromium: str) -> Iterator[Browsers]:
    browsers = Browsers(playwright, chromium)
    yield browsers
    for browser in browsers.running.values():
        browser.close()


@pytest.fixture
def browsers(all_browsers: Browsers) -> Iterator[Browsers]:
    """Of this test: its pages are closed with it, and none of them may have done wrong."""
    all_browsers.wrong.clear()
    yield all_browsers
    for context in all_browsers.contexts:
        context.close()
    all_browsers.contexts.clear()
    assert all_browsers.wrong == []


@pytest.fixture
def address(served: Served) -> str:
    return f"http://127.0.0.1:{served.port}/"
