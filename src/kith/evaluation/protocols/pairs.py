"""A pairs file and the folder its photos lie in: what is compared with what."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kith.errors import ProtocolError, printable
from kith.evaluation.protocols import folds, lfw, people, places, table
from kith.evaluation.protocols.distinct import distinct
from kith.evaluation.protocols.lines import text_lines
from kith.evaluation.records import PairProtocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    from kith.evaluation.protocols.listing import Listing
    from kith.evaluation.records import Indices

_HINT = "is --root right? Or leave their pairs out with --skip-missing"


def read_pairs(
    file: str | os.PathLike[str],
    root: str | os.PathLike[str] | None = None,
    *,
    skip_missing: bool = False,
    seed: int = 0,
) -> PairProtocol:
    """Read a list of pairs of photos.

    Two forms are known by how they begin: LFW's (folds and pairs, or pairs alone, in the first
    line), and a table with a header and the columns photo, photo, same, with comma, semicolon or
    tab between.

    Args:
        file: the list, in UTF-8.
        root: where its paths begin; None: the folder it lies in.
        skip_missing: leave out pairs whose photos are not there.
        seed: of the folds, where the file has none and people cannot be kept apart.

    Raises:
        PhotoNotFound: there is no such file.
        ProtocolError: a line that cannot be read, photos that are not there or lie outside the
            root, nothing but pairs of one kind.
    """
    path = Path(file)
    top = os.path.abspath(path.parent if root is None else root)  # noqa: PTH100
    shown = os.fspath(path.parent if root is None else root)
    lines = text_lines(path)
    header = next(lines)
    if lfw.is_header(header):
        listing = lfw.read(path, header, lines)
        found = places.files_of_any_kind(shown, listing.photos)
        named: tuple[str, ...] | None = tuple(map(lfw.name_of, listing.photos))
    else:
        listing = table.read(path, header, lines, top)
        found = places.files(shown, listing.photos)
        named = None
    if None in found and not skip_missing:
        raise places.missing(shown, list(listing.photos), found, _HINT)
    return _protocol(path, listing, found, named, seed)


def _protocol(
    path: Path,
    listing: Listing,
    found: list[str | None],
    named: tuple[str, ...] | None,
    seed: int,
) -> PairProtocol:
    first, second, same = listing.pairs
    there = np.array([one is not None for one in found])
    keep = there[first] & there[second]
    _check_kinds(path, same[keep])
    who = _named(named) if named else people.guessed(list(listing.photos), first, second, same)
    parts = _folds(listing, who.person, keep, seed)
    first, second, same = first[keep], second[keep], same[keep]
    used, places_of = np.unique(np.concatenate([first, second]), return_inverse=True)
    names, person = np.unique(who.person[used], return_inverse=True)
    first, second = places_of.reshape(2, -1).astype(np.int32)
    notes = (
        who.note,
        _left_out(there, keep),
        parts.note,
        *_doubts(person.astype(np.int32), first, second, same),
    )
    return PairProtocol(
        name=str(path),
        photos=tuple(found[number] or "" for number in used.tolist()),
        person=person.astype(np.int32),
        people=tuple(who.names[number] for number in names.tolist()),
        first=first,
        second=second,
        same=same,
        fold=parts.fold,
        folds=parts.folds,
        notes=tuple(filter(None, notes)),
    )


def _folds(
    listing: Listing, person: Indices, keep: npt.NDArray[np.bool_], seed: int
) -> folds.Folds:
    """Return the folds of the pairs to keep: the file's own, or new ones."""
    if listing.folds:
        each = len(keep) // listing.folds
        fold = (np.arange(len(keep)) // each).astype(np.int16)[keep]
        return folds.Folds(fold, listing.folds, "")
    first, second, same = listing.pairs
    a, b = person[first[keep]], person[second[keep]]
    return folds.stratified(a, b, same[keep], seed)


def _named(names: Sequence[str]) -> people.People:
    numbers: dict[str, int] = {}
    person = [numbers.setdefault(name, len(numbers)) for name in names]
    return people.People(np.array(person, dtype=np.int32), tuple(numbers), "")


def _check_kinds(path: Path, same: npt.NDArray[np.bool_]) -> None:
    if len(same) == 0:
        raise ProtocolError(
            f"{printable(str(path))}: not one pair has both photos: is --root right?"
        )
    if same.all() or not same.any():
        kind, other = ("one person", "two") if same.all() else ("two people", "one")
        raise ProtocolError(
            f"{printable(str(path))}: all of its {len(same):,} pairs are of {kind}: without pairs "
            f"of {other} nothing can be measured"
        )


def _left_out(there: npt.NDArray[np.bool_], keep: npt.NDArray[np.bool_]) -> str:
    if keep.all():
        return ""
    return (
        f"{np.count_nonzero(~there):,} photos are not there: {np.count_nonzero(~keep):,} of "
        f"{len(keep):,} pairs are left out"
    )


def _doubts(
    person: Indices, first: Indices, second: Indices, same: npt.NDArray[np.bool_]
) -> Iterator[str]:
    """Say which pairs cannot be true together, and which are there more than once."""
    if wrong := int(np.count_nonzero((person[first] == person[second]) & ~same)):
        yield (
            f"{wrong:,} pairs are said to be different people and, through other pairs, the same: "
            "labels are wrong somewhere"
        )
    low, high = np.minimum(first, second).astype(np.int64), np.maximum(first, second)
    if again := len(low) - len(distinct(low << 32 | high)):
        yield f"{again:,} pairs are listed more than once and count as often"
