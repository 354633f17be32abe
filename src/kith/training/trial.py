"""The judgement on what was learned, on people who had no part in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kith.alignment import RECIPES
from kith.evaluation.compare import matrix
from kith.evaluation.describe import describe
from kith.recognizer import Recognizer
from kith.training.held import squares
from kith.training.verdict import Failed, HeldPhotos, Side, judge, write_verdict_report
from kith.types import EmbeddingContract

if TYPE_CHECKING:
    from pathlib import Path

    from kith.models import ModelStore
    from kith.training.held import Held
    from kith.training.network import Start
    from kith.training.out import Exported
    from kith.training.settings import Settings
    from kith.training.verdict import Verdict
    from kith.types import Pixels

YARDSTICK = "sface"
"""The embedder that is there without any learning."""
BEFORE = "a random start"


class Trial:
    """Measures networks on people held out.

    Args:
        settings: of the training.
        start: what it began from.
        held: those people.
        apart: none of them had a part in choosing the epoch.
        store: where networks are.

    Attributes:
        notes: what went otherwise than meant, in one line each.
    """

    def __init__(
        self, settings: Settings, start: Start, held: Held, *, apart: bool, store: ModelStore
    ) -> None:
        self._settings, self._start, self._held = settings, start, held
        self._apart, self._store = apart, store
        self.notes: list[str] = []

    def verdict(self, before: Exported, after: Exported) -> Verdict:
        """Compare the network with what it began from, and with `YARDSTICK`."""
        start, settings = self._start, self._settings
        sides = [
            self._side(start.name if start.card else BEFORE, before, random=start.card is None),
            self._side(settings.out, after),
        ]
        held = self._held
        photos = HeldPhotos(
            person=held.person,
            people=held.faces.people,
            photos=held.photos,
            digests=tuple(held.faces.digests[row] for row in held.rows.tolist()),
            failures=self._failures(),
        )
        if start.name != YARDSTICK:
            sides += self._yardstick(photos.digests)
        return judge(
            sides, photos, apart=self._apart, detector=settings.detector, seed=settings.seed
        )

    def report(self, verdict: Verdict, folder: Path) -> Path:
        """Write the pages of a verdict; return the one to open.

        Raises:
            OptionError: files of somebody else, or photos, are in the folder.
            OutputError: the disk is full, or it is not permitted.
        """
        held = self._held
        rows = dict(zip(held.photos, held.rows.tolist(), strict=True))

        def look(photo: str) -> Pixels | None:
            row = rows.get(photo)
            return None if row is None else squares(held.faces, np.array([row]))[0]

        return write_verdict_report(verdict, folder, look=look)

    def _side(self, name: str, network: Exported, *, random: bool = False) -> Side:
        recipe = RECIPES[self._start.crop]
        contract = EmbeddingContract(
            name, network.sha256, recipe.name, recipe.version, self._start.dimension
        )
        return Side(name, self._held.vectors(network.embed), contract, random)

    def _yardstick(self, digests: tuple[str, ...]) -> list[Side]:
        """Return what is there without learning; nothing where the photos are not as they were."""
        with Recognizer(self._settings.detector, YARDSTICK, store=self._store) as recognizer:
            found = describe(recognizer, self._held.photos)
            if found.digests != digests:  # gone, or changed, since they were gathered
                self.notes.append(
                    f"photos have gone or changed since they were gathered: {YARDSTICK} is not "
                    "compared"
                )
                return []
            side = matrix(found.faces, recognizer.contract.dimension)
            return [Side(YARDSTICK, side.vectors, recognizer.contract)]

    def _failures(self) -> tuple[Failed, ...]:
        """Return the photos of these people on which no face was found."""
        faces = self._held.faces
        numbers = {faces.people[number]: number for number in set(self._held.person.tolist())}
        return tuple(
            Failed(one.photo, numbers[one.person], one.reason)
            for one in faces.skipped
            if one.person in numbers
        )
