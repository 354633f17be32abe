"""Greetings in a sound file: what was said, one after the other."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import TYPE_CHECKING

from kith.errors import KithError, OptionError, printable
from kith.media.save import save_files

if TYPE_CHECKING:
    import os

PAUSE = 0.5
"""Seconds of silence between two greetings."""
LONGEST = 600.0
"""Seconds that a file holds, at most."""


class GreetingFile:
    """A WAV file that grows by one greeting at a time, and is whole at every moment.

    What stood there before is replaced by the first greeting.

    Args:
        path: ends in .wav.

    Raises:
        OptionError: another suffix, or a folder that is not there.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        shown = printable(str(path))
        if self.path.suffix.lower() != ".wav":
            raise OptionError(f"{shown}: the name of a sound file ends in .wav")
        if self.path.is_dir() or not self.path.absolute().parent.is_dir():
            raise OptionError(f"{shown}: name a file in a folder that is there")
        self._parameters: tuple[int, int, int] | None = None
        self._sound = bytearray()

    def add(self, spoken: Path) -> None:
        """Add what an engine has written, and write the file.

        Raises:
            KithError: there is no sound in it, the file is full, or it cannot be written.
        """
        parameters, sound = _read(spoken)
        if self._parameters not in (None, parameters):
            raise KithError("another voice has another kind of sound, which one file cannot hold")
        channels, width, rate = parameters
        silence = bytes(channels * width * round(PAUSE * rate)) if self._sound else b""
        total = len(self._sound) + len(silence) + len(sound)
        if total > LONGEST * rate * channels * width:
            raise KithError(f"{printable(str(self.path))}: the file is full, of {LONGEST:.0f} s")
        self._parameters = parameters
        self._sound += silence + sound
        save_files({self.path: self._encoded()})

    def _encoded(self) -> bytes:
        import io

        assert self._parameters is not None
        file = io.BytesIO()
        with wave.open(file, "wb") as writer:
            writer.setnchannels(self._parameters[0])
            writer.setsampwidth(self._parameters[1])
            writer.setframerate(self._parameters[2])
            writer.writeframes(self._sound)
        return file.getvalue()


def _read(path: Path) -> tuple[tuple[int, int, int], bytes]:
    """Return channels, bytes of a sample, samples a second; and the sound."""
    try:
        with wave.open(str(path), "rb") as reader:
            kind = reader.getnchannels(), reader.getsampwidth(), reader.getframerate()
            sound = reader.readframes(round(LONGEST * kind[2]))
    except (OSError, EOFError, wave.Error) as error:
        raise KithError("the speech engine wrote no sound") from error
    if not sound:
        raise KithError("the speech engine wrote no sound")
    return kind, sound
