"""Which photos a study of masks shows: parted by the mask, kept in spite of it, mistaken for it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kith.evaluation.masked.records import Strip

if TYPE_CHECKING:
    import numpy.typing as npt

    from kith.evaluation.masked.records import Flags
    from kith.evaluation.masked.results import Threshold
    from kith.evaluation.records import Indices, Scores

PARTED = 6
KEPT = 3
MISTAKEN = 3


class Probes(NamedTuple):
    """Pairs whose first photo is masked, N of them.

    Attributes:
        probe, reference: int32: the photo that is masked, and the bare one.
        same: bool: of one person.
        bare, masked: float32: similarity of the photo and of its masked copy to the reference.
    """

    probe: Indices
    reference: Indices
    same: Flags
    bare: Scores
    masked: Scores


def strips(probes: Probes, person: Indices, threshold: Threshold | None) -> tuple[Strip, ...]:
    """Return photos of one person: first those whose match is lost, then some that stay one.

    Each photo stands beside the photo of the same person that it is most like without a mask, and
    only where those two match: the rest is not the mask's doing. Those whose similarity fell most
    come first, then faces that were not found; of those that stay a match the ordinary ones.
    """
    if threshold is None:
        return ()
    rows = _best_reference(probes, threshold.pair)
    found = np.isfinite(probes.masked[rows])
    drop = probes.bare[rows] - probes.masked[rows]
    parted = found & (probes.masked[rows] < threshold.masked)
    kept = found & ~parted
    lost = rows[~found]
    order = rows[parted][np.argsort(-drop[parted], kind="stable")]
    middle = float(np.median(drop[kept])) if kept.any() else 0.0
    ordinary = rows[kept][np.argsort(np.abs(drop[kept] - middle), kind="stable")]
    owner = person[probes.probe]
    share = min(len(lost), PARTED // 3)
    chosen = [
        *_various(order, owner, PARTED - share),
        *_various(lost, owner, share),
        *_various(ordinary, owner, KEPT),
    ]
    return tuple(_strip(probes, row) for row in chosen)


def mistaken(probes: Probes, person: Indices, threshold: Threshold | None) -> tuple[Strip, ...]:
    """Return photos that match somebody else's behind the mask and did not without it."""
    if threshold is None:
        return ()
    wrong = ~probes.same & (probes.masked >= threshold.masked) & (probes.bare < threshold.pair)
    rows = np.flatnonzero(wrong)
    order = rows[np.argsort(-probes.masked[rows], kind="stable")]
    return tuple(_strip(probes, row) for row in _various(order, person[probes.probe], MISTAKEN))


def _best_reference(probes: Probes, threshold: float) -> npt.NDArray[np.intp]:
    """Return, for each probe that has a match among its person's photos, the row of the closest."""
    rows = np.flatnonzero(probes.same & (probes.bare >= threshold) & np.isfinite(probes.bare))
    rows = rows[np.lexsort((rows, -probes.bare[rows], probes.probe[rows]))]
    _, first = np.unique(probes.probe[rows], return_index=True)
    return rows[first]


def _various(rows: npt.NDArray[np.intp], owner: Indices, most: int) -> list[int]:
    """Return the first rows, of as many people as can be had."""
    seen: Counter[int] = Counter()
    turn = []  # how many of the same person came before
    for who in owner[rows].tolist():
        turn.append(seen[who])
        seen[who] += 1
    chosen = np.argsort(np.array(turn, dtype=np.int64), kind="stable")[:most]
    return [int(row) for row in rows[np.sort(chosen)]]


def _strip(probes: Probes, row: int) -> Strip:
    bare, masked = float(probes.bare[row]), float(probes.masked[row])
    return Strip(
        int(probes.probe[row]),
        int(probes.reference[row]),
        bare if np.isfinite(bare) else None,
        masked if np.isfinite(masked) else None,
    )
