"""What enrolment tells of each person, and how it is put together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kith.errors import EnrolmentError, printable
from kith.gallery.masked import in_words, is_masked
from kith.quality import POOR, reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kith.gallery.records import AddReport, Conflict, NewPhoto


@dataclass(frozen=True, slots=True)
class Rejected:
    """A photo that cannot stand for a person, and why."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class Poor:
    """A photo that was kept, but of which a better one would help, and why."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class FilmFaces:
    """What was taken of a film.

    Attributes:
        source: as given.
        faces: kept.
        seconds: that were looked at.
        people: seen; more than one where one of them is there most and closest.
        share: of the one who was taken, of all faces' seconds × area, 0–1.
        problem: why the film ended early, in one line; None where it did not.
    """

    source: str
    faces: int
    seconds: float
    people: int
    share: float
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class EnrollReport:
    """What became of the photos of one person.

    It grows with what there is to say: a source for each photo that is remarkable, a number for
    those that are not.

    Attributes:
        name: as it is kept.
        added: how many photos are new; a film counts as one.
        already: how many the person had before.
        several: sources that show several faces; the largest central one was taken.
        rejected: photos that cannot stand for a person.
        conflicts: photos that already stand for somebody else.
        outliers: sources of all this person's photos, old and new, whose face agrees too little
            with the others and is left out of the template.
        poor: new photos on which the face is hard to recognise.
        all_poor: no photo of this person, old or new, is better than poor; said where one is new.
        mixed: the photos are so unlike each other that they hardly show one person; said where
            one is new.
        films: what was taken of each new film.
        known_films: how many of those that the person had before are films.
        faces: how many faces were kept of the new photos and films.
        masked: sources of new photos and films on which every face that was kept wears a mask.
    """

    name: str
    added: int = 0
    already: int = 0
    several: tuple[str, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    outliers: tuple[str, ...] = ()
    poor: tuple[Poor, ...] = ()
    all_poor: bool = False
    films: tuple[FilmFaces, ...] = ()
    known_films: int = 0
    faces: int = 0
    mixed: bool = False
    masked: tuple[str, ...] = ()


@dataclass(slots=True)
class Tally:
    """One person's report in the making, and the photos not yet written."""

    name: str
    added: int = 0
    already: int = 0
    several: list[str] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    outliers: tuple[str, ...] = ()
    poor: list[Poor] = field(default_factory=list)
    all_poor: bool = False
    films: list[FilmFaces] = field(default_factory=list)
    known_films: int = 0
    faces: int = 0
    mixed: bool = False
    masked: list[str] = field(default_factory=list)
    waiting: list[NewPhoto] = field(default_factory=list)
    filmed: dict[str, FilmFaces] = field(default_factory=dict)
    """What was seen of those waiting that are films, by their digests."""

    def written(self, report: AddReport, same: float | None) -> None:
        """Take up what became of the waiting photos.

        Args:
            report: of the store.
            same: similarity from which two photos show the same person; None: not measured, so
                that nothing is said of people whose photos differ.
        """
        self.added += len(report.added)
        self.already += len(report.already)
        self.conflicts += report.conflicts
        self.outliers = report.outliers
        new = {photo.digest: photo for photo in self.waiting}
        self.faces += sum(len(new[digest].faces) for digest in report.added)
        added = [new[digest] for digest in report.added]
        self.poor += _poor(added)
        self.masked += [one.source for one in added if all(map(is_masked, one.faces))]
        self.all_poor = report.best is not None and report.best < POOR
        if report.added and same is not None:
            self.mixed = report.agreement is not None and report.agreement < same
        self.films += [self.filmed[digest] for digest in report.added if digest in self.filmed]
        self.known_films += sum(digest in self.filmed for digest in report.already)
        self.waiting.clear()
        self.filmed.clear()

    def report(self) -> EnrollReport:
        """Return what is known by now."""
        return EnrollReport(
            self.name,
            self.added,
            self.already,
            tuple(self.several),
            tuple(self.rejected),
            tuple(self.conflicts),
            self.outliers,
            tuple(self.poor),
            self.all_poor,
            tuple(self.films),
            self.known_films,
            self.faces,
            self.mixed,
            tuple(self.masked),
        )


def _poor(photos: Sequence[NewPhoto]) -> Iterator[Poor]:
    """Yield those of which not even the best face is good."""
    for photo in photos:
        measured = [face.quality for face in photo.faces if face.quality is not None]
        best = max(measured, key=lambda quality: quality.score, default=None)
        if best is not None and best.score < POOR:
            yield Poor(photo.source, reason(best))


def usable(name: str, reports: Sequence[EnrollReport]) -> EnrollReport:
    """Return the one report about a person of whom something is kept now.

    Raises:
        EnrolmentError: nothing is.
    """
    if not reports:
        raise EnrolmentError(f"no photo was given for {printable(name)}")
    report = reports[0]
    if report.added or report.already:
        return report
    refused = [(one.source, one.reason) for one in report.rejected]
    refused += [(one.source, f"stands for {one.person} already") for one in report.conflicts]
    source, reason = refused[0]
    more = f" (and {len(refused) - 1} more)" if len(refused) > 1 else ""
    raise EnrolmentError(f"{printable(source)}: {in_words(reason)}{more}; nobody was enrolled")
