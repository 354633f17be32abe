"""Known people and strangers from the sample store, on one page.

Five actors and musicians are enrolled from their training photos; their other photos are then
identified, and photos of two politicians whom the gallery does not know.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from kith import samples
from kith.decision import default_recognizer, no_face, verify
from kith.errors import InputError, printable
from kith.gallery.gallery import Gallery
from kith.media import COLOURS, MATCH, Section, Tile, contact_sheet, load_photo, save_picture
from kith.types import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kith.gallery.enroll import EnrollReport
    from kith.models.progress import Progress
    from kith.types import Identification, Verification

STRANGERS = ("obama", "obama2", "biden")
PAIR = ("obama", "obama2")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What kith said of one photo, and the truth.

    Attributes:
        path: of the photo.
        photo: a short name for it.
        truth: the person's name; None for somebody the gallery does not know.
        answer: of the photo's main face.
    """

    path: Path
    photo: str
    truth: str | None
    answer: Identification

    @property
    def result(self) -> str:
        """``right``, ``right: unknown`` for a stranger not named, ``unknown``, ``wrong``."""
        if self.answer.verdict is Verdict.MATCH:
            return "right" if self.answer.name == self.truth else "wrong"
        return "right: unknown" if self.truth is None else "unknown"


class Showcase:
    """The steps of the demo, each done on real photos.

    Args:
        out: the folder for the gallery and the page.
        people: folder of the known people's photos, ``train`` and ``val``.
        strangers: folder of the others' photos.
    """

    def __init__(self, out: Path, people: Path, strangers: Path) -> None:
        self.gallery_path = out / "people.kith"
        self._page = out / "contact-sheet.png"
        self._people = people
        self._strangers = strangers
        self.gallery = Gallery(self.gallery_path, recognizer=default_recognizer())

    @classmethod
    def prepare(cls, out: Path, progress: Progress | None = None) -> Self:
        """Bring the sample photos and open the gallery.

        Raises:
            ModelUnavailable: no source delivered the photos.
            InputError: the output folder cannot be made.
        """
        folders = [samples.folder(one.id, progress) for one in _SETS]
        try:
            out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(
                f"{printable(str(out))} cannot be made a folder ({error.strerror}): name another"
            ) from error
        return cls(out, *folders)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.gallery.close()

    def enroll(self) -> Iterator[EnrollReport]:
        """Enrol the known people; a second run finds them there."""
        return self.gallery.enroll_many(
            (name, path)
            for folder, name in samples.CELEBRITIES.people.items()
            for path in _photos(self._people / "train" / folder)
        )

    def identify(self) -> Iterator[Outcome]:
        """Identify photos of the known people that were not enrolled, and of strangers."""
        known = [
            (path, f"{name}, {path.name}", name)
            for folder, name in samples.CELEBRITIES.people.items()
            for path in _photos(self._people / "val" / folder)
        ]
        others = [(self._stranger(stem), f"a stranger, {stem}.jpg", None) for stem in STRANGERS]
        asked = [*known, *others]
        stream = self.gallery.identify_stream([path for path, _, _ in asked])
        for (path, photo, truth), seen in zip(asked, stream, strict=True):
            best = max(seen.answers, key=_area, default=no_face(seen.threshold))
            yield Outcome(path, photo, truth, best)

    def verify(self) -> Verification:
        """Compare two photos of one person."""
        first, second = (self._stranger(stem) for stem in PAIR)
        return verify(first, second, recognizer=self.gallery.recognizer)

    def draw(self, outcomes: list[Outcome], pair: Verification) -> Path:
        """Write the contact sheet and return its path."""
        known = [_tile(one) for one in outcomes if one.truth]
        strangers = [_tile(one) for one in outcomes if not one.truth]
        right = sum(one.result.startswith("right") for one in outcomes)
        wrong = sum(one.result == "wrong" for one in outcomes)
        sections = [
            Section("Enrolled", self._enrolled()),
            Section("Identified: other photos of them", known),
            Section("Strangers", strangers),
            Section("Verified: the same person?", self._pair(pair)),
        ]
        summary = (
            f"{len(outcomes)} photos: {right} right, {wrong} wrong, "
            f"{len(outcomes) - right - wrong} not named"
        )
        page = contact_sheet(sections, title="kith demo", subtitle=summary, tile_size=168)
        save_picture(page, self._page)
        return self._page

    def _enrolled(self) -> list[Tile]:
        tiles = []
        for folder, name in samples.CELEBRITIES.people.items():
            paths = list(_photos(self._people / "train" / folder))
            tiles.append(_plain(paths[0], name, f"{len(paths)} photos"))
        return tiles

    def _pair(self, pair: Verification) -> list[Tile]:
        word = "same person" if pair.same else "not the same"
        return [
            _plain(self._stranger(stem), word, f"similarity {pair.similarity:.2f}") for stem in PAIR
        ]

    def _stranger(self, stem: str) -> Path:
        return self._strangers / f"{stem}.jpg"


_SETS = (samples.CELEBRITIES, samples.PRESIDENTS)


def _photos(folder: Path) -> Iterator[Path]:
    yield from sorted(folder.glob("*.jpg"))


def _area(answer: Identification) -> float:
    return answer.face.box.area if answer.face else 0.0


def _tile(one: Outcome) -> Tile:
    answer = one.answer
    similarity = "" if answer.similarity is None else f"{answer.similarity:.2f}"
    name = answer.name or ("?" if answer.verdict is Verdict.UNKNOWN else answer.verdict.value)
    colour = (215, 58, 73) if one.result == "wrong" else COLOURS[answer.verdict]
    focus = answer.face.box if answer.face else None
    return Tile(load_photo(one.path).pixels, name, similarity, colour, focus)


def _plain(path: Path, title: str, subtitle: str) -> Tile:
    found = default_recognizer().detect(path)
    focus = max((face.box for face in found), key=lambda box: box.area, default=None)
    return Tile(load_photo(path).pixels, title, subtitle, MATCH, focus)
