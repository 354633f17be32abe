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


_STRIPS = 54
_FEWEST = 2
"""Strips of photos of one person: on the page, and of a kind of mask at least."""


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


def shown(evaluated: MaskedEvaluated, pictures: Pictures, studies: int) -> list[Strips]:
    """Return the strips of all kinds that have some, as long as the page has room for pictures.

    Args:
        evaluated: the study.
        pictures: makes them.
        studies: how many the page shows: of many kinds and studies there are fewer strips each.
    """
    result = evaluated.result
    if result.threshold is None:
        return []
    most = max(_FEWEST, _STRIPS // (studies * len(result.kinds)))
    each = zip(result.kinds, evaluated.portrayed.copies, strict=True)
    found = [_of_kind(evaluated, kind, copies, pictures, most) for kind, copies in each]
    return [one for one in found if one.same or one.mistaken]


def _of_kind(
    evaluated: MaskedEvaluated, kind: KindResult, copies: Copies, pictures: Pictures, most: int
) -> Strips:
    def all_of(strips: Sequence[Strip]) -> list[Shown]:
        return [_shown(evaluated, copies, one, pictures) for one in strips]

    return Strips(
        kind.kind.name,
        all_of(_some(evaluated, kind.strips, most)),
        all_of(kind.mistaken[: -(-most // 3)]),
    )


def _some(evaluated: MaskedEvaluated, strips: Sequence[Strip], most: int) -> list[Strip]:
    """Return at most so many strips: two of three that the mask parts, where there are so many."""
    kept = [one for one in strips if all(_matched(evaluated, one))]
    parted = [one for one in strips if one not in kept]
    share = max(most - len(kept), most - most // 3)
    return [*parted[:share], *kept[: most - min(share, len(parted))]]


def _matched(evaluated: MaskedEvaluated, strip: Strip) -> tuple[bool, bool]:
    """Tell whether the faces match, without and behind the mask."""
    least = evaluated.result.threshold
    assert least is not None
    return (
        strip.bare is not None and strip.bare >= least.pair,
        strip.masked is not None and strip.masked >= least.masked,
    )


def _shown(evaluated: MaskedEvaluated, copies: Copies, strip: Strip, pictures: Pictures) -> Shown:
    photo, masked = _with_mask(evaluated, copies, strip.photo, pictures)
    return Shown(
        photo,
        masked,
        _with_mask(evaluated, None, strip.reference, pictures)[0],
        strip.bare,
        strip.masked,
        copies.reasons[strip.photo] or "",
        _matched(evaluated, strip),
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
