"""``kith verify --against``: every face of photos against every photo of a folder of people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kith.cli.against_tables import say_photo, say_start
from kith.cli.batch import Batch
from kith.cli.output import emit
from kith.cli.pictures import identified, save_drawn
from kith.cli.places import OutputFolder
from kith.gallery.against import Folder
from kith.shapes import answer, face, number, photo_head, promise
from kith.types import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kith.decision import Calibration
    from kith.gallery.against import Compared
    from kith.recognizer import Recognizer
    from kith.types import PhotoIdentities

    Seen = tuple[PhotoIdentities, list[list[Compared]]]

SOMEBODY, NOBODY, NO_DECISION = 0, 1, 3


@dataclass(frozen=True, slots=True)
class Against:
    """What was asked for.

    Attributes:
        paths: photos, and folders of them.
        folder: with the people.
        threshold: that the user gave.
        draw: where photos with boxes and names go.
        every: print a line for each of the people's photos.
        as_json, quiet, strict: the options of that name.
    """

    paths: list[str]
    folder: Path
    threshold: float | None
    draw: Path | None
    every: bool
    as_json: bool
    quiet: bool
    strict: bool

    def run(
        self, recognizer: Recognizer, calibration: Calibration | None, *, no_mask: bool = False
    ) -> int:
        """Compare, print, draw; return the exit code.

        Args:
            recognizer: whose networks are used.
            calibration: thresholds are taken from it.
            no_mask: refuse whoever wears a mask.

        Raises:
            OptionError: an option outside its range.
            PhotoError: there is no such folder.
            NoPhotos: there is no photo.
            typer.Exit: with 2: not one photo can be used.
        """
        drawn = OutputFolder(self.draw, [*self.paths, str(self.folder)]) if self.draw else None
        batch, known = self._batch(self.paths, drawn), self._batch([str(self.folder)], drawn)
        verdicts: set[Verdict] = set()
        with Folder(recognizer, calibration, no_mask=no_mask) as people:
            self._read(people, known)
            if batch.shown:
                say_start(people, people.gallery.limit(self.threshold))
            with batch.progress("comparing"):
                for seen, compared in self._answers(people, batch):
                    verdicts |= {one.verdict for one in seen.answers}
                    self._draw(seen, drawn)
                    if self.as_json:
                        emit(_shape(seen, compared))
                    elif batch.shown:
                        say_photo(people.people, seen, compared, every=self.every)
        batch.finish()
        known.finish()
        return exit_code(verdicts)

    def _batch(self, paths: list[str], drawn: OutputFolder | None) -> Batch:
        return Batch(
            paths,
            as_json=self.as_json,
            quiet=self.quiet,
            strict=self.strict,
            outputs=[drawn],
        )

    def _read(self, people: Folder, known: Batch) -> None:
        def dealt(source: str, error: str | None) -> None:
            known.dealt(source, error)
            known.done += error is None

        with known.progress("reading the people"):
            people.read(self.folder, dealt)
        if not known.done:
            known.finish()

    def _answers(self, people: Folder, batch: Batch) -> Iterator[Seen]:
        stream = people.gallery.identify_stream(
            batch.photos(),
            top=max(1, len(people.people)),
            threshold=self.threshold,
            keep_pixels=self.draw is not None,
        )
        for seen in batch.keep(stream, lambda seen: seen.photo):
            yield seen, [people.compare(one, self.threshold) for one in seen.photo.faces]

    def _draw(self, seen: PhotoIdentities, drawn: OutputFolder | None) -> None:
        if drawn is not None:
            [place] = drawn.places(seen.photo.source, ".jpg")
            save_drawn(seen.photo, identified(seen.photo, seen.answers, numbered=True), place)


def exit_code(verdicts: set[Verdict]) -> int:
    """Return 0 where somebody was recognised, 1 where nobody was, 3 where it cannot be told."""
    if Verdict.MATCH in verdicts:
        return SOMEBODY
    return NOBODY if Verdict.UNKNOWN in verdicts else NO_DECISION


def _shape(seen: PhotoIdentities, compared: list[list[Compared]]) -> dict[str, Any]:
    faces = [
        face(one.face)
        | answer(one)
        | {
            "against": [
                {
                    "person": other.person,
                    "source": other.source,
                    "similarity": number(other.similarity),
                    "distance": number(1 - other.similarity),
                    "same": other.same,
                    "masks": other.masks,
                }
                for other in others
            ]
        }
        for one, others in zip(seen.answers, compared, strict=True)
        if one.face is not None
    ]
    verdict = {} if faces else {"verdict": "no_face"}
    promised = {"calibration": promise(seen.calibration)}
    return photo_head(seen.photo) | {"faces": faces} | verdict | promised
