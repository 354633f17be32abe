"""Which tracks of a film show the same person, where nobody says who it is.

Average linkage: the two groups whose faces are on average the most similar become one, again and
again, as long as that average reaches what two photos of one person need (R. R. Sokal,
C. D. Michener, "A statistical method for evaluating systematic relationships", University of
Kansas Science Bulletin 38, 1958). Unlike single linkage it does not chain strangers together over
one poor face, and unlike a comparison of means it is not fooled by means being more similar than
the faces they are made of.

Nobody is in two places at once: tracks that were seen at the same time stay apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

    from kith.types import Vector

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
    """

    number: int
    first: float
    last: float
    vector: Vector
    weight: float = 1.0
    name: str | None = None


def link(traces: Iterable[Trace], least: float) -> list[list[int]]:
    """Group tracks by person.

    Tracks of one name are one group from the beginning, those of two never become one.

    Args:
        traces: any number; memory and time are bounded for each thousand of them.
        least: average similarity that two groups need to become one.

    Returns:
        Their numbers by group, the groups with a name first.
    """
    waiting = iter(traces)
    named: dict[str, _Group] = {}
    groups: list[_Group] = []
    aside: list[_Group] = []
    while chunk := list(islice(waiting, _CHUNK)):
        for trace in chunk:
            if trace.name is None:
                groups.append(_Group([trace]))
            elif trace.name in named:
                named[trace.name].add([trace])
            else:
                named[trace.name] = _Group([trace])
        joined = _linked([*named.values(), *groups], len(named), least)
        named = dict(zip(named, joined, strict=False))
        groups = sorted(joined[len(named) :], key=lambda group: -group.weight)
        groups, smallest = groups[:_GROUPS], groups[_GROUPS:]
        aside += smallest
    return [
        [trace.number for trace in group.traces] for group in [*named.values(), *groups, *aside]
    ]


class _Group:
    """Tracks of one person."""

    def __init__(self, traces: list[Trace]) -> None:
        self.traces: list[Trace] = []
        self.sum: Numbers = np.zeros(len(traces[0].vector))
        self.weight = 0.0
        self.add(traces)

    def add(self, traces: list[Trace]) -> None:
        self.traces += traces
        self.sum = self.sum + sum(one.weight * one.vector.astype(np.float64) for one in traces)
        self.weight += sum(one.weight for one in traces)

    def times(self) -> tuple[Numbers, Numbers]:
        """Return when each track began, rising, and when the last of those so far ended."""
        spans = sorted(_span(trace) for trace in self.traces)
        starts, ends = np.array(spans).T
        return starts, np.maximum.accumulate(ends)


def _span(trace: Trace) -> tuple[float, float]:
    """Return when a track was surely seen, its ends left out."""
    inset = min(TOGETHER, trace.last - trace.first) / 2
    return trace.first + inset, trace.last - inset


def _linked(groups: Sequence[_Group], named: int, least: float) -> list[_Group]:
    """Link groups, the first of which are known to be of different people and stay in front."""
    if not groups:
        return []
    similar = _similarities(groups)
    similar[_apart(groups)] = -np.inf
    similar[:named, :named] = -np.inf
    np.fill_diagonal(similar, -np.inf)
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
        left.add(right.traces)
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


def _similarities(groups: Sequence[_Group]) -> Numbers:
    means = np.stack([group.sum / group.weight for group in groups])
    return np.asarray(means @ means.T)


def _apart(groups: Sequence[_Group]) -> npt.NDArray[np.bool_]:
    """Return which groups were seen at the same time."""
    spans = np.array([_span(trace) for group in groups for trace in group.traces])
    owners = np.repeat(np.arange(len(groups)), [len(group.traces) for group in groups])
    apart = np.zeros((len(groups), len(groups)), dtype=np.bool_)
    for number, group in enumerate(groups):
        starts, ends = group.times()
        before = np.searchsorted(starts, spans[:, 1])  # how many began before its end
        busy = (before > 0) & (ends[np.maximum(before, 1) - 1] > spans[:, 0])
        apart[number, owners[busy]] = True
    return apart
