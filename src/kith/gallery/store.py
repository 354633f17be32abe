"""`GalleryStore`: people, what is kept of them, and every change to it, in one SQLite file."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Self

from kith.errors import GalleryUnreadable
from kith.gallery import checking, reading, thumbnails, writing
from kith.gallery.database import Database
from kith.gallery.names import clean_name, name_key
from kith.gallery.records import ForgetReport, ThumbnailReport
from kith.gallery.vectors import StoredTemplates

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from kith.gallery.records import (
        AddReport,
        MergeReport,
        NewPhoto,
        PersonDetail,
        PersonSummary,
    )
    from kith.types import EmbeddingContract

_PEOPLE_AT_ONCE = 500
_KEYS_AT_ONCE = 500


class GalleryStore:
    """People and their reference photos' embeddings, in one file.

    Every change is one transaction: when the call returns it is on the disk, when it raises or
    the process is killed nothing of it is. Several threads may share a store, several processes a
    file; after a fork parent and child may both go on. What is read in many steps (`people`,
    `templates`) may see a change made meanwhile.

    Attributes:
        database: the file below, for what has to be done in one transaction of its own.
        templates: the templates, for a `search.TemplateIndex`.

    Names go through `clean_name` first. Any method may raise `GalleryUnreadable`, `GalleryBusy`;
    those that change something `GalleryReadOnly` and `GalleryFull` too.

    Example:
        >>> with GalleryStore.open("people.kith", create=True) as store:
        ...     store.add("Ada", [NewPhoto(digest, "ada.jpg", (face,))], contract)
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self.templates = StoredTemplates(database)

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str],
        *,
        create: bool = False,
        read_only: bool = False,
        busy_seconds: float = 10.0,
    ) -> Self:
        """Open a gallery.

        Args:
            path: of its file.
            create: let the first change make the file, and the folders it lies in; until then
                the gallery is empty. Without it a missing file is an error.
            read_only: never write to the file.
            busy_seconds: how long to wait while another process or thread writes.

        Raises:
            GalleryError: no gallery there.
            GalleryUnreadable: not a gallery, damaged, or not permitted.
            GalleryTooNew: written by a newer kith.
        """
        return cls(Database(path, create=create, read_only=read_only, busy_seconds=busy_seconds))

    def close(self) -> None:
        """Close the file; safe to call twice."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def path(self) -> Path:
        """The file, absolute."""
        return self.database.path

    @property
    def exists(self) -> bool:
        """Whether the file is there yet."""
        return self.database.exists

    def contract(self) -> EmbeddingContract | None:
        """Return what the embeddings in here are; None before the first enrolment."""
        with self.database.read() as connection:
            return reading.contract(connection)

    def add(
        self,
        name: str,
        photos: Iterable[NewPhoto],
        contract: EmbeddingContract,
        *,
        shared: bool = False,
    ) -> AddReport:
        """Keep photos of a person, who is made if nobody has this name.

        The first photos pin the contract; a gallery without people may pin another. A photo that
        the person has already is passed over, so that an interrupted enrolment is simply run
        again. A photo that stands for somebody else is left out and reported.

        Args:
            name: of the person.
            photos: with their faces, every face with its embedding.
            contract: what these embeddings are.
            shared: keep a photo although it stands for somebody else too (a picture of a couple,
                another face of it).

        Raises:
            InvalidName: see `clean_name`.
            ContractMismatch: the gallery's embeddings are of another kind.
            EnrolmentError: a photo without a face, or an embedding that cannot be compared.
        """
        cleaned = clean_name(name)
        with self.database.write() as connection:
            return writing.add(connection, cleaned, photos, contract, settled=0 if shared else None)

    def has_photo(self, digest: str, name: str | None = None) -> bool:
        """Return whether a photo is kept, of this person or of anybody."""
        return bool(self.known_digests([digest], name))

    def known_digests(self, digests: Iterable[str], name: str | None = None) -> set[str]:
        """Return which of these photos are kept, of this person or of anybody.

        Ask for a batch at a time: only the answer to it is held in memory.
        """
        cleaned = None if name is None else clean_name(name)
        remaining = iter(digests)
        known: set[str] = set()
        while batch := list(islice(remaining, _KEYS_AT_ONCE)):
            with self.database.read() as connection:
                known |= reading.known_digests(connection, batch, cleaned)
        return known

    def count(self) -> int:
        """Return the number of people."""
        return self.templates.count()

    def people(self) -> Iterator[PersonSummary]:
        """Yield everybody by name, upper and lower case together."""
        last = ""
        while found := self.people_after(last, _PEOPLE_AT_ONCE):
            yield from found
            if len(found) < _PEOPLE_AT_ONCE:
                return
            last = found[-1].name

    def people_after(self, name: str, limit: int) -> list[PersonSummary]:
        """Return the next people of the list.

        Args:
            name: of the last one that is known already, who may be gone since; empty: from the
                start.
            limit: so many, at most.
        """
        with self.database.read() as connection:
            return reading.summaries(connection, (name_key(name), name), limit)

    def find(self, name: str) -> PersonSummary:
        """Return one person's line of the list.

        Raises:
            UnknownPerson: with the names that were probably meant.
        """
        with self.database.read() as connection:
            return reading.summary(connection, clean_name(name))

    def show(self, name: str) -> PersonDetail:
        """Return what is kept of a person.

        Raises:
            UnknownPerson: with the names that were probably meant.
        """
        with self.database.read() as connection:
            return reading.detail(connection, clean_name(name))

    def thumbnail(self, name: str) -> bytes | None:
        """Return what a person looks like, as JPEG of 112 × 112; None where no picture is kept.

        Raises:
            UnknownPerson: with the names that were probably meant.
        """
        with self.database.read() as connection:
            return thumbnails.find(connection, clean_name(name))

    def lacks_thumbnail(self, name: str) -> bool:
        """Return whether a picture of this person, who is known, might be kept and is not."""
        with self.database.read() as connection:
            return thumbnails.are_wanted(connection) and not thumbnails.shown(
                connection, reading.known_person(connection, clean_name(name))
            )

    def thumbnail_report(self) -> ThumbnailReport:
        """Return whether pictures of faces may be kept, and how many there are."""
        with self.database.read() as connection:
            kept = thumbnails.count(connection)
            return ThumbnailReport(thumbnails.are_wanted(connection), kept)

    def keep_thumbnails(self, keep: bool) -> ThumbnailReport:
        """Say whether pictures of faces may be kept from now on.

        If not, those that are there are removed, from the file's free pages too.

        Returns:
            What is so now, and how many were removed.
        """
        with self.database.write() as connection:
            removed = thumbnails.want(connection, keep)
        scrubbed = self.database.scrub() if removed else True
        return replace(self.thumbnail_report(), removed=removed, scrubbed=scrubbed)

    def no_mask(self) -> bool:
        """Return whether whoever wears a mask is refused."""
        with self.database.look() as connection:
            return reading.no_mask(connection)

    def set_no_mask(self, refuse: bool) -> None:
        """Say whether whoever wears a mask is refused from now on."""
        with self.database.write() as connection:
            writing.refuse_masks(connection, refuse)

    def rename(self, old: str, new: str) -> None:
        """Give a person another name.

        Raises:
            UnknownPerson: nobody is called `old`.
            PersonExists: somebody else is called `new`.
            InvalidName: see `clean_name`.
        """
        names = clean_name(old), clean_name(new)
        self.find(old)  # before a file is made for nobody
        with self.database.write() as connection:
            writing.rename(connection, *names)

    def merge(self, into: str, other: str) -> MergeReport:
        """Move the photos of `other` to `into`, and remove `other`.

        Raises:
            UnknownPerson: nobody is called one of these.
        """
        names = clean_name(into), clean_name(other)
        self.find(into)
        with self.database.write() as connection:
            return writing.merge(connection, *names)

    def forget(self, name: str) -> ForgetReport:
        """Remove a person and all that was kept of them, from the file's free pages too.

        What evaluations remember of these photos (`kith.recognizer.cache`) goes as well. Rewrites
        the file, which takes a while and as much free space again in a large gallery. Copies
        elsewhere (archives, backups, what a disk keeps of overwritten blocks) are beyond
        its reach.

        Raises:
            UnknownPerson: with the names that were probably meant.
            GalleryReadOnly: or what evaluations remember can be neither changed nor removed.
        """
        # Here, because it loads the runtime, which listing people needs not wait for.
        from kith.recognizer.cache import forget_photos

        cleaned = clean_name(name)
        self.find(name)
        with self.database.read() as connection:
            digests = reading.photo_digests(connection, cleaned)
        forget_photos(digests)  # first: if that fails, nothing is half forgotten
        with self.database.write() as connection:
            photos, faces = writing.forget(connection, cleaned)
        return ForgetReport(cleaned, photos, faces, scrubbed=self.database.scrub())

    def scrub(self) -> bool:
        """Wipe the free pages and the journal once more; False where others keep reading."""
        return self.database.scrub()

    def check(self) -> list[str]:
        """Look at everything and return what is wrong, a line each; empty where all is well."""
        found: list[str] = []
        try:
            with self.database.read() as connection:
                found.extend(checking.problems(connection))
        except GalleryUnreadable as error:
            found.append(str(error))
        return found
