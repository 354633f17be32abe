"""Who of several people a film is about: the one who is there most, and largest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kith.gallery.masked import is_masked, state_of
from kith.gallery.templates import template

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from kith.masks.space import MaskedSpace
    from kith.types import Face, MaskState, Vector

DOMINANT = 0.7
"""Share of all faces' seconds × area that one person needs to be whom a film is about."""


CLEAR = 0.3
"""Quality of a face that is somebody beyond doubt; what is poorer is often no face at all."""


class Sighting(NamedTuple):
    """A face that was chosen of a track, and what it looks like (JPEG)."""

    face: Face
    picture: bytes | None


@dataclass(frozen=True, slots=True, eq=False)
class Passage:
    """One face for as long as it was followed through a film.

    Attributes:
        person: a number that passages of the same person share, so far as that is known; 0 where
            it is not.
        seconds: that it was seen.
        presence: seconds × share of the picture.
        sightings: good and different ones, at least one.
    """

    person: int
    seconds: float
    presence: float
    sightings: tuple[Sighting, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Protagonist:
    """Whom a film shows most.

    Attributes:
        sightings: all of this person.
        seconds: that the person was seen.
        share: of all faces' seconds × area, 0–1.
        people: how many there are, with this one.
    """

    sightings: tuple[Sighting, ...]
    seconds: float
    share: float
    people: int

    @property
    def dominates(self) -> bool:
        """Whether the film is about this person."""
        return self.people == 1 or self.share >= DOMINANT


def protagonist(
    passages: Sequence[Passage], same: float | None, space: MaskedSpace | None = None
) -> Protagonist:
    """Return whom a film shows most.

    Who was never seen clearly does not count, unless nobody was. Passages are one person's where
    they were followed as such, and else where their templates are alike: the two most alike groups
    are joined until none are (average linkage).

    Args:
        passages: at least one.
        same: cosine from which two templates show the same person; None: they all do.
        space: where faces with a mask are compared with others; None: as all others.
    """
    clear = [one for one in passages if max(map(_quality, one.sightings)) >= CLEAR]
    counted = clear or list(passages)
    groups = [counted] if same is None else _people(counted, same, space)
    main = max(groups, key=lambda group: sum(one.presence for one in group))
    total = sum(one.presence for one in counted)
    mine = sum(one.presence for one in main)
    return Protagonist(
        tuple(sighting for one in main for sighting in one.sightings),
        sum(one.seconds for one in main),
        mine / total if total else 1.0,
        len(groups),
    )


def _people(
    passages: Sequence[Passage], same: float, space: MaskedSpace | None
) -> list[list[Passage]]:
    known: dict[int, list[Passage]] = {}
    for number, passage in enumerate(passages):
        known.setdefault(passage.person or -1 - number, []).append(passage)
    groups = list(known.values())
    alike = _similarities(groups, space)
    np.fill_diagonal(alike, -np.inf)
    sizes = np.array([len(group) for group in groups], dtype=np.float64)
    while len(groups) > 1:
        a, b = sorted(np.unravel_index(int(np.argmax(alike)), alike.shape))
        if alike[a, b] < same:
            break
        joined = (sizes[a] * alike[a] + sizes[b] * alike[b]) / (sizes[a] + sizes[b])
        alike[a], alike[:, a], alike[a, a] = joined, joined, -np.inf
        alike = np.delete(np.delete(alike, b, 0), b, 1)
        sizes[a] += sizes[b]
        sizes = np.delete(sizes, b)
        groups[a] += groups.pop(b)
    return groups


def _similarities(
    groups: Sequence[Sequence[Passage]], space: MaskedSpace | None
) -> npt.NDArray[np.float64]:
    from kith.masks.alike import alike  # here, because it loads the runtime

    made = [_template(group) for group in groups]
    rows = np.array([vector for vector, _ in made], dtype=np.float64)
    states = [state for _, state in made]
    return alike(rows, states, rows, states, space)


def _template(group: Sequence[Passage]) -> tuple[Vector, MaskState | None]:
    """Return what stands for somebody, without a mask where they were ever seen so."""
    seen = [sighting for one in group for sighting in one.sightings]
    kind = [one for one in seen if not is_masked(one.face)] or seen
    rows = np.array([one.face.embedding for one in kind], dtype=np.float32)
    return template(rows, list(map(_quality, kind))).vector, state_of(kind[0].face)


def _quality(sighting: Sighting) -> float:
    quality = sighting.face.quality
    return 1.0 if quality is None else quality.score
