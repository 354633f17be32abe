"""Whom a network learns from, and whom it is measured on."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kith.alignment import RECIPES
from kith.errors import ProtocolError
from kith.training.data import Augment, Loader, Plan, gather, hold_out, rim_for
from kith.training.held import Held
from kith.training.settings import check_batch

if TYPE_CHECKING:
    import os
    from collections.abc import Callable
    from pathlib import Path

    from kith.models import ModelStore
    from kith.training.data import Split
    from kith.training.listener import Listener
    from kith.training.network import Start
    from kith.training.records import TrainingSet
    from kith.training.settings import Settings

PEOPLE = 16
"""In a batch, where nobody says how many and there are so many."""

HALVED = 10
"""People held out from which half of them choose the epoch and the others judge the result."""


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """Faces, dealt to those who are learned from and those who are not.

    Attributes:
        faces: of the folder to learn from.
        split: who of them is held out.
        watched: people the best epoch is chosen by; None: nobody.
        judged: people the result is measured on; None: nobody.
        apart: nobody who is judged on had a part in choosing the epoch.
        more: what to know of those who are judged on, in one line each.
    """

    faces: TrainingSet
    split: Split
    watched: Held | None
    judged: Held | None
    apart: bool
    more: tuple[str, ...] = ()

    @property
    def dealt(self) -> str:
        """Who does what, in one line."""
        learned = f"{len(self.split.people_learn):,} people are learned from"
        if self.judged is None or self.watched is None:
            return f"{learned}, nobody chooses the best epoch"
        if not self.apart:
            return f"{learned}, {self.judged.people:,} others choose the epoch and judge the result"
        return (
            f"{learned}, {self.watched.people:,} others choose the epoch, and "
            f"{self.judged.people:,} others again judge the result"
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What to know of the photos, in one line each."""
        return (*self.faces.notes, *self.more)


def prepare(
    root: str | os.PathLike[str],
    held_out: str | os.PathLike[str] | None,
    settings: Settings,
    start: Start,
    *,
    work: Path,
    store: ModelStore,
    listener: Listener,
) -> Material:
    """Gather the faces, and hold some people out.

    Who chooses the epoch must not judge it: people held out are halved between the two, unless
    there are too few of them, or others to be judged on are given.

    Raises:
        PhotoError, NoPhotos, ProtocolError, OutputError, ModelError: see `gather`, `hold_out`.
    """

    def gathered(folder: str | os.PathLike[str], *, painted: bool) -> TrainingSet:
        recipe = RECIPES[start.crop]
        with ExitStack() as stack:
            told: list[Callable[[], None]] = []
            return gather(
                folder,
                recipe,
                work=work / "crops",
                rim=rim_for(recipe.side),
                painted=painted,
                seed=settings.seed,
                detector=settings.detector,
                store=store,
                on_total=lambda n: told.append(stack.enter_context(listener.gathering(n))),
                on_photo=lambda: told[-1](),
            )

    faces = gathered(root, painted="masks" in settings.augment)
    split = hold_out(faces, settings.held_out, settings.seed)
    held = Held(faces, split.held) if len(split.held) else None
    if held_out is not None:
        judged, note = unknown_to(faces, gathered(held_out, painted=False))
        return Material(faces, split, held, judged, apart=True, more=note)
    if held is None or held.people < HALVED:
        return Material(faces, split, held, held, apart=False)
    watched, judged = held.halves(settings.seed)
    return Material(faces, split, watched, judged, apart=True)


def unknown_to(learned: TrainingSet, others: TrainingSet) -> tuple[Held, tuple[str, ...]]:
    """Leave out who may be learned from: people of the same name, or with a photo in common.

    Returns:
        The others, and what to know of them.

    Raises:
        ProtocolError: there is no pair of one person among those who stay, or only one of them.
    """
    digests, names = set(learned.digests), set(learned.people)
    known = {number for number, name in enumerate(others.people) if name in names}
    whose = zip(others.person.tolist(), others.digests, strict=True)
    known |= {number for number, digest in whose if digest in digests}
    rows = np.flatnonzero(~np.isin(others.person, list(known)))
    counts = np.bincount(others.person[rows])
    if np.count_nonzero(counts) < 2 or counts.max() < 2:
        raise ProtocolError(
            f"of the people to be judged on {len(known):,} are learned from (a folder of the same "
            "name, or the same photo), and the others are too few: give other people"
        )
    if not known:
        return Held(others, rows), others.notes
    note = (
        f"{len(known):,} of {len(others.people):,} people to be judged on are learned from (a "
        "folder of the same name, or the same photo): they are left out"
    )
    return Held(others, rows), (*others.notes, note)


def loader(material: Material, settings: Settings) -> Loader:
    """Return what deals the batches of a training."""
    split, crops = material.split, material.faces.crops
    singles = settings.loss != "triplet"
    used = int(np.count_nonzero(np.bincount(split.classes) >= (1 if singles else 2)))
    people = settings.people or min(PEOPLE, used)
    check_batch(people, settings.photos)
    plan = Plan(
        split.classes,
        people=people,
        photos=settings.photos,
        seed=settings.seed,
        singles=singles,
    )
    augment = Augment(settings.augment, crops.side, crops.rim)
    return Loader(material.faces, split, plan, augment, seed=settings.seed)
