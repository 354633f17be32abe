"""The pairs files of Labeled Faces in the Wild.

G. B. Huang, M. Ramesh, T. Berg, E. Learned-Miller, "Labeled Faces in the Wild", University of
Massachusetts, Technical Report 07-49, 2007. The first line of View 2 (pairs.txt) is the number of
folds and of pairs of each kind in a fold; every fold has its pairs of one person first, three
fields each, and then those of two people, four fields each. The files of View 1 have the number
of pairs alone and no folds.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from kith.evaluation.protocols.lines import wrong
from kith.evaluation.protocols.listing import Listing

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_NUMBER = re.compile(r"[0-9]{1,9}")
_HEADER = re.compile(r"\s*([0-9]{1,9})(?:\s+([0-9]{1,9}))?\s*")

MOST_FOLDS = 10_000


def is_header(line: str) -> bool:
    """Tell whether a file that begins with this line is one of LFW's."""
    return _HEADER.fullmatch(line) is not None


def is_pair(line: str) -> bool:
    """Tell whether a line is a pair in LFW's form."""
    parts = _fields(line)
    return len(parts) in (3, 4) and all(map(_NUMBER.fullmatch, parts[3 if parts[3:] else 1 :: 2]))


def read(file: Path, header: str, lines: Iterable[str]) -> Listing:
    """Read the lines behind the header; photos are called name/name_0001, without an ending.

    Raises:
        ProtocolError: a line that is no pair, or not as many pairs as the header promises.
    """
    folds, each = _promised(file, header)
    listing = Listing(folds=folds if folds > 1 else 0)
    for number, line in enumerate(lines, start=2):
        if line.strip():
            listing.add(*_pair(file, number, line))
    _check(file, listing, folds, each)
    return listing


def name_of(photo: str) -> str:
    """Return whom a photo of a listing shows."""
    return photo.rpartition("/")[0]


def _promised(file: Path, header: str) -> tuple[int, int]:
    found = _HEADER.fullmatch(header)
    assert found
    folds, each = (int(found[1]), int(found[2])) if found[2] else (1, int(found[1]))
    if not (0 < folds <= MOST_FOLDS and each > 0):
        raise wrong(file, 1, f"{folds} folds of {each} pairs make no sense")
    return folds, each


def _fields(line: str) -> list[str]:
    parts = line.strip("\r\n").split("\t") if "\t" in line else line.split()
    return [part.strip() for part in parts if part.strip()]


def _pair(file: Path, number: int, line: str) -> tuple[str, str, bool]:
    parts = _fields(line)
    if len(parts) not in (3, 4):
        hint = "; where names have spaces, separate by tabs" if "\t" not in line else ""
        raise wrong(
            file,
            number,
            f"a pair has 3 fields (name, number, number) or 4 (name, number, name, number), "
            f"this line has {len(parts)}{hint}",
        )
    name, a, *other, b = parts
    second = other[0] if other else name
    if second == name and other:
        raise wrong(file, number, "a pair of two people has the same name twice")
    return _photo(file, number, name, a), _photo(file, number, second, b), not other


def _photo(file: Path, line: int, name: str, number: str) -> str:
    if not _NUMBER.fullmatch(number):
        raise wrong(file, line, "the number of a photo is missing (name, number, ...)")
    if name in (".", "..") or "/" in name or "\\" in name:
        raise wrong(file, line, "a name that leads to another folder is not followed")
    return f"{name}/{name}_{int(number):04d}"


def _check(file: Path, listing: Listing, folds: int, each: int) -> None:
    """Hold the file to its first line: who cut it off has measured something else."""
    total = 2 * folds * each
    if len(listing) != total:
        raise wrong(
            file,
            1,
            f"it promises {total:,} pairs ({folds} × 2 × {each}), the file has {len(listing):,}",
        )
    kinds = np.array(listing.same, dtype=np.int64).reshape(folds, 2 * each).sum(axis=1)
    bad = np.flatnonzero(kinds != each)
    if len(bad):
        raise wrong(
            file,
            1,
            f"it promises {each} pairs of each kind in a fold, fold {bad[0] + 1} has "
            f"{kinds[bad[0]]} of one person and {2 * each - kinds[bad[0]]} of two",
        )
