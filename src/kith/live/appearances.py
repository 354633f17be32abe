"""From tracks to people: what is kept of each track, who it shows, and when.

A look counts with the square of its quality: a head that is turned away says little of who it is.
Of a track that has ended a few hundred numbers and one small picture stay, so that hours of film
fit into little memory.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING

import cv2
import numpy as np

from kith.decision import decide
from kith.gallery.masked import REFUSED
from kith.live.timeline_records import Appearance, BestFace, TimelinePerson
from kith.live.unknowns import Trace, link
from kith.masks.space import is_worn
from kith.quality import UNUSABLE
from kith.tracking.common import Common, one_kind, weighted
from kith.types import Candidate, Mask, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from kith.masks import MaskedSpace
    from kith.tracking import Look, Track
    from kith.types import Face, Identification, Pixels

    Ask = Callable[[Sequence[Face]], tuple[Identification, ...]]

BREAK = 1.0
"""Seconds; where somebody is not seen for less, it is still the same appearance."""

_PORTRAIT_QUALITY = 95


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """What is kept of a track with usable looks.

    Attributes:
        id, first, last: of the track.
        name: of the person it is, by its votes; None where they name nobody.
        threshold: the similarity a match needs.
        mean: of the looks' embeddings, each with its weight, those with a mask or those without;
            its length tells how much they agree.
        looks: how many.
        weight: theirs together.
        similar: the greatest similarity of a look to each person that was a candidate.
        time, face, portrait: of the best look; the portrait is a JPEG.
    """

    id: int
    first: float
    last: float
    name: str | None
    mean: Common
    looks: int
    weight: float
    similar: dict[str, float]
    time: float
    face: Face
    portrait: bytes


def keep(track: Track) -> Kept | None:
    """Return what is kept of a track; None where not one of its looks is usable."""
    answer = track.answer
    looks = [look for look in track.looks if _quality(look) >= UNUSABLE]
    if not looks or (answer is not None and answer.verdict is Verdict.LOW_QUALITY):
        return None
    name = answer.name if answer is not None else None
    similar: dict[str, float] = {}
    for look in looks:
        for one in look.answer.candidates:
            similar[one.name] = max(one.similarity, similar.get(one.name, -1.0))
    # Not a look at somebody who stood in the way for a moment.
    best = max(looks, key=lambda look: (_first_choice(look) == name, _goodness(look.face)))
    assert best.portrait is not None
    told = one_kind(looks)
    weights = [_quality(look) ** 2 for look in told]
    return Kept(
        id=track.id,
        first=track.first,
        last=track.last,
        name=name,
        mean=weighted(told, np.array(weights)),
        looks=len(looks),
        weight=sum(weights),
        similar=similar,
        time=best.time,
        face=best.face,
        portrait=_encoded(best),
    )


def people_of(
    tracks: Iterable[Kept],
    ask: Ask,
    *,
    same: float,
    votes: int,
    ends: Callable[[float], float],
    space: MaskedSpace | None = None,
) -> tuple[tuple[TimelinePerson, ...], int]:
    """Return who the tracks show, and how many of them are too little to tell.

    Tracks without a name are joined with those they resemble, so that somebody who is named in
    one shot keeps the name in the next, and what was too short to tell by itself adds up.

    Args:
        tracks: in any order.
        ask: who a face is, as `Gallery.identify_faces` says.
        same: similarity from which two faces are taken for the same person.
        votes: looks that it takes to say anything of somebody.
        ends: from the time of a frame to the time of the one after it.
        space: where faces with a mask are compared with others; None: as all others.
    """
    known = {one.id: one for one in tracks}
    linked = link(map(_trace, known.values()), same, space)
    groups = [[known[number] for number in group] for group in linked]
    told = [group for group in groups if sum(one.looks for one in group) >= votes]
    people = list(_merged(told, _answers(told, ask)))
    people.sort(key=lambda person: (person[1].name is None, min(one.first for one in person[0])))
    strangers = count(1)
    return tuple(
        _person(group, answer, None if answer.name else next(strangers), ends)
        for group, answer in people
    ), sum(len(group) for group in groups) - sum(len(group) for group in told)


def _answers(groups: Sequence[list[Kept]], ask: Ask) -> list[Identification]:
    """Return who each group is.

    The similarity to a candidate is the mean over all looks, of which poor ones count little: that
    of their mean embedding, as much smaller as that is shorter than they are.
    """
    if not groups:
        return []
    kinds = [_one_kind(group) for group in groups]
    means = [
        np.average([t.mean.vector for t in kind], axis=0, weights=[t.weight for t in kind])
        for kind in kinds
    ]
    lengths = [max(float(np.linalg.norm(mean)), 1e-6) for mean in means]
    faces = [
        replace(_best(kind).face, embedding=(mean / length).astype(np.float32), mask=_mask(kind))
        for kind, mean, length in zip(kinds, means, lengths, strict=True)
    ]
    return [
        _named(group, answer, length)
        for group, answer, length in zip(groups, ask(faces), lengths, strict=True)
    ]


def _named(group: list[Kept], answer: Identification, length: float) -> Identification:
    """Say who a group is by the mean of all its looks.

    Of many short votes one now and then names a stranger; over all of the film that does not last.
    """
    mean = [Candidate(one.name, one.similarity * length) for one in answer.candidates]
    decided = decide(_best(group).face, mean, answer.threshold)
    if answer.reason == REFUSED:
        similar = None if answer.similarity is None else answer.similarity * length
        decided = replace(decided, verdict=answer.verdict, similarity=similar, reason=REFUSED)
    names = {track.name for track in group if track.name is not None}
    if decided.name is not None and names - {decided.name}:
        decided = replace(decided, verdict=Verdict.AMBIGUOUS, name=None)
    return replace(decided, calibration=answer.calibration, masks=answer.masks)


def _one_kind(group: list[Kept]) -> list[Kept]:
    """Return the tracks that were seen with a mask or those without, whichever weigh more."""
    worn = [one for one in group if is_worn(one.mean.state)]
    bare = [one for one in group if not is_worn(one.mean.state)]
    return worn if sum(one.weight for one in worn) > sum(one.weight for one in bare) else bare


def _mask(kind: list[Kept]) -> Mask | None:
    best = max(kind, key=lambda one: one.weight)
    return None if best.mean.state is None else Mask(best.mean.state, 1.0)


def _merged(
    groups: Sequence[list[Kept]], answers: Sequence[Identification]
) -> Iterator[tuple[list[Kept], Identification]]:
    """Yield the groups with their answers, those of one name as one."""
    by_name: dict[str, tuple[list[Kept], Identification]] = {}
    for group, answer in zip(groups, answers, strict=True):
        if answer.name is None:
            yield group, answer
        elif answer.name in by_name:
            by_name[answer.name][0].extend(group)
        else:
            by_name[answer.name] = list(group), answer
    yield from by_name.values()


def _person(
    group: list[Kept], answer: Identification, number: int | None, ends: Callable[[float], float]
) -> TimelinePerson:
    best = _best(group)
    similarity = answer.similarity
    if answer.name is not None:
        of_looks = [track.similar[answer.name] for track in group if answer.name in track.similar]
        similarity = max(of_looks, default=similarity)
    return TimelinePerson(
        verdict=answer.verdict,
        name=answer.name,
        number=number,
        similarity=similarity,
        threshold=answer.threshold,
        candidates=answer.candidates,
        appearances=_appearances(group, ends),
        best=BestFace(best.time, best.face, _decoded(best.portrait)),
    )


def _best(group: list[Kept]) -> Kept:
    return max(group, key=lambda track: _goodness(track.face))


def _appearances(group: list[Kept], ends: Callable[[float], float]) -> tuple[Appearance, ...]:
    """Return when somebody is seen, breaks shorter than `BREAK` closed."""
    spans: list[Appearance] = []
    for track in sorted(group, key=lambda one: one.first):
        end = ends(track.last)
        if spans and track.first - spans[-1].end < BREAK:
            last = spans.pop()
            spans.append(Appearance(last.start, max(last.end, end), (*last.tracks, track.id)))
        else:
            spans.append(Appearance(track.first, end, (track.id,)))
    return tuple(spans)


def _trace(one: Kept) -> Trace:
    mean = one.mean
    return Trace(one.id, one.first, one.last, mean.vector, one.weight, one.name, mean.state)


def _first_choice(look: Look) -> str | None:
    return look.answer.candidates[0].name if look.answer.candidates else None


def _quality(look: Look) -> float:
    return 0.0 if look.face.quality is None else look.face.quality.score


def _goodness(face: Face) -> float:
    quality = face.quality
    return 0.0 if quality is None else quality.score + 0.1 * min(1.0, quality.size / 60)


def _encoded(look: Look) -> bytes:
    assert look.portrait is not None
    bgr = cv2.cvtColor(look.portrait, cv2.COLOR_RGB2BGR)
    return cv2.imencode(".jpg", bgr, (cv2.IMWRITE_JPEG_QUALITY, _PORTRAIT_QUALITY))[1].tobytes()


def _decoded(portrait: bytes) -> Pixels:
    bgr = cv2.imdecode(np.frombuffer(portrait, np.uint8), cv2.IMREAD_COLOR)
    assert bgr is not None
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)
