"""The window, on SDL's screen in memory, on a virtual one, and where there is none."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from kith.errors import MissingExtra
from kith.live.window import EMPTY, Window, check_screen, fitted
from kith.media import MATCH
from kith.media.films import Frame
from kith.types import Box

from .watched import answered, seen

if TYPE_CHECKING:
    from collections.abc import Iterator

pygame = pytest.importorskip("pygame")

COLOURS = [[(250, 0, 0), (0, 250, 0)], [(0, 0, 250), (250, 250, 250)]]


def a_frame(width: int = 320, height: int = 200) -> Frame:
    """Red and green above blue and white."""
    halves = np.array(COLOURS, np.uint8)
    pixels = halves.repeat(height // 2, 0).repeat(width // 2, 1)
    return Frame.of_pixels(pixels)


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")


@pytest.fixture
def window(screen: None) -> Iterator[Window]:
    with Window("kith: a test") as opened:
        yield opened


def shown() -> np.ndarray:
    """What is on the screen: height × width × 3."""
    return pygame.surfarray.array3d(pygame.display.get_surface()).swapaxes(0, 1)


def press(key: int) -> None:
    pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=key))


def test_a_small_picture_is_enlarged_with_its_colours_right(window: Window) -> None:
    assert pygame.display.get_surface().get_size() == EMPTY
    window.show(a_frame(320, 200), [])
    picture = shown()
    assert picture.shape == (576, 922, 3)  # nine tenths of this screen's width
    for (y, x), expected in {
        (150, 200): COLOURS[0][0],
        (150, 720): COLOURS[0][1],
        (450, 200): COLOURS[1][0],
        (450, 720): COLOURS[1][1],
    }.items():
        assert tuple(picture[y, x]) == expected


def test_boxes_fit_the_picture_as_it_is_shown(window: Window) -> None:
    face = seen(1, answered("match", "Ada", 0.7), box=Box(100, 50, 80, 100))
    window.show(a_frame(320, 200), [face], "30 frames/s", ["Welcome Ada!"])
    picture = shown()
    factor = 922 / 320
    for x, y in ((100, 100), (180, 100), (140, 150)):  # the middle of each side
        assert tuple(picture[round(y * factor), round(x * factor)]) == MATCH
    assert (picture[10:30, 10:100] < 60).all(2).mean() > 0.3  # the note
    assert (picture[510:560, 400:520].max(2) < 60).any()  # the greeting


def test_a_window_of_another_shape_keeps_the_proportions(window: Window) -> None:
    window.show(a_frame(), [])
    pygame.display.set_mode((1000, 300), pygame.RESIZABLE)
    window.show(a_frame(), [])
    picture = shown()
    assert (picture[:, :250] == 0).all()
    assert (picture[:, -250:] == 0).all()
    assert tuple(picture[10, 300]) == COLOURS[0][0]
    assert tuple(picture[290, 700]) == COLOURS[1][1]


def test_a_large_picture_fits_the_screen(window: Window) -> None:
    window.show(a_frame(8000, 6000), [])
    width, height = pygame.display.get_surface().get_size()
    room = pygame.display.get_desktop_sizes()[0]
    assert width <= 0.91 * room[0]
    assert height <= 0.91 * room[1]
    assert abs(width / height - 4 / 3) < 0.01


@pytest.mark.parametrize("key", [pygame.K_q, pygame.K_ESCAPE])
def test_keys_that_close_it(window: Window, key: int) -> None:
    press(pygame.K_a)
    window.poll()
    assert not window.closed
    press(key)
    window.poll()
    assert window.closed


def test_the_button_that_closes_it(window: Window) -> None:
    pygame.event.post(pygame.event.Event(pygame.QUIT))
    window.poll()
    assert window.closed


def test_the_whole_screen_and_back(window: Window) -> None:
    window.show(a_frame(), [])
    before = pygame.display.get_surface().get_size()
    press(pygame.K_f)
    window.poll()
    assert pygame.display.get_surface().get_flags() & pygame.FULLSCREEN
    window.show(a_frame(), [])
    assert pygame.display.get_surface().get_flags() & pygame.FULLSCREEN
    press(pygame.K_f)
    window.poll()
    window.show(a_frame(), [])
    assert pygame.display.get_surface().get_size() == before
    assert not pygame.display.get_surface().get_flags() & pygame.FULLSCREEN


def test_it_is_drawn_again_where_it_was_covered(window: Window) -> None:
    window.show(a_frame(), [])
    pygame.display.get_surface().fill(0)
    pygame.event.post(pygame.event.Event(pygame.WINDOWEXPOSED))
    window.poll()
    assert shown().any()


def test_looking_for_a_screen_leaves_it_alone(screen: None) -> None:
    check_screen()
    assert not pygame.display.get_init()


def test_words_before_there_is_a_picture(window: Window) -> None:
    window.show_state("rtsp://door …")
    assert (shown() > 150).any()


def test_a_picture_that_is_over_is_dark(window: Window) -> None:
    window.show(a_frame(), [])
    bright = shown().mean()
    window.show_state("lost: nothing came for 10 s", a_frame())
    assert shown().mean() < bright / 2
    assert (shown()[270:310].min(2) > 200).any()  # the words


def test_the_pixels_of_a_frame_are_not_drawn_on() -> None:
    frame = a_frame(320, 200)
    picture = fitted(frame, (320, 200))
    picture[:] = 0
    assert frame.pixels.any()
    assert fitted(frame, (160, 400)).shape == (100, 160, 3)
    assert fitted(frame, (640, 600)).shape == (400, 640, 3)


def test_without_pygame(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pygame", None)
    for asked in (check_screen, lambda: Window("kith")):
        with pytest.raises(MissingExtra, match=r"pip install 'kith\[window\]', or add --headless"):
            asked()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems always have a screen")
@pytest.mark.parametrize("display", [None, ":9876"])
@pytest.mark.parametrize("asked", ["check_screen()", "Window('kith')"])
def test_without_a_screen(display: str | None, asked: str) -> None:
    code = f"from kith.live.window import *\ntry: {asked}\n"
    code += "except NoScreen as error: print(error)"
    unwanted = ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER")
    place = {name: value for name, value in os.environ.items() if name not in unwanted}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env=place | ({"DISPLAY": display} if display else {}),
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert done.stderr == ""
    [line] = done.stdout.splitlines()  # nothing of pygame's either
    assert line.startswith("there is no screen for a window (")
    assert line.endswith("add --headless for the events as JSON lines")


def test_drawing_leaves_time_for_looking(window: Window) -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (720, 1280, 3), dtype=np.uint8)
    faces = [seen(n, answered("match", "Ada"), box=Box(300 * n, 200, 150, 180)) for n in (1, 2, 3)]
    window.show(Frame.of_pixels(pixels), faces, "30 frames/s")
    began = time.perf_counter()
    for _ in range(10):
        window.show(Frame.of_pixels(pixels), faces, "30 frames/s")
    assert (time.perf_counter() - began) / 10 < 0.05  # about 0.005 on an idle machine
