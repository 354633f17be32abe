"""People who look like one: two folders of the same person, or twins.

As strangers to each other they would say that strangers are named often, and a single such pair
raises the threshold until most people are missed. They are pointed out, and do not count as
strangers.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kith.errors import printable
from kith.evaluation.records import FAILED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.training.head.records import Seen, Strangers
    from kith.types import Vector

USUAL = 0.25
"""Of the photos of one person, the part that are less similar to their template than this."""
_ROWS = 1024
_SHOWN = 5


class Pair(NamedTuple):
    """Two people, and how similar their templates are."""

    one: int
    other: int
    similarity: float


def alike(templates: Vector, seen: Seen) -> list[Pair]:
    """Return people whose templates are as similar as photos of one person, most similar first.

    Args:
        templates: of all people, K × d.
        seen: photos of these people, out of fold.
    """
    own = seen.similarity[seen.similarity > FAILED]
    if not len(own):
        return []
    usual = float(np.quantile(own, USUAL))
    pairs = []
    for start in range(0, len(templates), _ROWS):
        cosines = templates[start : start + _ROWS] @ templates.T
        ones, others = np.nonzero(cosines >= usual)
        pairs += [
            Pair(start + one, other, float(cosines[one, other]))
            for one, other in zip(ones.tolist(), others.tolist(), strict=True)
            if start + one < other
        ]
    return sorted(pairs, key=lambda pair: -pair.similarity)


def without(strangers: Strangers, pairs: Sequence[Pair]) -> Strangers:
    """Return strangers but for people who look like another; all of them where nobody else is."""
    gone = [number for pair in pairs for number in (pair.one, pair.other)]
    kept = ~np.isin(strangers.person, gone)
    if not kept.any():
        return strangers
    return replace(
        strangers,
        person=strangers.person[kept],
        similarity=strangers.similarity[kept],
        template=strangers.template[kept],
    )


def in_words(pairs: Sequence[Pair], people: Sequence[str]) -> list[str]:
    """Return notes on people who look like one."""
    notes = [
        f"{printable(people[pair.one], 40)} and {printable(people[pair.other], 40)} look like one "
        f"person ({pair.similarity:.2f}): if they are, put their photos into one folder; they do "
        "not count as strangers here"
        for pair in pairs[:_SHOWN]
    ]
    if len(pairs) > _SHOWN:
        notes.append(f"{len(pairs) - _SHOWN:,} more pairs of people look like one")
    return notes
