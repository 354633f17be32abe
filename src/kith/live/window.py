"""A window that shows a live picture (extra ``window``: pygame-ce)."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, Self

import cv2
import numpy as np

from kith.errors import KithError, MissingExtra, printable
from kith.live.overlay import dim, draw_lines, draw_note, draw_seen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.media.films import Frame
    from kith.tracking import Seen
    from kith.types import Pixels

EMPTY = (960, 540)
"""Size of a window that has nothing to show yet, in pixels."""
_SHARE = 0.9
_OTHERWISE = "add --headless for the events as JSON lines"
_DRIVER = "SDL_VIDEODRIVER"


class NoScreen(KithError):
    """There is no screen to open a window on."""


class Window:
    """A window; all calls come from the thread that made it, which has to be the main one.

    q, Esc or the window's button close it; f fills the screen with it, and back.

    Args:
        title: of the window.
        full: fill the screen.

    Raises:
        MissingExtra: pygame-ce is not installed.
        NoScreen: no window can be opened.

    Attributes:
        closed: whether somebody has closed it.
    """

    def __init__(self, title: str, *, full: bool = False) -> None:
        self._game = _load()
        self._full = full
        self._sized = False
        self._shown: Pixels | None = None
        self.closed = False
        try:
            self._game.display.init()
            self._game.display.set_caption(printable(title, 120))
            self._open(EMPTY)
        except self._game.error as error:
            self.close()
            raise _no_screen(error) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the window; safe to call twice."""
        self._game.display.quit()

    def poll(self) -> None:
        """Take what the user did; to be called many times a second."""
        game = self._game
        for event in game.event.get():
            if event.type == game.QUIT:
                self.closed = True
            elif event.type == game.KEYDOWN:
                self._key(event.key)
            elif event.type in (game.WINDOWEXPOSED, game.WINDOWSIZECHANGED):
                self._blit()

    def show(
        self,
        frame: Frame,
        seen: Sequence[Seen],
        note: str = "",
        greetings: Sequence[str] = (),
    ) -> None:
        """Show a frame, as large as the window is.

        Args:
            frame: to show.
            seen: the faces on it.
            note: a small line for the upper left corner.
            greetings: lines to be read from a distance.
        """
        pixels = self._fitted(frame)
        draw_seen(pixels, seen, pixels.shape[1] / frame.width)
        if note:
            draw_note(pixels, note)
        draw_lines(pixels, greetings)
        self._put(pixels)

    def show_state(self, words: str, frame: Frame | None = None) -> None:
        """Show that there is no picture, on the last one there was."""
        if frame is None:
            width, height = self._game.display.get_surface().get_size()
            pixels = np.full((height, width, 3), 40, np.uint8)
        else:
            pixels = self._fitted(frame)
            dim(pixels)
        draw_lines(pixels, [words], middle=True)
        self._put(pixels)

    def _fitted(self, frame: Frame) -> Pixels:
        if not self._sized:
            self._sized = True
            self._open(self._fitting(frame.width, frame.height))
        return fitted(frame, self._game.display.get_surface().get_size())

    def _put(self, pixels: Pixels) -> None:
        self._shown = pixels
        self._blit()

    def _blit(self) -> None:
        if self._shown is None:
            return
        height, width = self._shown.shape[:2]
        picture = self._game.image.frombuffer(self._shown, (width, height), "RGB")
        surface = self._game.display.get_surface()
        room = surface.get_size()
        if room != (width, height):
            surface.fill(0)
        surface.blit(picture, ((room[0] - width) // 2, (room[1] - height) // 2))
        self._game.display.flip()

    def _key(self, key: int) -> None:
        if key in (self._game.K_q, self._game.K_ESCAPE):
            self.closed = True
        elif key == self._game.K_f:
            self._full = not self._full
            self._open(self._game.display.get_surface().get_size() if self._full else EMPTY)
            self._sized = self._full

    def _open(self, size: tuple[int, int]) -> None:
        game = self._game
        if self._full:
            game.display.set_mode((0, 0), game.FULLSCREEN)
        else:
            game.display.set_mode(size, game.RESIZABLE)
        game.mouse.set_visible(not self._full)

    def _fitting(self, width: int, height: int) -> tuple[int, int]:
        """Return the size of a window for a picture: that of the picture, unless it is small.

        The screen has to have room for it.
        """
        screens = self._game.display.get_desktop_sizes()
        room = screens[0] if screens else EMPTY
        wanted = max(1.0, EMPTY[0] / max(width, height))
        factor = min(wanted, _SHARE * room[0] / width, _SHARE * room[1] / height)
        return max(1, round(width * factor)), max(1, round(height * factor))


def fitted(frame: Frame, room: tuple[int, int]) -> Pixels:
    """Return a frame as large as a room allows (RGB, uint8, writable), its proportions kept."""
    factor = min(room[0] / frame.width, room[1] / frame.height)
    if factor <= 1:
        pixels = frame.reduced(max(1, round(factor * max(frame.width, frame.height))))
        return pixels if pixels is not frame.pixels and pixels.flags.writeable else pixels.copy()
    size = round(frame.width * factor), round(frame.height * factor)
    return np.asarray(cv2.resize(frame.pixels, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def check_screen() -> None:
    """Look whether a window could be opened, before anything takes time.

    Raises:
        MissingExtra: pygame-ce is not installed.
        NoScreen: there is no screen.
    """
    game = _load()
    try:
        game.display.init()
    except game.error as error:
        raise _no_screen(error) from None
    finally:
        game.display.quit()


def _no_screen(error: Exception) -> NoScreen:
    return NoScreen(f"there is no screen for a window ({error}): {_OTHERWISE}")


def _load() -> Any:
    """Return pygame, which is told to be silent and to use a real screen."""
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    if sys.platform == "linux" and not os.environ.get(_DRIVER):
        # SDL would go on without a screen, as a last resort, and show nothing.
        screens = {"WAYLAND_DISPLAY": "wayland", "DISPLAY": "x11"}
        found = [driver for variable, driver in screens.items() if os.environ.get(variable)]
        os.environ[_DRIVER] = ",".join(found) or "kmsdrm"
    try:
        return import_module("pygame")
    except ImportError as error:
        raise MissingExtra(
            f"a window needs pygame-ce: pip install 'kith[window]', or {_OTHERWISE}"
        ) from error
