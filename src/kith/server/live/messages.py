"""What a live client may send, taken apart and checked."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from kith.gallery.names import clean_name
from kith.media.jpeg import MAGIC

if TYPE_CHECKING:
    from collections.abc import Mapping

SEQUENCE = struct.Struct(">I")
"""In front of each picture: its number, which comes back with the answer."""

TEXT_CHARACTERS = 4096
LARGEST_TRACK = 2**53


class Nonsense(Exception):
    """A message that no honest client sends; the session ends with the reason."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A frame: its number, and the JPEG, not looked at yet."""

    sequence: int
    jpeg: bytes


@dataclass(frozen=True, slots=True)
class Correct:
    """A person says who a track is; name None: nobody known."""

    track: int
    name: str | None


@dataclass(frozen=True, slots=True)
class Enrol:
    """The largest face is to be enrolled under this name."""

    name: str


@dataclass(frozen=True, slots=True)
class EnrolFinish:
    """What was seen so far is enough."""


@dataclass(frozen=True, slots=True)
class EnrolCancel:
    """Nobody is to be enrolled."""


Command: TypeAlias = "Correct | Enrol | EnrolFinish | EnrolCancel"


def picture(data: bytes) -> Picture:
    """Return a frame.

    Raises:
        Nonsense: it is none.
    """
    if len(data) < SEQUENCE.size + len(MAGIC) or not data.startswith(MAGIC, SEQUENCE.size):
        raise Nonsense("a frame is a sequence number of 4 bytes, then a JPEG")
    return Picture(SEQUENCE.unpack_from(data)[0], data[SEQUENCE.size :])


def command(text: str) -> Command:
    """Return what a client wants.

    Raises:
        Nonsense: it is not one of the messages that there are.
        InvalidName: a name that cannot be kept.
    """
    if len(text) > TEXT_CHARACTERS:
        raise Nonsense(f"a message has at most {TEXT_CHARACTERS} characters")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Nonsense("a text message is JSON") from error
    match found:
        case {"type": "correct"}:
            return Correct(_track(found), _name(found, or_nobody=True))
        case {"type": "enrol"}:
            return Enrol(_name(found) or "")
        case {"type": "enrol_finish"}:
            return EnrolFinish()
        case {"type": "enrol_cancel"}:
            return EnrolCancel()
    raise Nonsense("a message has a type: correct, enrol, enrol_finish or enrol_cancel")


def _track(found: Mapping[str, Any]) -> int:
    track = found.get("track")
    if type(track) is not int or not 0 <= track < LARGEST_TRACK:
        raise Nonsense("'track' is the number of a track")
    return track


def _name(found: Mapping[str, Any], *, or_nobody: bool = False) -> str | None:
    name = found.get("name")
    if name is None and or_nobody and "name" in found:
        return None
    if not isinstance(name, str):
        raise Nonsense(f"'name' is a text{' or null' if or_nobody else ''}")
    return clean_name(name)
