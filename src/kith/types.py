"""The values that everything passes around: frozen, slotted, without behaviour that needs a model.

Pictures are RGB, uint8, height × width × 3. Coordinates are pixels of the photo as a person sees
it (after its EXIF turn, at its full size), x to the right and y down, the centre of the first
pixel at (0, 0).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import os

    import PIL.Image

    from kith.errors import PhotoError

Pixels: TypeAlias = npt.NDArray[np.uint8]
"""RGB, uint8, height × width × 3."""

Vector: TypeAlias = npt.NDArray[np.float32]
"""One or more embeddings: float32, unit length along the last axis."""

ImageInput: TypeAlias = "str | os.PathLike[str] | bytes | PIL.Image.Image | Pixels"
"""A path, an encoded picture, a PIL image, or RGB pixels."""


class Box(NamedTuple):
    """A rectangle in pixels; it may reach past the border of the photo."""

    x: float
    y: float
    width: float
    height: float

    @property
    def area(self) -> float:
        """Width × height, in square pixels."""
        return self.width * self.height

    @property
    def centre(self) -> tuple[float, float]:
        """The middle of the rectangle."""
        return self.x + self.width / 2, self.y + self.height / 2


def overlap(a: Box, b: Box) -> float:
    """Return the intersection of two rectangles over their union, 0–1."""
    across = min(a.x + a.width, b.x + b.width) - max(a.x, b.x)
    down = min(a.y + a.height, b.y + b.height) - max(a.y, b.y)
    if across <= 0 or down <= 0:
        return 0.0
    common = across * down
    return common / (a.area + b.area - common)


class Verdict(StrEnum):
    """What kith says about a face or a pair of photos."""

    MATCH = "match"
    UNKNOWN = "unknown"
    AMBIGUOUS = "ambiguous"
    NO_FACE = "no_face"
    LOW_QUALITY = "low_quality"


class MaskState(StrEnum):
    """How a face wears a medical or cloth mask."""

    NONE = "none"
    WORN = "worn"
    WRONG = "wrong"
    """Below the nose, or under the chin."""


@dataclass(frozen=True, slots=True)
class Mask:
    """Whether a face wears a mask.

    Attributes:
        state: the most probable one.
        score: how probable it is, 0–1.
    """

    state: MaskState
    score: float


@dataclass(frozen=True, slots=True)
class Quality:
    """How good a face is for recognition, and the numbers that say why.

    What was not measured, or was not kept in a gallery, is None. Only `size`, `sharpness`, `yaw`,
    `sureness` and `strength` make up the score.

    Attributes:
        size: distance between the eyes, or from the eyes' middle to the mouth's where that is
            larger (a turned head brings the eyes closer), in pixels of the photo.
        sharpness: share of the aligned face's contrast that lies in fine details; about 0.33 for
            a usual photo, 0.11 where hardly a feature is left.
        yaw: how far the nose stands from the middle of the eyes, in halves of `size`; 0 is
            frontal, about ±1 a profile.
        score: 0–1, about 0.9 for a usual photo; below 0.1 (`kith.quality.UNUSABLE`) the face is
            unusable, below 0.5 (`POOR`) a better photo is worth looking for.
        brightness: mean grey level, 0–255.
        contrast: standard deviation of the grey levels; about 40 for a usual photo.
        glare: share of the face that is burnt out in at least two of the three colours, 0–1.
        unevenness: natural logarithm of how much brighter one half of the face (left or right,
            upper or lower) is than the other; about 0.2 for a usual photo.
        grain: the finest details against those that features are made of; about 0.35 for a usual
            photo, above 1 where noise outweighs the features.
        cut: share of the face that lies outside the photo, 0–1.
        sureness: what the detector's score says of the face, 0–1.
        strength: what the length of the embedder's vector says of it, 0–1; None for a network of
            which that is not known.
    """

    size: float
    sharpness: float
    yaw: float
    score: float
    brightness: float | None = None
    contrast: float | None = None
    glare: float | None = None
    unevenness: float | None = None
    grain: float | None = None
    cut: float | None = None
    sureness: float | None = None
    strength: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """A detected face.

    Attributes:
        box: the detector's rectangle, in pixels of the photo.
        landmarks: float32, 5 × 2: left eye, right eye, nose, left and right mouth corner, as seen
            in the picture.
        score: how sure the detector is, 0–1.
        quality: None where only detection was asked for.
        embedding: float32 unit vector; None where only detection was asked for.
        length: of the network's own numbers, which are `embedding` × `length`; None where only
            detection was asked for, or two views or several networks were joined.
        mask: whether it wears one; None where nobody looked.
    """

    box: Box
    landmarks: npt.NDArray[np.float32]
    score: float
    quality: Quality | None = None
    embedding: Vector | None = field(default=None, repr=False)
    length: float | None = field(default=None, repr=False)
    mask: Mask | None = None


@dataclass(frozen=True, slots=True, eq=False)
class PhotoFaces:
    """What one photo of a stream gave: its faces, or the error that kept them from us.

    Attributes:
        source: where the photo came from, as given.
        width, height: of the photo at full size after its EXIF turn; 0 where it was not read.
        digest: sha256 of the encoded bytes, hexadecimal; of the pixels where there were none.
        faces: in the order of the detector, best score first.
        error: the reason in one line, or None.
        failure: the error itself, to be raised where one photo is all there is.
        pixels: RGB, uint8, H × W × 3, perhaps reduced (`width` says by how much); None unless
            asked for.
    """

    source: str
    width: int
    height: int
    digest: str
    faces: tuple[Face, ...]
    error: str | None = None
    pixels: Pixels | None = None
    failure: PhotoError | None = None


@dataclass(frozen=True, slots=True)
class EmbeddingContract:
    """Everything that must agree before two embeddings may be compared."""

    model: str
    weights_sha256: str
    crop: str
    crop_version: int
    dimension: int
    metric: str = "cosine"
    precision: str = "float32"

    def differences(self, other: EmbeddingContract) -> list[str]:
        """Name every part that differs, as ``part: this ≠ other``."""
        return [
            f"{field.name}: {getattr(self, field.name)} ≠ {getattr(other, field.name)}"
            for field in fields(self)
            if getattr(self, field.name) != getattr(other, field.name)
        ]


@dataclass(frozen=True, slots=True)
class Promise:
    """What a calibrated threshold promises, and what it was measured on.

    Attributes:
        fmr: false match rate of one comparison, at most.
        fpir: false positive identification rate of a search, at most: how often a stranger is
            named; None where two photos are compared.
        created: when it was measured, UTC in ISO 8601.
        fingerprint: of the photos it was measured on, sha256.
        people: on those photos.
        gallery: how many people are searched; None where two photos are compared.
        extrapolated: whether the threshold lies beyond what those people could show.
    """

    fmr: float
    fpir: float | None
    created: str
    fingerprint: str
    people: int
    gallery: int | None
    extrapolated: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person of the gallery and how similar they are to a face (cosine, −1…1)."""

    name: str
    similarity: float


@dataclass(frozen=True, slots=True, eq=False)
class Identification:
    """What the gallery says of one face.

    Attributes:
        verdict: `match` only where one person, and only one, is similar enough.
        name: the person on `match`, else None.
        similarity: of the best candidate; None in an empty gallery.
        threshold: the similarity a match needs.
        candidates: the most similar people, best first.
        reason: why no name is given, in a few words; None on `match`.
        face: the face this speaks of; None with the verdict `no_face`.
        probability: that the best candidate is this person, where before looking that was as
            likely as not; None without a calibration.
        calibration: what the threshold promises; None for one that was not calibrated.
        masks: who wears a mask, the best candidate's photos or the face: ``none/none``,
            ``none/worn`` or ``worn/worn``; None where nobody looked or there is no candidate.
    """

    verdict: Verdict
    name: str | None
    similarity: float | None
    threshold: float
    candidates: tuple[Candidate, ...]
    reason: str | None = None
    face: Face | None = None
    probability: float | None = None
    calibration: Promise | None = None
    masks: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class PhotoIdentities:
    """Who is on one photo of a stream.

    Attributes:
        photo: what was found on it, or its error.
        answers: one for each of the photo's faces, in their order.
        threshold: the similarity a match needs.
        calibration: what the threshold promises; None for one that was not calibrated.
    """

    photo: PhotoFaces
    answers: tuple[Identification, ...]
    threshold: float
    calibration: Promise | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Verification:
    """Whether two photos show the same person.

    Attributes:
        verdict: `match`, `unknown` (not shown to be the same person), `no_face`, `low_quality`.
        similarity: cosine, −1…1; None where a photo has no face.
        threshold: the similarity a match needs.
        a, b: the faces that were compared; None where there was none.
        reason: why there is no decision, in a few words; None where there is one.
        probability: that both are one person, where before looking that was as likely as not;
            None without a calibration.
        calibration: what the threshold promises; None for one that was not calibrated.
        masks: who of the two wears a mask: ``none/none``, ``none/worn`` or ``worn/worn``; None
            where a photo has no face or nobody looked.
    """

    verdict: Verdict
    similarity: float | None
    threshold: float
    a: Face | None
    b: Face | None
    detector: str
    embedder: str
    reason: str | None = None
    probability: float | None = None
    calibration: Promise | None = None
    masks: str | None = None

    @property
    def same(self) -> bool | None:
        """True or False; None where there is no decision."""
        if self.verdict is Verdict.MATCH:
            return True
        return False if self.verdict is Verdict.UNKNOWN else None

    @property
    def distance(self) -> float | None:
        """1 − similarity."""
        return None if self.similarity is None else 1.0 - self.similarity

    @property
    def euclidean(self) -> float | None:
        """Euclidean distance of the two unit vectors, 0–2: √(2·distance)."""
        return None if self.distance is None else math.sqrt(max(0.0, 2.0 * self.distance))

    @property
    def euclidean_raw(self) -> float | None:
        """Euclidean distance of the network's own numbers; None where they are not known."""
        rows = [
            face.embedding.astype(np.float64) * face.length
            for face in (self.a, self.b)
            if face is not None and face.embedding is not None and face.length is not None
        ]
        return float(np.linalg.norm(rows[0] - rows[1])) if len(rows) == 2 else None
