"""Which tracks of a film show the same person, whoever it is.

Average linkage: the two groups whose faces are on average the most similar become one, again and
again, as long as that average reaches what two photos of one person need (R. R. Sokal,
C. D. Michener, "A statistical method for evaluating systematic relationships", University of
Kansas Science Bulletin 38, 1958). Unlike single linkage it does not chain strangers together over
one poor face, and unlike a comparison of means it is not fooled by means being more similar than
the faces they are made of.

Nobody is in two places at once: tracks that were seen at the same time stay apart, and so do tracks
of two names. But one name joins nobody: where a stranger was taken for somebody for the length of
a shot, that stranger's other shots are more similar.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from kith.masks.alike import alike
from kith.masks.space import is_worn

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

    from kith.masks import MaskedSpace
    from kith.types import MaskState, Vector

    Numbers = npt.NDArray[np.float64]

TOGETHER = 0.25
"""Seconds that two tracks of one person may be seen at once: one is lost a little after the other
is found."""

_CHUNK = 1024
"""Tracks linked at a time; what was linked goes on as one group."""
_GROUPS = 3072
"""Groups that are held against new tracks; beyond it the smallest are left as they are."""


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """What linking needs of a track.

    Attributes:
        number: that the caller knows it by.
        first, last: seconds it was seen.
        vector: the mean of its faces' unit vectors, as short as they disagree.
        weight: how much it counts in an average.
        name: of the person it is known to be; None where that is not known.
        state: how the faces wear a mask; None where nobody looked.
    """

    number: int
    first: float
    last: float
    vector: Vector
    weight: float = 1.0
    name: str | None = None
    state: MaskState | None = None


def link(
    traces: Iterable[Trace], least: float, space: MaskedSpace | None = None
) -> list[list[int]]:
    """Group tracks by person.

    Args:
        traces: any number; memory and time are bounded for each thousand of them.
        least: average similarity that two groups need to become one.
        space: where faces with a mask are compared with others; None: as all others.

    Returns:
        Their numbers by group.
    """
    waiting = iter(traces)
    groups: list[_Group] = []
    aside: list[_Group] = []
    while chunk := list(islice(waiting, _CHUNK)):
        groups = _linked([*groups, *map(_Group, chunk)], least, space)
        groups.sort(key=lambda group: -group.weight)
        groups, smallest = groups[:_GROUPS], groups[_GROUPS:]
        aside += smallest
    return [[trace.number for trace in group.traces] for group in (*groups, *aside)]


class _Group:
    """Tracks of one person; its mean is of those with a mask or without, whichever weigh more."""

    def __init__(self, trace: Trace) -> None:
        self.traces = [trace]
        self.name = trace.name
        self.state = trace.state
        self.sum: Numbers = trace.weight * trace.vector.astype(np.float64)
        self.counted = self.weight = trace.weight

    def add(self, other: _Group) -> None:
        self.traces += other.traces
        self.name = self.name or other.name
        self.weight += other.weight
        if is_worn(self.state) is is_worn(other.state):
            self.sum = self.sum + other.sum
            self.counted += other.counted
        elif other.counted > self.counted:
            self.sum, self.counted, self.state = other.sum, other.counted, other.state


def _linked(groups: Sequence[_Group], least: float, space: MaskedSpace | None) -> list[_Group]:
    similar = _similarities(groups, space)
    similar[_apart(groups)] = -np.inf
    weights = np.array([group.weight for group in groups])
    joined: list[_Group | None] = list(groups)
    nearest = similar.argmax(1)
    reached = similar.max(1)
    while reached.max() >= least:
        one = int(reached.argmax())
        kept, gone = sorted((one, int(nearest[one])))
        _join(similar, weights, kept, gone)
        # An average is never above the larger of two: others stay nearest to whom they were.
        for row in np.flatnonzero(np.isin(nearest, (kept, gone))):
            nearest[row] = similar[row].argmax()
            reached[row] = similar[row, nearest[row]]
        left, right = joined[kept], joined[gone]
        assert left is not None
        assert right is not None
        left.add(right)
        joined[gone] = None
    return [group for group in joined if group is not None]


def _join(similar: Numbers, weights: Numbers, kept: int, gone: int) -> None:
    """Give one row and column the average of two, and clear the other."""
    share = weights[kept] / (weights[kept] + weights[gone])
    mixed = share * similar[kept] + (1 - share) * similar[gone]
    mixed[[kept, gone]] = -np.inf
    similar[kept], similar[:, kept] = mixed, mixed
    similar[gone], similar[:, gone] = -np.inf, -np.inf
    weights[kept] += weights[gone]


def _similarities(groups: Sequence[_Group], space: MaskedSpace | None) -> Numbers:
    means = np.stack([group.sum / group.counted for group in groups])
    states = [group.state for group in groups]
    return alike(means, states, means, states, space)


def _apart(groups: Sequence[_Group]) -> npt.NDArray[np.bool_]:
    """Return which groups cannot be of one person; none is to be joined with itself."""
    spans = np.array([_span(trace) for group in groups for trace in group.traces])
    owners = np.repeat(np.arange(len(groups)), [len(group.traces) for group in groups])
    names = np.array([group.name or "" for group in groups])
    apart = (names[:, None] != names) & (names[:, None] != "") & (names != "")
    np.fill_diagonal(apart, True)
    for number, group in enumerate(groups):
        # Within a group no two overlap: rising starts are rising ends.
        starts, ends = np.array(sorted(map(_span, group.traces))).T
        before = np.searchsorted(starts, spans[:, 1])  # how many began before its end
        busy = (before > 0) & (ends[np.maximum(before, 1) - 1] > spans[:, 0])
        apart[number, owners[busy]] = True
    return np.asarray(apart)


def _span(trace: Trace) -> tuple[float, float]:
    """Return when a track was surely seen, its ends left out."""
    inset = min(TOGETHER, trace.last - trace.first) / 2
    return trace.first + inset, trace.last - inset
