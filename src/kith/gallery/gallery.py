"""The people one knows: recogniser, search and decision over a store."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kith.decision import AMBIGUITY_MARGIN, checked_threshold, no_face
from kith.decision import verify as verify_photos
from kith.errors import OptionError
from kith.gallery.asking import Asking, Limit
from kith.gallery.calibrations import StoredCalibrations
from kith.gallery.enrolling import Enrolling
from kith.gallery.masked import REFUSED, is_masked
from kith.masks.space import NONE
from kith.types import PhotoIdentities, Verdict

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator, Sequence

    from kith.decision import Calibration
    from kith.gallery.asking import Limits
    from kith.gallery.records import ForgetReport, MergeReport, PersonDetail, PersonSummary
    from kith.recognizer import Recognizer
    from kith.types import Face, Identification, ImageInput, Verification


class Gallery(Enrolling):
    """The people one knows, in one file.

    A file is made by the first enrolment and fixes what its embeddings are (network, weights,
    crop); they are never mixed with others. Every change is one transaction. Several threads may
    use a gallery, several processes a file.

    Args:
        path: of the file; None: ``KITH_GALLERY``, else ``people.kith`` in the user's data folder.
        recognizer: whose networks are used; None: those the gallery was made with, and the
            default ones for a new gallery. Loaded when first needed.
        read_only: never write to the file.
        portraits: keep a small picture of each person's best face, so that people can be shown;
            False: of those who are enrolled from now on keep none.

    Raises:
        GalleryError: the file cannot be used.

    Example:
        >>> with kith.Gallery("people.kith") as people:
        ...     people.enroll("Ada", ["ada1.jpg", "ada2.jpg"])
        ...     for seen in people.identify("party.jpg"):
        ...         print(seen.verdict, seen.name, seen.similarity)
    """

    def __init__(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        recognizer: Recognizer | None = None,
        read_only: bool = False,
        portraits: bool = True,
    ) -> None:
        super().__init__(path, recognizer=recognizer, read_only=read_only, portraits=portraits)
        self._asking = Asking(self.store)
        self._calibrations = StoredCalibrations(self.store)

    @property
    def calibration(self) -> Calibration | None:
        """What thresholds are taken from; None: from the embedder's card. See `kith.calibrate`."""
        return self._calibrations.current()[0]

    def set_calibration(self, calibration: Calibration | None) -> None:
        """Keep a calibration, which counts from now on; None: go back to the embedder's card.

        Raises:
            ContractMismatch: it was measured with another kind of embedding.
            GalleryError: the gallery cannot take it.
        """
        if calibration is not None:
            self._calibrations.keep(calibration)
        elif self.store.exists:
            self._calibrations.remove()

    @property
    def no_mask(self) -> bool:
        """Whether whoever wears a mask is refused; see `set_no_mask`."""
        return self.store.exists and self.store.no_mask()

    def set_no_mask(self, refuse: bool) -> None:
        """Say whether whoever wears a mask is refused from now on.

        Then a masked face, worn as it should be or wrong, has the verdict `low_quality` with the
        reason ``mask`` and no candidates, whoever it is, and no masked photo is enrolled. Who was
        enrolled with one before stays.

        Raises:
            GalleryError: the gallery cannot take it.
        """
        self.store.set_no_mask(refuse)

    def identify(
        self,
        image: ImageInput,
        *,
        top: int = 5,
        threshold: float | None = None,
        margin: float = AMBIGUITY_MARGIN,
    ) -> tuple[Identification, ...]:
        """Say who is on a photo: an answer per face, or one with the verdict `no_face`.

        Args:
            image: a path, encoded bytes, a PIL image, or RGB pixels.
            top: candidates in each answer.
            threshold: least similarity of a match; None: the calibration's for so many people, else
                the one measured for the recogniser.
            margin: least lead over a second person who reaches the threshold too.

        Raises:
            PhotoError: the photo cannot be read.
            GalleryError: the gallery cannot be read or is of another contract.
            OptionError: an option outside its range.
        """
        self._check(top, margin)
        limits = self._limits(threshold, margin)
        answers = self._answers(self.recognizer.faces(image), top, limits)
        limit = limits(NONE)
        return answers or (no_face(limit.threshold, limit.promise),)

    def identify_stream(
        self,
        images: Iterable[ImageInput],
        *,
        top: int = 5,
        threshold: float | None = None,
        margin: float = AMBIGUITY_MARGIN,
        keep_pixels: bool = False,
    ) -> Iterator[PhotoIdentities]:
        """Yield who is on each of many photos, in order; see `identify` and `Recognizer.stream`.

        A photo that cannot be read is an item with an error; one without a face has no answers.
        """
        self._check(top, margin)
        self._limits(threshold, margin)  # an option outside its range is told before any work
        for photo in self.recognizer.stream(images, keep_pixels=keep_pixels):
            limits = self._limits(threshold, margin)  # people may come and go meanwhile
            answers = self._answers(photo.faces, top, limits)
            limit = limits(NONE)
            yield PhotoIdentities(photo, answers, limit.threshold, limit.promise)

    def identify_faces(
        self,
        faces: Sequence[Face],
        *,
        top: int = 5,
        threshold: float | None = None,
        margin: float = AMBIGUITY_MARGIN,
    ) -> tuple[Identification, ...]:
        """Say who faces are that were described already, by a recogniser of the same contract.

        Args:
            faces: with embeddings.
            top: candidates in each answer.
            threshold: as for `identify`.
            margin: as for `identify`.
        """
        self._check(top, margin)
        return self._answers(faces, top, self._limits(threshold, margin))

    def limit(self, threshold: float | None = None) -> float:
        """Return the similarity that a match needs among so many people as there are now.

        Args:
            threshold: as for `identify`.

        Raises:
            OptionError: it is outside −1…1.
        """
        self._check_contract()
        return self._limits(threshold, AMBIGUITY_MARGIN)(NONE).threshold

    def verify(
        self, a: ImageInput, b: ImageInput, *, threshold: float | None = None
    ) -> Verification:
        """Say whether two photos show the same person, whoever it is; see `kith.verify`.

        With the gallery's networks, and its calibration where there is one; where it refuses masks,
        so does this.

        Raises:
            PhotoError: a photo cannot be read.
            GalleryError: the gallery cannot be read or is of another contract.
            OptionError: the threshold is outside −1…1.
        """
        self._check_contract()
        found = verify_photos(
            a,
            b,
            recognizer=self.recognizer,
            threshold=threshold,
            calibration=self._usable_calibration()[0],
        )
        masked = any(face is not None and is_masked(face) for face in (found.a, found.b))
        if found.similarity is not None and masked and self.no_mask:
            return replace(found, verdict=Verdict.LOW_QUALITY, reason=REFUSED)
        return found

    def people(self) -> Iterator[PersonSummary]:
        """Yield everybody, by name."""
        return self.store.people()

    def show(self, name: str) -> PersonDetail:
        """Return what is kept of a person."""
        return self.store.show(name)

    def thumbnail(self, name: str) -> bytes | None:
        """Return what a person looks like, as JPEG of 112 × 112; None where no picture is kept."""
        return self.store.thumbnail(name)

    def rename(self, old: str, new: str) -> None:
        """Give a person another name."""
        self.store.rename(old, new)

    def merge(self, into: str, other: str) -> MergeReport:
        """Move the photos of `other` to `into`, and remove `other`."""
        return self.store.merge(into, other)

    def forget(self, name: str) -> ForgetReport:
        """Remove a person and all that was kept of them, from the file's free pages too."""
        report = self.store.forget(name)
        self._asking.forget()
        return report

    def _check(self, top: int, margin: float) -> None:
        if top < 1:
            raise OptionError(f"top must be 1 or more, not {top}")
        if not 0 <= margin <= 2:
            raise OptionError(f"a margin between two similarities is 0 to 2, not {margin}")
        self._check_contract()

    def _answers(
        self, faces: Sequence[Face], top: int, limits: Limits
    ) -> tuple[Identification, ...]:
        return self._asking.answers(faces, top, limits, self.recognizer.masked_space)

    def _limits(self, threshold: float | None, margin: float) -> Limits:
        calibration, people = self._usable_calibration()
        if threshold is not None or calibration is None:
            limit = Limit(checked_threshold(threshold, self.recognizer), margin, calibration)
            return lambda _: limit

        def of_pair(pair: str) -> Limit:
            least = calibration.threshold_for(people, pair)
            return Limit(least, margin, calibration, calibration.promise(people, pair))

        return of_pair

    def _usable_calibration(self) -> tuple[Calibration | None, int]:
        """Return the calibration and the number of people; an empty gallery may be of another."""
        found, people = self._calibrations.current()
        usable = found is not None and found.contract == self.recognizer.contract
        return found if usable else None, people
