"""A threshold measured on photos of known people, and what follows from it.

One comparison: the threshold keeps the false match rate (FMR) that was asked for. A search among N
people makes N comparisons, of which one false match is enough, so that a stranger is named with
the rate FPIR(N) = 1 − (1 − FMR)^N (P. Grother, P. J. Phillips, "Models of large population
recognition performance", CVPR 2004); for a promised FPIR q each comparison may have the FMR
1 − (1 − q)^(1/N), and the threshold rises with N. Where people or faces differ in how often they
are mistaken the product only overstates FPIR (Jensen's inequality: 1 − (1 − x)^N is concave).

How it is measured is in `kith.evaluation.calibrate`; it is kept in a gallery.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kith.decision.curves import limit, probabilities
from kith.errors import ContractMismatch, OptionError, printable
from kith.masks.space import MIXED, NONE, WORN
from kith.types import Promise

if TYPE_CHECKING:
    from kith.decision.curves import Limit, Points
    from kith.types import EmbeddingContract

BARE = NONE
"""Two faces without masks."""
MASKED = (MIXED, WORN)
"""A face behind a mask and one without; two behind masks."""
HIGHEST_MASKED = 2.0
"""Above every similarity of such pairs: brought onto another scale, they may pass 1."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A rate on people whom the threshold was not chosen on.

    Attributes:
        value: 0–1.
        low, high: where the true rate lies, at 95 % (bootstrap over people).
        trials: comparisons or searches.
    """

    value: float
    low: float
    high: float
    trials: int


@dataclass(frozen=True, slots=True)
class PairCalibration:
    """What was measured on comparisons in which one face wears a mask, or both do.

    Attributes:
        pair: one of `MASKED`.
        space: see `kith.decision.spaces.stamp`.
        people, photos: whose masked faces were compared, found or not, in both parts together.
        painted: of these photos, copies that a mask was painted on.
        pairs: of people in the part the threshold was chosen on.
        threshold: least similarity of a match.
        measured_fmr, measured_fnmr: at it, on the other part.
        held_fmr, held_fnmr: there at the threshold of faces without masks, as NIST reports it
            (M. Ngan, P. Grother, K. Hanaoka, NISTIR 8311 and 8331, 2020).
        rough, tail, scale, pair_odds, person_odds: as for `Calibration`; the template is the other
            side of the pair.
    """

    pair: str
    space: str
    people: int
    photos: int
    painted: int
    pairs: int
    threshold: float
    measured_fmr: Measured
    measured_fnmr: Measured
    held_fmr: Measured
    held_fnmr: Measured
    rough: bool
    tail: Points
    scale: float
    pair_odds: Points
    person_odds: Points


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was measured on one set of photos with one network.

    Attributes:
        contract: what the embeddings are; other embeddings need another calibration.
        detector: id of the one that found the faces.
        created: UTC in ISO 8601.
        kith: its version.
        fingerprint: sha256 over the sorted digests of the photos, hexadecimal.
        source: where they came from: ``gallery``, ``photos`` or ``pairs``.
        seed: of the split into two parts and of the bootstrap.
        people, photos: in both parts together.
        pairs: of people in the part the threshold was chosen on: what may pass for independent.
        fmr, fpir: that were asked for.
        threshold: least similarity of a match between two faces.
        measured_fmr, measured_fnmr: at it, on the other part.
        searched: people in the galleries that `measured_fpir` and `measured_fnir` were measured
            with, at the threshold for so many; strangers and these come from the other part.
        rough: fewer than 30 false matches stand behind the promised rate (the rule of 30).
        tail: (FMR, similarity) of a face and another person's template, FMR falling.
        scale: by how much similarity FMR falls to 1/e beyond the last of `tail`.
        pair_odds: (similarity, probability), both rising: that two faces are one person.
        person_odds: the same of a face and a template.
        odds_error: expected calibration error of `pair_odds` on the other part.
        masked: the same for comparisons with masked faces, where that was measured. All the rest
            is of faces without masks.

    A `pair` is who wears a mask, of the two faces that are compared: `BARE`, one of `MASKED`, or
    None where nobody looked. What was not measured goes by the numbers of faces without masks, onto
    whose scale `kith.masks.space` brings the similarities of masked ones.
    """

    contract: EmbeddingContract
    detector: str
    created: str
    kith: str
    fingerprint: str
    source: str
    seed: int
    people: int
    photos: int
    pairs: int
    fmr: float
    fpir: float
    threshold: float
    measured_fmr: Measured
    measured_fnmr: Measured
    searched: int
    measured_fpir: Measured
    measured_fnir: Measured
    rough: bool
    tail: Points
    scale: float
    pair_odds: Points
    person_odds: Points
    odds_error: float
    masked: tuple[PairCalibration, ...] = ()

    def of_pair(self, pair: str | None) -> Calibration | PairCalibration:
        """Return where the numbers for a pair stand.

        Args:
            pair: see above.

        Raises:
            OptionError: there is no such pair.
        """
        if pair is None or pair == BARE:
            return self
        if pair not in MASKED:
            raise OptionError(
                f"{printable(pair)} is no pair; there are {BARE}, {', '.join(MASKED)}"
            )
        return next((one for one in self.masked if one.pair == pair), self)

    def threshold_for(self, people: int, pair: str | None = BARE) -> float:
        """Return the least similarity of a match in a search among so many people.

        Never below that of two faces; beyond what was measured it follows an exponential tail.
        The similarity is bounded, and a bounded variable's tail falls faster than an exponential
        one (J. Pickands, "Statistical inference using extreme order statistics", Annals of
        Statistics 3, 1975), so that this errs towards the higher threshold.
        """
        return self._limit(people, pair).threshold

    def promise(self, people: int | None = None, pair: str | None = BARE) -> Promise:
        """Return what is promised in a search among so many people; None: of one comparison."""
        return Promise(
            fmr=self.fmr,
            fpir=None if people is None else self.fpir,
            created=self.created,
            fingerprint=self.fingerprint,
            people=self.people,
            gallery=people,
            extrapolated=people is not None and self._limit(people, pair).extrapolated,
        )

    def probability(
        self, similarity: float, *, template: bool = False, pair: str | None = BARE
    ) -> float:
        """Return how probable it is that both are one person.

        That is where before looking both answers were equally likely; where one of N people is
        looked for, the answer *nobody of them* is likelier and this is too much.

        Args:
            similarity: of two faces, −1…1.
            template: of a face and a person's template instead.
            pair: who of the two wears a mask.
        """
        found = self.of_pair(pair)
        known = found.person_odds if template else found.pair_odds
        return float(probabilities(known, np.array([similarity]))[0])

    def require(self, contract: EmbeddingContract) -> None:
        """Refuse embeddings that this was not measured on.

        Raises:
            ContractMismatch: with the parts that differ.
        """
        if differences := self.contract.differences(contract):
            raise ContractMismatch(
                f"calibrated for another kind of embedding ({'; '.join(differences)}): "
                "calibrate again"
            )

    def _limit(self, people: int, pair: str | None) -> Limit:
        found = self.of_pair(pair)
        highest = 1.0 if found is self else HIGHEST_MASKED
        return limit(found.tail, found.scale, found.threshold, self.fpir, people, highest)
