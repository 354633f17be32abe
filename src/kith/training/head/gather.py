"""From folders of photos to faces of known people, of strangers, and of people held out."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kith.errors import printable
from kith.evaluation.describe import describe
from kith.evaluation.protocols.folder import folder_photos
from kith.training.head.records import Gathered, References
from kith.training.head.remarks import check, check_names, notes
from kith.training.records import Skipped

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from typing import TypeAlias

    import numpy.typing as npt

    from kith.evaluation.protocols.folder import FolderPhotos
    from kith.evaluation.records import Described, Indices
    from kith.recognizer import Recognizer
    from kith.recognizer.cache import FaceCache
    from kith.types import MaskState, Vector

    Bar: TypeAlias = Callable[[str, int], AbstractContextManager[Callable[[], None]]]
    """Told what is done with how many photos; gives what is called for each."""


class Looked(NamedTuple):
    """The photos of a folder, and the face that is meant on each.

    Attributes:
        folder: whose photos.
        described: what was found on them.
    """

    folder: FolderPhotos
    described: Described


class Probes(NamedTuple):
    """Photos to ask a head about.

    Attributes:
        vectors: of those with a usable face, n × d.
        there: bool, N: whether a photo has one.
        person: int32, N: who each shows.
        people: names.
        photos: paths, N.
    """

    vectors: Vector
    there: npt.NDArray[np.bool_]
    person: Indices
    people: tuple[str, ...]
    photos: tuple[str, ...]


def look(
    recognizer: Recognizer,
    root: str | os.PathLike[str],
    bar: Bar,
    cache: FaceCache | None = None,
) -> Looked:
    """Find the face that is meant on each photo of a folder of people.

    Raises:
        PhotoError, NoPhotos: see `kith.evaluation.protocols.folder.folder_photos`.
    """
    folder = folder_photos(root)
    with bar("describing", len(folder.photos)) as on_photo:
        return Looked(folder, describe(recognizer, folder.photos, cache=cache, on_photo=on_photo))


def gather(looked: Looked, recognizer: Recognizer, root: str | os.PathLike[str]) -> Gathered:
    """Return what there is to learn from.

    A photo that lies in the folders of two people is left out of both; of copies in one folder
    the first counts.

    Raises:
        InputError: fewer than two people have a usable photo, or nobody has two.
    """
    folder, described = looked
    reasons = _reasons(looked)
    rows = np.array([row for row, reason in enumerate(reasons) if reason is None], dtype=np.intp)
    names, person = np.unique(folder.person[rows], return_inverse=True)
    people = tuple(folder.people[name] for name in names.tolist())
    check_names(people)
    counts = np.bincount(person, minlength=len(people))
    check(root, counts)
    references = References(
        _vectors(described, rows, recognizer),
        person.astype(np.int32),
        people,
        tuple(folder.photos[row] for row in rows),
        tuple(described.digests[row] for row in rows),
        _quality(described, rows),
        tuple(_state(described, row) for row in rows),
    )
    skipped = tuple(
        Skipped(photo, reason)
        for photo, reason in zip(folder.photos, reasons, strict=True)
        if reason is not None
    )
    remarks = (*folder.notes, *notes(folder, references, counts))
    return Gathered(references, recognizer.contract, skipped, remarks, fingerprint(references))


def probes(looked: Looked, recognizer: Recognizer, known: Sequence[str] = ()) -> Probes:
    """Return the photos of other people, or other photos of the same.

    Args:
        looked: the photos.
        recognizer: that described them.
        known: digests of photos that were learned from and so say nothing; they are left out, and
            so are second copies.
    """
    folder, described = looked
    seen = set(known)
    rows = []
    for row, digest in enumerate(described.digests):
        if not digest or digest not in seen:
            rows.append(row)
        seen.add(digest)
    kept = np.array(rows, dtype=np.intp)
    there = np.array([described.faces[row] is not None for row in rows], dtype=np.bool_)
    return Probes(
        _vectors(described, kept[there], recognizer),
        there,
        folder.person[kept],
        folder.people,
        tuple(folder.photos[row] for row in rows),
    )


def fingerprint(references: References) -> str:
    """Return the sha256 over whose photos these are: the same data, the same value."""
    names = (references.people[one] for one in references.person.tolist())
    lines = sorted(
        f"{digest} {name}\n" for digest, name in zip(references.digests, names, strict=True)
    )
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogatepass")).hexdigest()


def _reasons(looked: Looked) -> list[str | None]:
    """Return why nothing is learned from each photo; None where something is."""
    folder, described = looked
    owners: dict[str, set[int]] = defaultdict(set)
    for digest, person in zip(described.digests, folder.person.tolist(), strict=True):
        owners[digest].add(person)
    reasons: list[str | None] = []
    met: set[str] = set()
    for digest, reason, person in zip(
        described.digests, described.reasons, folder.person.tolist(), strict=True
    ):
        others = sorted(folder.people[other] for other in owners[digest] - {person})
        if digest and others:
            names = ", ".join(printable(name, 40) for name in others)
            reasons.append(f"the same photo is {names}'s, too: it is nobody's now")
        elif digest and digest in met:
            reasons.append("a copy of another photo of theirs")
        else:
            reasons.append(reason)
        met.add(digest)
    return reasons


def _vectors(described: Described, rows: npt.NDArray[np.intp], recognizer: Recognizer) -> Vector:
    """Return the embeddings of photos that have one, n × d."""
    found = [face for row in rows.tolist() if (face := described.faces[row]) is not None]
    if not found:
        return np.empty((0, recognizer.contract.dimension), np.float32)
    return np.stack([face.embedding for face in found if face.embedding is not None])


def _quality(described: Described, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
    faces = [described.faces[row] for row in rows.tolist()]
    scores = [face.quality.score if face and face.quality else np.nan for face in faces]
    return np.array(scores, dtype=np.float64)


def _state(described: Described, row: int) -> MaskState | None:
    face = described.faces[row]
    return face.mask.state if face is not None and face.mask is not None else None
