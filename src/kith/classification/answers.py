"""What a classifier says of faces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kith.types import Verdict

if TYPE_CHECKING:
    from kith.types import Face, PhotoFaces


@dataclass(frozen=True, slots=True)
class NamedClass:
    """One of the people that a classifier was trained on, and how much it thinks of them.

    Attributes:
        name: as the label file has it, without blanks and quotes around it: ``Sharon_Stone``.
        probability: 0–1; of all the classes together 1, so that a stranger gets names too.
        raw: exactly as the label file has it.
    """

    name: str
    probability: float
    raw: str

    @property
    def shown(self) -> str:
        """As people write it: ``Sharon Stone``."""
        return " ".join(self.name.replace("_", " ").split())


@dataclass(frozen=True, slots=True, eq=False)
class Classification:
    """Whom of its classes a network takes a face for, the most probable first.

    A network of the catalogue knows a closed set and always names somebody; a head of the user's
    own (`kith.classification.HeadClassifier`) says when it is nobody of its people.

    Attributes:
        face: the face.
        top: the most probable names, best first.
        verdict: of a head: `match`, `unknown` or `low_quality`; None of a closed set.
        similarity: of a head: the cosine with the template of the most probable person, −1…1.
        threshold: of a head: the similarity that a name needs; None where it always names.
        reason: why there is no name, in a few words.
    """

    face: Face
    top: tuple[NamedClass, ...]
    verdict: Verdict | None = None
    similarity: float | None = None
    threshold: float | None = None
    reason: str | None = None

    @property
    def named(self) -> NamedClass | None:
        """Who it is; None where nobody is named."""
        return self.top[0] if self.verdict in (None, Verdict.MATCH) else None


@dataclass(frozen=True, slots=True, eq=False)
class PhotoClasses:
    """Whom a network takes the faces of one photo of a stream for.

    Attributes:
        photo: what was found on it, or its error.
        answers: one for each of the photo's faces, in their order.
    """

    photo: PhotoFaces
    answers: tuple[Classification, ...]
