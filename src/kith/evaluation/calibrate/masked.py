"""Thresholds for comparisons in which one face wears a mask, or both do.

They are chosen and measured on the same people as those of faces without masks, and in the same
way: each pair of states has a threshold of its own that keeps the rate. *Held* is what NIST does
(M. Ngan, P. Grother, K. Hanaoka, *Ongoing Face Recognition Vendor Test, Part 6A and 6B: Face
recognition accuracy with masks*, NISTIR 8311 and 8331, 2020): the threshold of faces without masks
stays, and what masks do to both rates is told.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kith.decision.calibration import MASKED, PairCalibration
from kith.decision.spaces import stamp
from kith.evaluation.calibrate.chosen import Seen, choose, people_matched
from kith.evaluation.calibrate.enough import short_of
from kith.evaluation.calibrate.points import measured, points
from kith.evaluation.calibrate.similarities import (
    impostors_of,
    own_templates,
    photo_pairs,
    searches,
)
from kith.masks.space import WORN

if TYPE_CHECKING:
    from kith.evaluation.calibrate.split import Part
    from kith.evaluation.calibrate.task import Task
    from kith.evaluation.records import Comparisons
    from kith.masks.space import MaskedSpace


class Masked(NamedTuple):
    """What could be measured, and in one line each what could not."""

    pairs: tuple[PairCalibration, ...]
    notes: tuple[str, ...]


def measure_masked(choosing: Part, measuring: Part, threshold: float, task: Task) -> Masked:
    """Calibrate comparisons with masked faces, where there are enough of them.

    Args:
        choosing: part of the people, with masked faces or without.
        measuring: the other part.
        threshold: that was chosen for faces without masks.
        task: what for.
    """
    assert choosing.worn is not None
    assert measuring.worn is not None
    if not len(choosing.worn.person) + len(measuring.worn.person):
        return Masked((), ())
    found, notes = [], []
    for pair in MASKED:
        here, there = (Sides.of(part, pair, task.space) for part in (choosing, measuring))
        pairs = here.compared(), there.compared()
        met = [each.met(one) for each, one in zip((here, there), pairs, strict=True)]
        if why := short_of(min(met), [people_matched(one) for one in pairs], task.fmr):
            notes.append(f"{pair} is not measured: {why}")
            continue
        chosen = choose(here.seen(pairs[0]), task)
        own, held = points(pairs[1], [chosen.threshold, threshold], task.seed)
        found.append(
            PairCalibration(
                pair=pair,
                space=stamp(task.space),
                people=_people(choosing.worn) + _people(measuring.worn),
                photos=len(choosing.worn.person) + len(measuring.worn.person),
                painted=_painted(choosing) + _painted(measuring),
                measured_fmr=measured(own.fmr),
                measured_fnmr=measured(own.fnmr),
                held_fmr=measured(held.fmr),
                held_fnmr=measured(held.fnmr),
                **chosen._asdict(),
            )
        )
    return Masked(tuple(found), tuple(notes))


class Sides(NamedTuple):
    """Who is compared with whom.

    Attributes:
        probes: masked faces, as they are compared.
        others: faces without masks, as they are compared; None: the masked ones.
        pair: of states.
        space: brings their similarities onto the scale of faces without masks.
    """

    probes: Part
    others: Part | None
    pair: str
    space: MaskedSpace | None

    @classmethod
    def of(cls, part: Part, pair: str, space: MaskedSpace | None) -> Sides:
        """Return the sides of a pair of states."""
        assert part.worn is not None
        others = None if pair == WORN else _projected(part, space)
        return cls(_projected(part.worn, space), others, pair, space)

    def compared(self) -> Comparisons:
        """Compare photos with photos."""
        found = photo_pairs(self.probes, self.others)
        return replace(found, similarity=self._scaled(found.similarity))

    def met(self, comparisons: Comparisons) -> int:
        """Return how many pairs of people were compared."""
        return impostors_of(self.probes, comparisons, self.others).pairs

    def seen(self, comparisons: Comparisons) -> Seen:
        """Return all that a threshold and its curves are chosen from."""
        strangers = searches(self.probes, self.others)
        return Seen(
            comparisons,
            impostors_of(self.probes, comparisons, self.others),
            replace(strangers, scores=self._scaled(strangers.scores)),
            self._scaled(own_templates(self.probes, self.others)),
        )

    def _scaled(self, similarities: np.ndarray) -> np.ndarray:
        return (
            similarities if self.space is None else self.space.similarity(similarities, self.pair)
        )


def _projected(part: Part, space: MaskedSpace | None) -> Part:
    if space is None:
        return part
    there = np.flatnonzero(part.acquired)
    vectors = np.zeros_like(part.vectors)
    if len(there):
        states = [part.states[at] for at in there.tolist()]
        vectors[there] = space.project(part.vectors[there], states)
    return replace(part, vectors=vectors)


def _people(part: Part) -> int:
    return len(np.unique(part.person))


def _painted(part: Part) -> int:
    """Return how many of the masked photos are copies of those without."""
    assert part.worn is not None
    own = set(part.digests)
    return sum(digest in own for digest in part.worn.digests)
