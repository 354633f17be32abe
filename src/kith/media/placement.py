"""Where the tags go: inside the picture, beside their faces, and not on top of each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kith.types import Box

_ON_OTHER, _ON_OWN, _MOVED = 6.0, 4.0, 2.0
"""What a tag costs, in places down the list, that lies wholly on another face, wholly on its own,
or as far from where it was wanted as it is high."""
_HIDDEN = 0.1
"""Of a face, that a tag at its whole length may hide."""
_NEAR = 3
"""Pixels between a face and a tag that still belong together without a line."""


def place_tags(
    boxes: Sequence[Box], sizes: Sequence[tuple[int, int]], room: tuple[int, int], gap: int = 0
) -> list[tuple[int, int]]:
    """Find a place for every tag, the larger faces first.

    Above the box is best, then below, inside, and beside it; a place that hides another face is
    taken only where the others are worse. Where all of these are taken by other tags, the nearest
    free place in the picture is used, and where there is none, the one that hides least.

    Args:
        boxes: of the faces, in pixels; they may reach past the border.
        sizes: width and height of the tags, in pixels; at most those of the picture.
        room: width and height of the picture.
        gap: pixels between a box and a tag outside of it.

    Returns:
        The left top corner of every tag, in the order of the boxes.
    """
    faces = np.array([(b.x, b.y, b.x + b.width, b.y + b.height) for b in boxes]).reshape(-1, 4)
    space = np.array(room)
    places: dict[int, tuple[int, int]] = {}
    taken: list[tuple[float, ...]] = []
    for index in sorted(range(len(boxes)), key=lambda i: -boxes[i].area):
        size = np.array(sizes[index])
        wanted = np.array(list(_beside(faces[index], *sizes[index], gap)))
        place = _best(wanted, size, space, np.array(taken).reshape(-1, 4), faces, index)
        places[index] = int(place[0]), int(place[1])
        taken.append((*place, *(place + size)))
    return [places[index] for index in range(len(boxes))]


def place_or_shorten(
    boxes: Sequence[Box],
    full: Sequence[tuple[int, int]],
    short: Sequence[tuple[int, int]],
    room: tuple[int, int],
) -> list[tuple[tuple[int, int], bool]]:
    """Find a place for every tag, at its whole length where it hides no other face and no tag.

    All short tags are placed first, so that the long ones leave everybody at least that.

    Args:
        boxes: of the faces, in pixels; they may reach past the border.
        full: width and height of the tags at their whole length, in pixels.
        short: the same, shortened.
        room: width and height of the picture.

    Returns:
        The left top corner of every tag and whether it is the whole one, in the order of the boxes.
    """
    places = place_tags(boxes, short, room)
    whole = [tuple(long) == tuple(brief) for long, brief in zip(full, short, strict=True)]
    faces = np.array([(b.x, b.y, b.x + b.width, b.y + b.height) for b in boxes]).reshape(-1, 4)
    taken = np.hstack((places, np.add(places, short))) if places else np.empty((0, 4))
    for index in sorted(range(len(boxes)), key=lambda i: -boxes[i].area):
        if whole[index]:
            continue
        size = np.array(full[index])
        others = np.delete(taken, index, axis=0)
        place = _open(faces, index, size, np.array(room), others)
        if place is not None:
            whole[index] = True
            places[index] = int(place[0]), int(place[1])
            taken[index] = *place, *(place + size)
    return list(zip(places, whole, strict=True))


def _open(
    faces: npt.NDArray[np.float64],
    index: int,
    size: npt.NDArray[np.int_],
    room: npt.NDArray[np.int_],
    taken: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64] | None:
    """Return the first place at a face where a tag hides no tag and hardly anything of faces."""
    wanted = np.array(list(_beside(faces[index], int(size[0]), int(size[1]), 0)))
    places = np.clip(np.round(wanted), 0, room - size)
    areas = np.maximum((faces[:, 2:] - faces[:, :2]).prod(1), 1)
    hides = _overlap(places, size, faces) / areas > _HIDDEN
    near = faces[index] + np.array([-_NEAR, -_NEAR, _NEAR, _NEAR])
    free = (_overlap(places, size, taken).sum(1) == 0) & ~hides.any(1)
    free &= _overlap(places, size, near[None])[:, 0] > 0
    return np.asarray(places[np.argmax(free)]) if free.any() else None


def _beside(
    face: npt.NDArray[np.float64], width: int, height: int, gap: int
) -> Iterator[tuple[float, float]]:
    """Yield the places at a face, the best first."""
    left, top, right, bottom = face
    middle = (left + right - width) / 2
    for y in (top - height - gap, bottom + gap):
        yield from ((left, y), (right - width, y), (middle, y))
    yield from ((left, bottom - height), (left, top))
    for x in (right + gap, left - width - gap):
        yield from ((x, top), (x, bottom - height))


def _best(
    wanted: npt.NDArray[np.float64],
    size: npt.NDArray[np.int_],
    room: npt.NDArray[np.int_],
    taken: npt.NDArray[np.float64],
    faces: npt.NDArray[np.float64],
    index: int,
) -> npt.NDArray[np.float64]:
    places = np.clip(np.round(wanted), 0, room - size)
    hidden = _overlap(places, size, taken).sum(1)
    on_faces = _overlap(places, size, faces) / size.prod()
    weights = np.where(np.arange(len(faces)) == index, _ON_OWN, _ON_OTHER)
    moved = np.abs(places - wanted).sum(1) / size[1]
    cost = np.arange(len(places)) + on_faces @ weights + _MOVED * moved
    if (hidden == 0).any():
        return np.asarray(places[np.argmin(np.where(hidden == 0, cost, np.inf))])
    grid = _everywhere(size, room)
    hidden = _overlap(grid, size, taken).sum(1)
    distance = np.abs(grid - places[0]).sum(1)
    return np.asarray(grid[np.lexsort((distance, hidden))[0]])


def _everywhere(size: npt.NDArray[np.int_], room: npt.NDArray[np.int_]) -> npt.NDArray[np.float64]:
    """Places all over the picture, half a tag apart."""
    last = np.maximum(room - size, 0)
    steps = [
        np.unique(np.append(np.arange(0, n, max(s // 2, 1)), n))
        for n, s in zip(last, size, strict=True)
    ]
    x, y = np.meshgrid(*steps)
    return np.stack((x.ravel(), y.ravel()), 1).astype(np.float64)


def _overlap(
    places: npt.NDArray[np.float64], size: npt.NDArray[np.int_], others: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Areas that tags at these places share with rectangles: places × rectangles."""
    low = np.maximum(places[:, None], others[None, :, :2])
    high = np.minimum(places[:, None] + size, others[None, :, 2:])
    return np.asarray(np.clip(high - low, 0, None).prod(2))
