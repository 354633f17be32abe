"""The values that go into a gallery's store and come out of it: frozen, slotted, plain."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kith.types import Box, Face, MaskState


@dataclass(frozen=True, slots=True, eq=False)
class NewPhoto:
    """A reference photo to keep of a person.

    Attributes:
        digest: sha256 of the photo, 64 hexadecimal digits.
        source: where it came from, as given; kept as a hint for people, never opened again.
        faces: the person's face, with its embedding; several only where the caller knows that all
            of them show the person (frames of a film).
        added: when it was kept first, UTC in ISO 8601; None for now.
        portraits: what the faces look like, in their order: JPEG as `thumbnails.encoded` makes it,
            None for one of which there is none; empty where there are none at all.
    """

    digest: str
    source: str
    faces: tuple[Face, ...]
    added: str | None = None
    portraits: tuple[bytes | None, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Conflict:
    """A photo that was left out because it already stands for somebody else."""

    digest: str
    source: str
    person: str


@dataclass(frozen=True, slots=True)
class AddReport:
    """What became of the photos handed to `GalleryStore.add`.

    Attributes:
        name: the person's name as it is kept.
        created: whether the person is new.
        added: digests kept now.
        already: digests that this person had before, or that came twice.
        conflicts: photos left out because they stand for somebody else.
        outliers: sources of all photos of this person, old and new, with a face that agrees too
            little with the others and is left out of the template.
        best: quality of the best face of all this person's photos, 0–1; None where one's is not
            known.
        agreement: of this person's photos, where one is new; see `Template.agreement`.
    """

    name: str
    created: bool
    added: tuple[str, ...]
    already: tuple[str, ...]
    conflicts: tuple[Conflict, ...]
    outliers: tuple[str, ...]
    best: float | None = None
    agreement: float | None = None


@dataclass(frozen=True, slots=True)
class PersonSummary:
    """A person in a list.

    Attributes:
        id: never given to anybody else.
        name: as it is kept.
        photos: how many stand for the person; a film is one.
        faces: how many are kept of them.
        outliers: how many of these are left out of the template.
        created: since when the person is known, UTC in ISO 8601.
        thumbnail: whether there is a picture of the person.
    """

    id: int
    name: str
    photos: int
    faces: int
    outliers: int
    created: str
    thumbnail: bool = False


@dataclass(frozen=True, slots=True)
class FaceDetail:
    """A face that is kept.

    Attributes:
        box: in pixels of the photo it came from.
        score: of the detector, 0–1.
        quality: 0–1; None where it was not measured.
        similarity: cosine to the person's template, −1…1.
        member: whether it is part of the template; False for an outlier.
        mask: how it wears one; None where nobody looked.
    """

    box: Box
    score: float
    quality: float | None
    similarity: float
    member: bool
    mask: MaskState | None = None


@dataclass(frozen=True, slots=True)
class PhotoDetail:
    """A photo that is kept, by its digest; the picture itself is not."""

    digest: str
    source: str
    added: str
    faces: tuple[FaceDetail, ...]


@dataclass(frozen=True, slots=True)
class PersonDetail:
    """A person with all photos, oldest first."""

    summary: PersonSummary
    photos: tuple[PhotoDetail, ...]


@dataclass(frozen=True, slots=True)
class MergeReport:
    """What a merge moved, and what both had."""

    into: str
    photos: int
    duplicates: int


@dataclass(frozen=True, slots=True)
class ForgetReport:
    """What was removed of a person.

    Attributes:
        photos, faces: rows that are gone.
        scrubbed: whether the file's free pages and its journal were wiped too. False where
            another process was reading for too long; the next `GalleryStore.scrub` or `forget`
            makes up for it, and `GalleryStore.check` tells until then.
    """

    name: str
    photos: int
    faces: int
    scrubbed: bool


@dataclass(frozen=True, slots=True)
class ThumbnailReport:
    """Which pictures of faces a gallery keeps.

    Attributes:
        kept: whether it may keep any.
        people: how many it has a picture of.
        removed: how many were removed just now.
        scrubbed: whether they are gone from the file's free pages too; see `ForgetReport`.
    """

    kept: bool
    people: int
    removed: int = 0
    scrubbed: bool = True


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What an archive holds."""

    people: int
    photos: int
    faces: int


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of an archive's people and photos.

    Attributes:
        people: in the archive.
        created: people who were not in the gallery before.
        added: photos kept now.
        already: photos that were there before.
        conflicts: photos left out because here they stand for somebody else.
        calibrated: whether the archive's calibration counts from now on.
    """

    people: int
    created: int
    added: int
    already: int
    conflicts: tuple[Conflict, ...]
    calibrated: bool = False
