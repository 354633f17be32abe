"""What a live client may teach the gallery, and what is rather not learned."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kith import shapes
from kith.errors import EnrolmentError, UnknownPerson
from kith.quality import POOR, reason

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from kith.gallery.gallery import Gallery
    from kith.server.live.guide import Taken
    from kith.tracking import Look
    from kith.types import Face

SOURCE = "camera"
CORRECTED = "camera, corrected"
CANDIDATES = 100
UNLIKE = 0.6
"""Share of the threshold: a face less similar to a person than that is somebody else's. Whoever
corrects or enrols has looked, so that it is much lower than what an unseen face needs."""

FACES = 3
"""Taken of a corrected track."""


class Learned(NamedTuple):
    """Whether a face was learned, and if not, why."""

    learned: bool
    reason: str | None = None


class Standing(NamedTuple):
    """How a face stands to the people known.

    Attributes:
        own: similarity to the person it is said to be; None: nobody has this name.
        rival: whom else it would be taken for, where that is likelier.
    """

    own: float | None
    rival: str | None
    threshold: float

    @property
    def is_unlike(self) -> bool:
        """Whether somebody of this name is known, and this is not them."""
        return self.own is not None and self.own < UNLIKE * self.threshold


def standing(people: Gallery, face: Face, name: str, threshold: float | None) -> Standing:
    """Return how a face stands to a person, and to everybody else."""
    [answer] = people.identify_faces([face], top=CANDIDATES, threshold=threshold)
    similar = {one.name: one.similarity for one in answer.candidates}
    least = min(similar.values(), default=-1.0)
    own = similar.get(name, least if similar and is_known(people, name) else None)
    others = [one for one in answer.candidates if one.name != name]
    rival = others[0] if others and others[0].similarity >= answer.threshold else None
    if rival is not None and own is not None and own > rival.similarity:
        rival = None
    return Standing(own, None if rival is None else rival.name, answer.threshold)


def correct(people: Gallery, looks: Sequence[Look], name: str, threshold: float | None) -> Learned:
    """Learn a face that a person named, where it is good and nobody else's."""
    best = looks[0].face if looks else None
    if best is None or best.quality is None:
        return Learned(False, "the face was not seen well enough yet")
    if best.quality.score < POOR:
        return Learned(False, f"the face is {reason(best.quality)}")
    stands = standing(people, best, name, threshold)
    if stands.rival is not None:
        return Learned(False, f"the face looks more like {stands.rival}")
    if stands.is_unlike:
        return Learned(False, f"the face is too unlike the photos of {name}")
    good = [look for look in looks if look.face.quality and look.face.quality.score >= POOR]
    chosen = good[:FACES]
    try:
        people.enroll_faces(
            name,
            [look.face for look in chosen],
            source=CORRECTED,
            portraits=[look.portrait for look in chosen],
        )
    except EnrolmentError as error:
        return Learned(False, str(error))
    return Learned(True)


def enrol(
    people: Gallery, name: str, taken: Sequence[Taken], threshold: float | None
) -> dict[str, Any]:
    """Keep a guided enrolment's faces; return what is to be told of it.

    Raises:
        EnrolmentError: they cannot be used.
        GalleryError: the gallery cannot take them.
    """
    stands = standing(people, taken[0].face, name, threshold)
    report = people.enroll_faces(
        name,
        [one.face for one in taken],
        source=SOURCE,
        portraits=[one.portrait for one in taken],
    )
    photos = people.show(report.name).photos
    return {
        "type": "enrolled",
        "name": report.name,
        "faces": len(photos[-1].faces),
        "report": shapes.enrolment(report),
        "looks_like": stands.rival,
    }


def is_known(people: Gallery, name: str) -> bool:
    """Tell whether somebody in the gallery has this name."""
    try:
        people.store.find(name)
    except UnknownPerson:
        return False
    return True
