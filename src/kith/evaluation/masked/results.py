"""What a study of masks came to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kith.evaluation.masked.records import (
        Drop,
        Flags,
        Kind,
        Looked,
        Measured,
        Named,
        Portrayed,
        Strip,
    )
    from kith.evaluation.records import Failure, PairProtocol, Rate, System
    from kith.masks import Painter


@dataclass(frozen=True, slots=True)
class Told:
    """What was said of the masks; shares of the faces that were found and looked at.

    Attributes:
        looked: how many faces.
        none, worn, wrong: how many were told as that.
        right: the share told rightly: worn over the nose as worn, else as wrong.
    """

    looked: int
    none: int
    worn: int
    wrong: int
    right: Rate | None


@dataclass(frozen=True, slots=True)
class Person:
    """One person's photos without and behind a mask.

    Attributes:
        name: theirs.
        photos: that were searched.
        bare, masked: median similarity to their own other photos; None without a face.
        right, wrong, unknown: answers to the photos without masks, and behind them.
    """

    name: str
    photos: int
    bare: float | None
    masked: float | None
    right: tuple[int, int]
    wrong: tuple[int, int]
    unknown: tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class KindResult:
    """What one kind of mask costs.

    Attributes:
        kind: of mask.
        painted: photos that got one.
        not_painted: photos with a face that got none, and why.
        lost: masked faces that were not found any more or were too poor, and why.
        lost_share: of the painted photos.
        probe: masked faces compared with bare ones; None where too little was painted.
        both: masked faces compared with each other; None as well.
        drop: None where no photo has both similarities.
        bare, masked: names given to the photos without and behind the mask, the same photos; None
            where nobody could be searched for, or without a threshold.
        told: what was said of the masks; None where nobody looked.
        people: one by one.
        looked: photo by photo.
        strips: photos of one person that the mask parted, then such that stayed a match.
        mistaken: photos that the mask made look like somebody else's.
    """

    kind: Kind
    painted: int
    not_painted: tuple[Failure, ...]
    lost: tuple[Failure, ...]
    lost_share: Rate | None
    probe: Measured | None
    both: Measured | None
    drop: Drop | None
    bare: Named | None
    masked: Named | None
    told: Told | None
    people: tuple[Person, ...]
    looked: Looked
    strips: tuple[Strip, ...]
    mistaken: tuple[Strip, ...]


@dataclass(frozen=True, slots=True)
class Threshold:
    """From which similarity on faces match.

    Attributes:
        pair: of two faces without masks.
        masked: of a masked face and one without.
        both: of two masked faces.
        search: of a face without a mask and one of the people it is searched among.
        masked_search: of a masked face and one of them.
        origin: in words that follow "the threshold".
    """

    pair: float
    masked: float
    both: float
    search: float
    masked_search: float
    origin: str


@dataclass(frozen=True, slots=True, eq=False)
class MaskedResult:
    """What masks cost a system, by one way of comparing faces.

    Attributes:
        comparison: how faces are compared; see `kith.evaluation.masked.scoring`.
        protocol: the folder or list, as given.
        photos, people: of the pairs.
        bare: pairs without masks.
        kinds: of masks.
        told: what was said of the photos without masks; None where nobody looked.
        threshold: of names and examples; None where there is none.
        used: bool, P: photos of the protocol that stand in a pair.
        looked: photo by photo, without masks.
        failures: photos that could not be acquired without a mask.
        fingerprint: sha256 of photos and pairs.
        notes: what was left out or guessed.
        cached: photos that came from an earlier run.
        seed: of the masks.
    """

    system: System
    comparison: str
    protocol: str
    photos: int
    people: int
    bare: Measured
    kinds: tuple[KindResult, ...]
    told: Told | None
    threshold: Threshold | None
    used: Flags
    looked: Looked
    failures: tuple[Failure, ...]
    fingerprint: str
    notes: tuple[str, ...]
    cached: int
    seconds: float
    seed: int


@dataclass(frozen=True, slots=True, eq=False)
class MaskedEvaluated:
    """One system's whole study, with what a report needs to show examples."""

    protocol: PairProtocol
    portrayed: Portrayed
    result: MaskedResult
    painter: Painter
