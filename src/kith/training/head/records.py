"""What the parts of learning a head hand to each other."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import compress
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from kith.errors import OptionError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from kith.evaluation.records import Indices, Scores
    from kith.models import ModelCard
    from kith.training.records import Skipped
    from kith.types import EmbeddingContract, MaskState, Vector

Kind: TypeAlias = Literal["softmax", "centroid", "svm"]
KINDS: tuple[str, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class HeadSettings:
    """Choices of one head.

    Attributes:
        out: id of the model that comes out.
        kind: softmax (multinomial logistic regression), the nearest centroid, or a linear support
            vector machine.
        fpir: share of strangers who may be named, above 0 and below 1.
        reject: whether faces that are like nobody are left without a name.
        seed: of every draw.
    """

    out: str
    kind: Kind = "softmax"
    fpir: float = 0.01
    reject: bool = True
    seed: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise OptionError(f"a head is one of {', '.join(KINDS)}, not {self.kind!r}")
        if not 0.0 < self.fpir < 1.0:
            raise OptionError(f"the share of strangers named lies between 0 and 1: {self.fpir:g}")
        if self.seed < 0:
            raise OptionError(f"seed must be 0 or more, not {self.seed}")


@dataclass(frozen=True, slots=True, eq=False)
class References:
    """Faces of known people, one of each photo.

    Attributes:
        vectors: float32 unit vectors, N × d.
        person: int32, N: whose, rising.
        people: names.
        photos: paths, N.
        digests: sha256 of the files, N.
        quality: of each face, 0–1, N.
        states: how each wears a mask, N.
    """

    vectors: Vector
    person: Indices
    people: tuple[str, ...]
    photos: tuple[str, ...]
    digests: tuple[str, ...]
    quality: npt.NDArray[np.float64]
    states: tuple[MaskState | None, ...]

    def take(self, rows: npt.NDArray[np.bool_]) -> References:
        """Return some of the photos (bool, N), of the same people."""
        return References(
            self.vectors[rows],
            self.person[rows],
            self.people,
            tuple(compress(self.photos, rows)),
            tuple(compress(self.digests, rows)),
            self.quality[rows],
            tuple(compress(self.states, rows)),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """What was found in a folder of people.

    Attributes:
        references: what there is to learn from.
        contract: what the vectors are.
        skipped: photos that are not among them, each with its reason.
        notes: what else to know, in one line each.
        fingerprint: sha256 over whose photos these are.
    """

    references: References
    contract: EmbeddingContract
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...]
    fingerprint: str


@dataclass(frozen=True, slots=True, eq=False)
class Linear:
    """A head's numbers: scores are vectors · weightsᵀ + bias.

    Attributes:
        weights: float32, K × d.
        bias: float32, K.
    """

    weights: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]

    def scores(self, vectors: Vector) -> npt.NDArray[np.float32]:
        """Return how much speaks for each person, float32, N × K."""
        return vectors @ self.weights.T + self.bias


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """A head before its probabilities are calibrated.

    Attributes:
        linear: its numbers.
        centroids: float32 unit vectors, K × d: each person's template.
        members: bool, N: the photos it was fitted to; the others look like somebody else.
    """

    linear: Linear
    centroids: Vector
    members: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What a head and a plain template say of photos that they were not fitted to.

    Attributes:
        person: int32, n: who each photo shows.
        similarity: float32, n: to that person's template; −∞ without a usable face.
        rank: int32, n: the person's place among all by the head, 1 the best; 0 without a face.
        template_rank: the same by similarity to the templates alone.
    """

    person: Indices
    similarity: Scores
    rank: Indices
    template_rank: Indices


@dataclass(frozen=True, slots=True, eq=False)
class Strangers:
    """What they say of faces of people whom they do not know.

    Attributes:
        person: int32, m: who each face shows; 0 … people − 1.
        people: how many they are.
        similarity: float32, m: to the one of the known whom the head takes them for; −∞ without a
            usable face.
        template: float32, m: the highest similarity to any of the known.
        source: where they come from: ``strangers``, ``leave-one-person-out``.
    """

    person: Indices
    people: int
    similarity: Scores
    template: Scores
    source: Literal["strangers", "leave-one-person-out"]


@dataclass(frozen=True, slots=True)
class Reject:
    """The least similarity of a face to the person whom it is taken for.

    Attributes:
        similarity: −1…1.
        how: ``strangers``, ``leave-one-person-out``: measured on them to keep the promise for
            other strangers too; ``threshold``: the embedder's own, raised for so many people;
            ``spread``: from how similar two people are, where the embedder has no threshold.
        says: the same in words.
        trials: strangers (people) it was chosen from; 0: none.
        least: what it would be without these strangers; None where it is measured on them alone.
    """

    similarity: float
    how: Literal["strangers", "leave-one-person-out", "threshold", "spread"]
    says: str
    trials: int = 0
    least: float | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """A share of trials, with the interval in which it lies at 95 %."""

    value: float
    low: float
    high: float
    trials: int


@dataclass(frozen=True, slots=True)
class Figures:
    """How a head does on photos that it was not fitted to, and a plain template on the same.

    Attributes:
        accuracy: share of known people's photos whose person it takes them for.
        found: the same, where their similarity reaches the reject threshold too (1 − FNIR).
        fpir: share of strangers' photos that get a name; None without a reject option, and where
            there are no strangers.
        template_accuracy, template_found, template_fpir: of a template with a threshold.
        gain: by how much more of the known people's photos the head finds.
        gain_low, gain_high: the interval of that, at 95 %.
    """

    accuracy: Share
    found: Share
    fpir: Share | None
    template_accuracy: Share
    template_found: Share
    template_fpir: Share | None
    gain: float
    gain_low: float
    gain_high: float

    @property
    def better(self) -> bool:
        """Whether the head finds more than a template, beyond chance."""
        return self.gain_low > 0.0


@dataclass(frozen=True, slots=True)
class Calibrated:
    """How far a head's probabilities can be believed, on photos that it was not fitted to.

    Attributes:
        sharpness: what its scores are multiplied with (the inverse of a temperature).
        photos: that it was measured on.
        brier: mean of the squared error over all people, 0–2.
        error: expected calibration error of the highest probability, 0–1.
        confidence: mean of the highest probability.
    """

    sharpness: float
    photos: int
    brier: float
    error: float
    confidence: float


@dataclass(frozen=True, slots=True, eq=False)
class HeadReport:
    """A new head, and what was measured of it.

    Attributes:
        card: of the head, as it is kept.
        settings: as asked for.
        photos: that it learned from.
        alone: people with one photo, of whom nothing could be measured.
        folds: parts that photos were dealt into, and how many of them were measured on.
        calibrated: its probabilities.
        reject: None without a reject option.
        figures: out of fold.
        strangers: where the strangers of `figures` come from, and how many people they are.
        held_out: on photos that were held out; None where there were none.
        skipped: photos that nothing was learned from.
        notes: what else to know, in one line each.
        seconds: that learning took, without describing the photos.
    """

    card: ModelCard
    settings: HeadSettings
    photos: int
    alone: int
    folds: tuple[int, int]
    calibrated: Calibrated
    reject: Reject | None
    figures: Figures
    strangers: tuple[str, int]
    held_out: Figures | None
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...]
    seconds: float
