"""Thresholds chosen on some people, and what they keep on others."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kith._version import __version__
from kith.decision.calibration import Calibration, Measured
from kith.evaluation.calibrate import enough
from kith.evaluation.calibrate.chosen import Seen, choose, known
from kith.evaluation.calibrate.masked import measure_masked
from kith.evaluation.calibrate.points import measured, points
from kith.evaluation.calibrate.probability import calibration_error
from kith.evaluation.calibrate.similarities import (
    impostors_of,
    own_templates,
    photo_pairs,
    searches,
)
from kith.evaluation.calibrate.split import parts_of
from kith.evaluation.calibrate.strangers import searched
from kith.evaluation.calibrate.traditional import Habit, Tried
from kith.evaluation.metrics import identification_at_threshold
from kith.gallery.migrations import now

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.evaluation.calibrate.material import Material
    from kith.evaluation.calibrate.split import Part
    from kith.evaluation.calibrate.task import Task
    from kith.evaluation.records import Comparisons, OperatingPoint

MOST_ALIKE = 5


class Alike(NamedTuple):
    """Two people of whom two photos are as similar as photos of one person usually are."""

    a: str
    b: str
    similarity: float


@dataclass(frozen=True, slots=True, eq=False)
class CalibrationReport:
    """A calibration, and what was noticed on the way; names are here only, and never kept.

    Attributes:
        calibration: as the gallery keeps it.
        point: FMR and FNMR at its threshold, on the part it was not chosen on.
        search: FPIR (`fmr`) and FNIR (`fnmr`) of searches in galleries of `calibration.searched`.
        tried: what traditional distances would do on the same part.
        alike: people who may be one person under two names, or photos under a wrong name.
        notes: what was left out, in one line each.
    """

    calibration: Calibration
    point: OperatingPoint
    search: OperatingPoint
    tried: tuple[Tried, ...]
    alike: tuple[Alike, ...]
    notes: tuple[str, ...]


def measure(material: Material, task: Task, habits: Sequence[Habit] = ()) -> CalibrationReport:
    """Calibrate on photos of known people.

    Args:
        material: the photos.
        task: what for.
        habits: distances to try on the way.

    Raises:
        InputError: there are too few people or photos; the message says how many are missing.
    """
    choosing, measuring, notes = parts_of(material, task.seed)
    enough.check(choosing, measuring, task.fmr)
    seen, held = photo_pairs(choosing), photo_pairs(measuring)
    chosen = _chosen(choosing, seen, material.source, task)
    point, *others = points(held, [chosen.threshold, *(h.similarity for h in habits)], task.seed)
    found = searched(measuring)
    limit = chosen.threshold_for(found.gallery)
    search = identification_at_threshold(found.probes, limit, seed=task.seed)
    masked = measure_masked(choosing, measuring, chosen.threshold, task)
    calibration = replace(
        chosen,
        fingerprint=_fingerprint(choosing, measuring),
        people=sum(int(np.count_nonzero(part.faces)) for part in (choosing, measuring)),
        photos=len(choosing.digests) + len(measuring.digests),
        measured_fmr=measured(point.fmr),
        measured_fnmr=measured(point.fnmr),
        searched=found.gallery,
        measured_fpir=measured(search.fmr),
        measured_fnir=measured(search.fnmr),
        odds_error=calibration_error(chosen.pair_odds, known(held.genuine), held.impostor),
        masked=masked.pairs,
    )
    return CalibrationReport(
        calibration,
        point,
        search,
        tuple(Tried(*pair) for pair in zip(habits, others, strict=True)),
        (*_alike(choosing, seen), *_alike(measuring, held)),
        (*material.notes, *notes, *masked.notes),
    )


_UNKNOWN = Measured(0.0, 0.0, 1.0, 0)


def _chosen(part: Part, photos: Comparisons, source: str, task: Task) -> Calibration:
    """Return what the choosing part says; what is measured on the other is not known yet."""
    seen = Seen(photos, impostors_of(part, photos), searches(part), own_templates(part))
    return Calibration(
        contract=task.contract,
        detector=task.detector,
        created=now(),
        kith=__version__,
        fingerprint="",
        source=source,
        seed=task.seed,
        people=0,
        photos=0,
        fmr=task.fmr,
        fpir=task.fpir,
        measured_fmr=_UNKNOWN,
        measured_fnmr=_UNKNOWN,
        searched=0,
        measured_fpir=_UNKNOWN,
        measured_fnir=_UNKNOWN,
        odds_error=1.0,
        **choose(seen, task)._asdict(),
    )


def _alike(part: Part, comparisons: Comparisons) -> list[Alike]:
    """Return the two people's pairs at or above the middle of one person's, the closest first."""
    usual = float(np.median(known(comparisons.genuine)))
    close = np.flatnonzero(~comparisons.same & (comparisons.similarity >= usual))
    order = close[np.argsort(-comparisons.similarity[close], kind="stable")]
    found: dict[tuple[int, int], Alike] = {}
    for pair in order.tolist():
        a, b = sorted((int(comparisons.a[pair]), int(comparisons.b[pair])))
        similarity = float(comparisons.similarity[pair])
        found.setdefault((a, b), Alike(part.names[a], part.names[b], similarity))
    return list(found.values())[:MOST_ALIKE]


def _fingerprint(*parts: Part) -> str:
    """Return the sha256 over the sorted digests: the same photos, the same value."""
    masked = (part.worn.digests for part in parts if part.worn is not None)
    own = {digest for digests in masked for digest in digests}  # or those of painted copies
    seen = [digest for part in parts for digest in part.digests]
    digests = sorted([*seen, *own.difference(seen)])
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()
