"""Photos that a head is asked about: of strangers, and of people held out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kith.errors import InputError, printable
from kith.evaluation.records import FAILED
from kith.training.head.gather import Probes, probes
from kith.training.head.measure import chunks, seen_by, strangers_to

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from kith.recognizer import Recognizer
    from kith.training.head.gather import Looked
    from kith.training.head.records import Fitted, References, Seen, Strangers


class Asked(NamedTuple):
    """Photos to ask about, and what to know of them.

    Attributes:
        probes: the photos.
        notes: in one line each.
    """

    probes: Probes
    notes: tuple[str, ...]


def stranger_probes(looked: Looked, recognizer: Recognizer, known: References) -> Asked:
    """Return the photos of people who are not among the known.

    A photo that was learned from is left out, and so is everybody whose folder is called like one
    of the known.

    Raises:
        InputError: no photo is left.
    """
    found = probes(looked, recognizer, known.digests)
    names = {_plain(name) for name in known.people}
    same = [number for number, name in enumerate(found.people) if _plain(name) in names]
    kept = ~np.isin(found.person, same)
    notes = list(looked.folder.notes)
    if gone := sorted({found.people[one] for one in found.person[~kept].tolist()}):
        shown = ", ".join(printable(name, 40) for name in gone[:5])
        notes.append(f"among the strangers, but called like people to learn: {shown}: left out")
    if copies := len(looked.folder.photos) - len(found.photos):
        notes.append(f"photos of strangers that are copies of others, left out: {copies:,}")
    if not found.there[kept].any():
        raise InputError("there is no photo of a stranger with a usable face: see --strangers")
    return Asked(_of(found, kept), tuple(notes))


class HeldOut(NamedTuple):
    """Photos that were held out.

    Attributes:
        known: of people whom the head knows.
        strangers: of others.
        notes: in one line each.
    """

    known: Probes
    strangers: Probes
    notes: tuple[str, ...]


def held_out_probes(looked: Looked, recognizer: Recognizer, known: References) -> HeldOut:
    """Return photos that were held out; whose folder is called like nobody known is a stranger.

    Raises:
        InputError: none is of somebody known.
    """
    found = probes(looked, recognizer, known.digests)
    numbers = {_plain(name): number for number, name in enumerate(known.people)}
    named = np.array([numbers.get(_plain(name), -1) for name in found.people], dtype=np.int32)
    theirs = named[found.person] >= 0
    if not theirs.any():
        raise InputError(
            "no folder of the photos held out is called like somebody to learn, or all its photos "
            "were learned from"
        )
    mine = _of(found, theirs)
    notes = list(looked.folder.notes)
    if copies := len(looked.folder.photos) - len(found.photos):
        notes.append(f"photos held out that are copies of others, left out: {copies:,}")
    if missed := int(np.count_nonzero(~mine.there)):
        notes.append(f"photos held out without a usable face, which count as missed: {missed:,}")
    known_ones = mine._replace(person=named[mine.person])
    return HeldOut(known_ones, _of(found, ~theirs), tuple(notes))


def seen(fitted: Fitted, asked: Probes) -> Seen:
    """Return what a head says of photos of people whom it knows."""
    return seen_by(fitted, asked.vectors, asked.there, asked.person)


def strangers(fitted: Fitted, asked: Probes) -> Strangers:
    """Return what a head says of photos of people whom it does not know."""
    return strangers_to(fitted, asked.vectors, asked.there, asked.person)


def look_alikes(
    fitted: Fitted, asked: Probes, people: Sequence[str], own: Seen, most: int = 3
) -> list[str]:
    """Return notes on strangers who are as similar to somebody as that person's own photos are.

    Args:
        fitted: the head.
        asked: photos of strangers.
        people: names of the known.
        own: photos of the known, out of fold.
        most: notes.
    """
    theirs = np.flatnonzero(asked.there)
    usual = float(np.median(own.similarity[own.similarity > FAILED]))
    best, highest = _nearest(fitted, asked)
    order = [row for row in np.argsort(-highest).tolist() if highest[row] >= usual]
    notes = [
        f"a stranger? {printable(asked.photos[theirs[row]])} is as similar to "
        f"{printable(people[best[row]], 40)} ({highest[row]:.2f}) as photos of "
        "one person are"
        for row in order[:most]
    ]
    if len(order) > most:
        notes.append(f"and {len(order) - most:,} photos of strangers more")
    return notes


def _nearest(fitted: Fitted, asked: Probes) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float32]]:
    """Return whose template each face is most similar to, and how similar."""
    best = np.empty(len(asked.vectors), np.intp)
    highest = np.empty(len(asked.vectors), np.float32)
    for chunk in chunks(np.arange(len(best)), len(fitted.centroids)):
        cosines = asked.vectors[chunk] @ fitted.centroids.T
        best[chunk], highest[chunk] = cosines.argmax(axis=1), cosines.max(axis=1)
    return best, highest


def _plain(name: str) -> str:
    """Return a name as it is compared: Elton_John and elton john are one."""
    return " ".join(name.replace("_", " ").casefold().split())


def _of(found: Probes, rows: npt.NDArray[np.bool_]) -> Probes:
    return Probes(
        found.vectors[rows[found.there]],
        found.there[rows],
        found.person[rows],
        found.people,
        tuple(photo for photo, kept in zip(found.photos, rows.tolist(), strict=True) if kept),
    )
