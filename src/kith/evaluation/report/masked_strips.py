"""Pictures of a study of masks: a photo, its masked copy and another photo, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kith.evaluation.masked.copies import paint, reduced
from kith.evaluation.report.pictures import read
from kith.evaluation.report.shown import Photo

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.evaluation.masked.records import Copies, Strip
    from kith.evaluation.masked.results import KindResult, MaskedEvaluated
    from kith.evaluation.report.pictures import Pictures


class Shown(NamedTuple):
    """A strip as the templates take it.

    Attributes:
        photo, masked, reference: pictures of them.
        bare, behind: similarity to the reference without and behind the mask; None without a face.
        reason: why there is no face behind the mask; empty where there is one.
        matched: whether the faces match, without and behind the mask.
    """

    photo: Photo
    masked: Photo
    reference: Photo
    bare: float | None
    behind: float | None
    reason: str
    matched: tuple[bool, bool]


class Strips(NamedTuple):
    """The strips of one kind of mask."""

    name: str
    same: list[Shown]
    mistaken: list[Shown]


def shown(evaluated: MaskedEvaluated, pictures: Pictures) -> list[Strips]:
    """Return the strips of all kinds that have some, as long as the page has room for pictures."""
    result = evaluated.result
    if result.threshold is None:
        return []
    each = zip(result.kinds, evaluated.portrayed.copies, strict=True)
    found = [_of_kind(evaluated, kind, copies, pictures) for kind, copies in each]
    return [one for one in found if one.same or one.mistaken]


def _of_kind(
    evaluated: MaskedEvaluated, kind: KindResult, copies: Copies, pictures: Pictures
) -> Strips:
    def all_of(strips: Sequence[Strip]) -> list[Shown]:
        return [_shown(evaluated, copies, one, pictures) for one in strips]

    return Strips(kind.kind.name, all_of(kind.strips), all_of(kind.mistaken))


def _shown(evaluated: MaskedEvaluated, copies: Copies, strip: Strip, pictures: Pictures) -> Shown:
    assert evaluated.result.threshold is not None
    least = evaluated.result.threshold
    photo, masked = _with_mask(evaluated, copies, strip.photo, pictures)
    return Shown(
        photo,
        masked,
        _with_mask(evaluated, None, strip.reference, pictures)[0],
        strip.bare,
        strip.masked,
        copies.reasons[strip.photo] or "",
        (
            strip.bare is not None and strip.bare >= least.pair,
            strip.masked is not None and strip.masked >= least.masked,
        ),
    )


def _with_mask(
    evaluated: MaskedEvaluated, copies: Copies | None, at: int, pictures: Pictures
) -> tuple[Photo, Photo]:
    """Return the face of a photo as it is and, painted again, with its mask."""
    protocol, described = evaluated.protocol, evaluated.portrayed.described
    path, face = protocol.photos[at], described.faces[at]
    person = protocol.people[int(protocol.person[at])]
    none = Photo(None, person, path)
    photo = read(path, described.digests[at])
    if photo is None or face is None:
        return none, none
    box = reduced(face, photo.scale).box
    bare = Photo(pictures.around(photo.pixels, box), person, path)
    if copies is None:
        return bare, none
    pixels, _ = paint(evaluated.painter, photo, face, copies.kind, evaluated.result.seed)
    return bare, Photo(pictures.around(pixels, box), person, path)
