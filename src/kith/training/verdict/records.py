"""What a verdict is made of, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kith.evaluation.metrics.paired import Difference, Differences
    from kith.evaluation.records import Evaluated, Indices, Interval, Rate
    from kith.models.card import Threshold
    from kith.types import EmbeddingContract, Vector

LEAST_PEOPLE = 5
"""Held out, to say whether a network is better. Of fewer nearly any difference may be chance."""


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One of the networks that are compared.

    Attributes:
        name: as people call it; no two sides have the same.
        vectors: float32, P × dimension: unit vectors of the photos; a row of zeros or with numbers
            that are none matches nobody.
        contract: of those vectors.
        random: it is a random start, which has learned nothing.
    """

    name: str
    vectors: Vector
    contract: EmbeddingContract
    random: bool = False


@dataclass(frozen=True, slots=True)
class Failed:
    """A photo of somebody held out that no side could acquire: a failure in each.

    Attributes:
        photo: its path.
        person: by number.
        reason: in a few words.
    """

    photo: str
    person: int
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class HeldPhotos:
    """Photos of people whom no side learned from here.

    Attributes:
        person: int32, P: whose each is, as a number of `people`; those without a photo do not
            count.
        people: names.
        photos: paths, P.
        digests: sha256 of the files, P.
        failures: photos without a usable face.
    """

    person: Indices
    people: tuple[str, ...]
    photos: tuple[str, ...]
    digests: tuple[str, ...]
    failures: tuple[Failed, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """One side's figures.

    Attributes:
        name, random: of the side.
        accuracy: of verification on as many pairs of one person as of two, at thresholds that
            other people ask for (`kith.evaluation.metrics.others`), and its interval.
        evaluated: everything else that an evaluation of pairs measures.
    """

    name: str
    random: bool
    accuracy: float
    interval: Interval | None
    evaluated: Evaluated

    @property
    def auc(self) -> Rate:
        """Area under the ROC curve."""
        return self.evaluated.result.auc

    @property
    def eer(self) -> Rate:
        """Equal error rate."""
        return self.evaluated.result.eer

    def missed(self, fmr: float | None) -> Rate | None:
        """Return the FNMR at a false match rate that was measured; None for none."""
        points = self.evaluated.result.points
        return next((one.fnmr for one in points if one.asked == fmr), None)


@dataclass(frozen=True, slots=True)
class Compared:
    """What the network has over another side after learning.

    Attributes:
        name: of the other side.
        differences: its figures less the other's.
    """

    name: str
    differences: Differences

    @property
    def accuracy(self) -> Difference:
        """The figure that decides: it was settled before anything was measured."""
        return self.differences.accuracy


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """After against before.

    Attributes:
        sides: before, after, and yardsticks.
        gain: after less before.
        against: after less each yardstick.
        people, photos, pairs: how many were compared; photos with those that failed.
        failures: photos without a usable face; they count as never matched, on every side.
        fmr: the least of 1e-1, 1e-2, … that the pairs support; None: not even the first.
        threshold: for the new model's card; None where too little supports one.
        apart: nobody here had a part in choosing the epoch that is kept.
    """

    sides: tuple[Judged, ...]
    gain: Compared
    against: tuple[Compared, ...]
    people: int
    photos: int
    pairs: int
    failures: int
    fmr: float | None
    threshold: Threshold | None
    apart: bool

    @property
    def before(self) -> Judged:
        """The network it began from."""
        return self.sides[0]

    @property
    def after(self) -> Judged:
        """The network that has learned."""
        return self.sides[1]

    @property
    def few(self) -> bool:
        """Whether there are too few people to say anything."""
        return self.people < LEAST_PEOPLE

    @property
    def better(self) -> bool:
        """Whether the whole interval of the gain in accuracy lies above 0."""
        return not self.few and self.gain.accuracy.above

    @property
    def worse(self) -> bool:
        """Whether it lies below 0."""
        return not self.few and self.gain.accuracy.below

    @property
    def use(self) -> str | None:
        """The name of the side to use; None where nothing here speaks for any.

        What has learned has to earn its place: where it is not measurably better, the network it
        began from or the yardstick, which were measured on more people, stay.
        """
        standing = None if self.before.random else self.before.name
        unbeaten = _best(one for one in self.against if not one.accuracy.above)
        if self.few:
            return standing or unbeaten
        if self.better:
            return unbeaten or self.after.name
        ahead = _best(one for one in self.against if one.accuracy.below)
        return ahead or standing or unbeaten

    @property
    def figures(self) -> Mapping[str, float | int | None]:
        """What a card keeps of it, by name."""
        from kith.training.verdict.shape import card_figures

        return card_figures(self)


def _best(compared: Iterable[Compared]) -> str | None:
    """Return the name of the side that the new network is furthest behind; None of none."""
    return min(((one.accuracy.value, one.name) for one in compared), default=(0, None))[1]
