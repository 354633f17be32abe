"""Why there is no answer, in words for people; programs get the reasons themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kith.types import Face, Identification, Verification

MASK = "mask"
"""`kith.gallery.masked.REFUSED`, without loading a gallery's code."""

_REFUSES = "which this gallery refuses (kith gallery masks --allow ends that)"


def of_photo(reason: str) -> str:
    """Return why a photo or film is not used, as it goes on behind its name."""
    return f"wears a mask, {_REFUSES}" if reason == MASK else reason


def of_pair(found: Verification) -> str:
    """Return why two photos cannot be compared."""
    if found.reason != MASK:
        return found.reason or ""
    worn = [name for name, face in (("A", found.a), ("B", found.b)) if _is_masked(face)]
    if len(worn) == 1:
        return f"the face on photo {worn[0]} wears a mask, {_REFUSES}"
    return f"both faces wear a mask, {_REFUSES}"


def of_face(reason: str | None) -> str:
    """Return why a face is too poor for a name, in the few words that fit into a table."""
    return "wears a mask: refused" if reason == MASK else f"too poor: {reason}"


def is_refused(one: Identification) -> bool:
    """Return whether there is no name because a mask is worn where that is refused."""
    return one.reason == MASK


def below_table(answers: Iterable[Identification]) -> str:
    """Return what is to be said of faces that are refused; empty where none is."""
    if not any(map(is_refused, answers)):
        return ""
    return "this gallery refuses masks; kith gallery masks --allow ends that"


def _is_masked(face: Face | None) -> bool:
    return face is not None and face.mask is not None and face.mask.state != "none"
