"""Whose photos are learned from: copies left out, what else is to be said, the fingerprint."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kith.errors import ProtocolError, printable
from kith.training.records import Skipped

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

NAMED = 3
"""Examples that a note names; of more it says how many there are."""
UNEVEN = 5
"""Times as many photos as usual from which on it is said that somebody has them."""


class Known(NamedTuple):
    """A photo with a face on it.

    Attributes:
        photo: its path.
        digest: sha256 of its bytes.
        name: whose it is.
    """

    photo: str
    digest: str
    name: str


class Used(NamedTuple):
    """Photos that are learned from.

    Attributes:
        photos: in the order in which they were given.
        skipped: the others.
        notes: what is to be said of these, in one line each.
    """

    photos: list[Known]
    skipped: list[Skipped]
    notes: list[str]


def without_copies(photos: Sequence[Known]) -> Used:
    """Leave out copies of a person's photo, and every photo that lies with two people.

    Of such twins nobody can tell whose they are; one copy under each name would teach a network
    that a face is not itself.
    """
    owners: dict[str, dict[str, str]] = {}  # of each file: the first path, by person
    for one in photos:
        owners.setdefault(one.digest, {}).setdefault(one.name, one.photo)
    used: list[Known] = []
    skipped: list[Skipped] = []
    for one in photos:
        theirs = owners[one.digest]
        if len(theirs) > 1:
            others = ", ".join(printable(name, 60) for name in theirs if name != one.name)
            why = f"the same file lies with {others}"
            skipped.append(Skipped(one.photo, why))
        elif theirs[one.name] != one.photo:
            why = f"the same file as {printable(theirs[one.name])}"
            skipped.append(Skipped(one.photo, why))
        else:
            used.append(one)
    twins = [theirs for theirs in owners.values() if len(theirs) > 1]
    copies = sum(len(owners[one.digest]) == 1 for one in photos) - len(used)
    notes = [_twins(twins)] if twins else []
    if copies:
        are = "photo is a second copy" if copies == 1 else "photos are second copies"
        end = "is left out" if copies == 1 else "are left out"
        notes.append(f"{copies:,} {are} of another of the same person and {end}")
    return Used(used, skipped, notes)


def _twins(twins: Sequence[dict[str, str]]) -> str:
    examples = [
        " = ".join(f"{printable(name, 60)} ({printable(path, 80)})" for name, path in one.items())
        for one in twins[:NAMED]
    ]
    lie = "photo lies" if len(twins) == 1 else "photos lie"
    return (
        f"{len(twins):,} {lie} with two people or more; nobody can tell whose, and every copy is "
        f"left out: {_some(examples, len(twins))}"
    )


def _some(examples: Sequence[str], total: int) -> str:
    more = f" and {total - NAMED:,} more" if total > NAMED else ""
    return ", ".join(examples[:NAMED]) + more


def why_skipped(skipped: Iterable[Skipped], total: int) -> list[str]:
    """Say in one line how many photos gave no face, and the most frequent reasons."""
    reasons = Counter(one.reason for one in skipped)
    if not reasons:
        return []
    frequent = [
        f"{count:,} {printable(reason, 60)}" for reason, count in reasons.most_common(NAMED)
    ]
    return [
        f"{reasons.total():,} of {total:,} photos are left out: {_some(frequent, len(reasons))}"
    ]


def about_people(counts: npt.NDArray[np.int64], gone: Sequence[str]) -> list[str]:
    """Say what is worth knowing of how many photos people have.

    Args:
        counts: photos of each person, 1 or more; two people have two.
        gone: people none of whose photos can be learned from.
    """
    notes = []
    if gone:
        named = _some([printable(name, 60) for name in gone], len(gone))
        have, are = ("person has", "is") if len(gone) == 1 else ("people have", "are")
        notes.append(f"{len(gone):,} {have} no photo left and {are} left out: {named}")
    single = int(np.count_nonzero(counts == 1))
    if single:
        have = "has" if single == 1 else "have"
        notes.append(f"{single:,} of {len(counts):,} people {have} one photo: no pair shows them")
    usual, most = float(np.median(counts[counts >= 2])), int(counts.max())
    if most >= UNEVEN * usual:
        notes.append(
            f"somebody has {most:,} photos, others usually {usual:g}: each person is shown equally "
            "often all the same"
        )
    return notes


def check_people(root: str, counts: npt.NDArray[np.int64], *, usable: bool) -> None:
    """Raise unless there are two people with two photos.

    Args:
        root: of the photos, for the message.
        counts: photos of each person.
        usable: only usable photos were counted.

    Raises:
        ProtocolError: nothing can be learned.
    """
    pairs = int(np.count_nonzero(counts >= 2))
    if pairs >= 2:
        return
    if len(counts) == 1:
        raise ProtocolError(
            f"{printable(root)} holds one person, and learning needs two or more: give the folder "
            "that holds a folder for each"
        )
    few = "nobody has" if pairs == 0 else "only one person has"
    what = "two photos with a usable face" if usable else "two photos"
    raise ProtocolError(
        f"{printable(root)}: {few} {what}, and learning needs two such people or more: add photos, "
        "each person's in a folder of their own; enrolling (kith enroll) needs one photo each"
    )


def fingerprint(person: npt.NDArray[np.int32], digests: Sequence[str]) -> str:
    """Return a sha256 over which photos show one person: neither names nor paths matter.

    Args:
        person: whose each photo is.
        digests: sha256 of the photos.
    """
    groups: dict[int, list[str]] = {}
    for number, digest in zip(person.tolist(), digests, strict=True):
        groups.setdefault(number, []).append(digest)
    found = hashlib.sha256()
    for number, theirs in enumerate(sorted(sorted(one) for one in groups.values())):
        found.update("".join(f"{number} {digest}\n" for digest in theirs).encode())
    return found.hexdigest()
