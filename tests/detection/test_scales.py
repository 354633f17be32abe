from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.detection import Detections
from kith.detection.scales import TILE, TILE_OVERLAP, Search, _starts, _tiles, _turned_back

from .geometry import Painted, detections, paint

if TYPE_CHECKING:
    from kith.types import Pixels

FACE = np.array([[-8.0, -9.0], [8.5, -10.0], [1.0, 0.5], [-6.0, 10.0], [7.0, 9.5]])
"""Five points about a face's middle, not symmetric in any way."""


@given(st.integers(1, 12_000))
def test_tiles_cover_a_line_and_overlap_by_a_small_face(length: int) -> None:
    starts = _starts(length)
    covered = np.zeros(length, int)
    for start in starts:
        covered[start : start + TILE] += 1
    assert covered.min() == 1 or len(starts) > 1
    assert covered.all()
    assert starts[0] == 0
    assert starts[-1] + TILE >= length
    assert all(0 <= start <= max(length - TILE, 0) for start in starts)
    gaps = np.diff(starts)
    # Whatever is no wider than the overlap lies wholly in one tile.
    assert gaps.size == 0 or gaps.max() <= TILE - TILE_OVERLAP + 1


@pytest.mark.parametrize(
    ("width", "height"), [(1, 1), (1, 3000), (5000, 40), (1280, 1281), (3000, 2000)]
)
def test_tiles_show_every_pixel_at_its_place(width: int, height: int) -> None:
    picture = np.arange(height * width, dtype=np.uint32).reshape(height, width)
    seen = np.zeros_like(picture, dtype=bool)
    for x, y, tile in _tiles(picture):  # type: ignore[arg-type]
        rows, columns = tile.shape
        assert max(rows, columns) <= TILE
        assert np.array_equal(tile, picture[y : y + rows, x : x + columns])
        seen[y : y + rows, x : x + columns] = True
    assert seen.all()


@pytest.mark.parametrize("quarter", [1, 2, 3])
@given(size=st.tuples(st.integers(2, 40), st.integers(2, 40)), where=st.integers(0, 2**32 - 1))
def test_turning_back_brings_marked_pixels_home(
    quarter: int, size: tuple[int, int], where: int
) -> None:
    width, height = size
    random = np.random.default_rng(where)
    places = [(int(random.integers(width)), int(random.integers(height))) for _ in range(5)]

    def in_turned(place: tuple[int, int]) -> tuple[int, int]:
        """The pixel of the turned picture that this pixel has become."""
        picture = np.zeros((height, width), bool)
        picture[place[1], place[0]] = True
        row, column = np.argwhere(np.rot90(picture, quarter))[0]
        return int(column), int(row)

    points = np.array([in_turned(place) for place in places], np.float32)
    low, high = points.min(axis=0), points.max(axis=0)
    found = Detections(
        np.concatenate([low, high - low])[None], points[None], np.array([0.7], np.float32)
    )
    back = _turned_back(found, quarter, width, height)
    truth = np.array(places, np.float32)
    assert back.points[0].tolist() == truth.tolist()
    corner = truth.min(axis=0)
    assert back.boxes[0].tolist() == [*corner, *(truth.max(axis=0) - corner)]
    assert back.scores.tolist() == found.scores.tolist()


def painted_picture(width: int, height: int, x: float, y: float, size: float) -> Pixels:
    picture = np.zeros((height, width, 3), np.uint8)
    # Painted in a window around the face: pictures here are large.
    reach = int(20 * size)
    left, top = max(int(x) - reach, 0), max(int(y) - reach, 0)
    window = picture[top : int(y) + reach, left : int(x) + reach]
    paint(window, FACE * size + [x - left, y - top], radius=3.5 * size)
    return picture


@pytest.mark.parametrize(
    ("width", "height", "x", "y", "size"),
    [
        (61, 47, 29.0, 21.0, 1.0),  # smaller than the network's smallest picture
        (200, 320, 90.0, 201.0, 3.0),
        (640, 480, 500.0, 300.0, 5.0),
        (1001, 667, 200.0, 423.0, 7.0),  # a scale that does not divide the picture evenly
        (2600, 1900, 2100.0, 1600.0, 4.0),  # too small for the base size: found in a tile
        (2600, 40, 1290.0, 20.0, 0.9),
    ],
)
def test_what_is_found_at_any_scale_comes_back_to_its_place(
    width: int, height: int, x: float, y: float, size: float
) -> None:
    picture = painted_picture(width, height, x, y, size)
    network = Painted()
    found = Search(network, 0.6).find(picture)
    assert len(found) == 1
    truth = FACE * size + [x, y]
    # A pixel of the coarser of the two looks that every picture gets.
    coarse = max(max(width, height) / 320, 1.0)
    assert np.abs(found.points[0] - truth).max() < 0.6 * coarse
    # Nor is it stretched: the points among themselves are closer than that.
    shape = found.points[0] - found.points[0].mean(axis=0)
    assert np.abs(shape - (truth - truth.mean(axis=0))).max() < 0.1 * coarse
    assert max(max(seen) for seen in network.seen) <= TILE


def test_a_face_on_its_side_is_looked_for_and_turned_back() -> None:
    truth = FACE * 6 + [150.0, 220.0]
    picture = np.zeros((420, 300, 3), np.uint8)
    paint(picture, truth, radius=18)

    class OnlyAfter(Painted):
        """Sees a face only where the left eye is left of and level with the right one."""

        def detect(self, pixels: Pixels, score: float) -> Detections:
            found = super().detect(pixels, score)
            if len(found):
                across = found.points[0, 1] - found.points[0, 0]
                if across[0] < 3 * abs(across[1]):
                    return Detections.join([])
            return found

    for quarter in range(4):
        turned = np.ascontiguousarray(np.rot90(picture, quarter))
        found = Search(OnlyAfter(), 0.6).find(turned)
        assert len(found) == 1, quarter
        # The five dots of the turned picture itself, measured without any search.
        expected = Painted().detect(turned, 0.6)
        assert found.points[0] == pytest.approx(expected.points[0], abs=1.0)
        assert found.boxes[0] == pytest.approx(expected.boxes[0], abs=2.5)


def test_faces_narrower_than_asked_for_are_left_out() -> None:
    class Three:
        def detect(self, pixels: Pixels, score: float) -> Detections:
            where = [[10, 10, 40, 50], [100, 10, 60, 60], [200, 10, 80, 80]]
            scale = pixels.shape[1] / 400
            return detections(np.array(where) * scale, [0.7, 0.8, 0.9])

    picture = np.zeros((300, 400, 3), np.uint8)
    widths = [
        np.rint(Search(Three(), 0.6, least).find(picture).boxes[:, 2]).tolist()
        for least in (None, 50, 70.0, 90)
    ]
    assert widths == [[80, 60, 40], [80, 60], [80], []]


@pytest.mark.parametrize(("width", "height"), [(1, 1), (1, 5000), (5000, 40), (2, 2000)])
def test_extreme_pictures_hold_no_face_and_break_nothing(width: int, height: int) -> None:
    picture = np.full((height, width, 3), 90, np.uint8)
    network = Painted()
    assert len(Search(network, 0.6).find(picture)) == 0
    assert all(1 <= side <= TILE for seen in network.seen for side in seen)


def test_an_asked_for_face_decides_how_far_a_picture_is_enlarged() -> None:
    def largest_look(least: float | None) -> int:
        network = Painted()
        Search(network, 0.6, least).find(np.zeros((400, 500, 3), np.uint8))
        return max(max(seen) for seen in network.seen)

    assert largest_look(None) == largest_look(20.0) == 500
    assert largest_look(8.0) == 750  # 12 pixels are what the network needs to see
    # Larger than a tile: cut into tiles of at most that.
    assert largest_look(2.0) == TILE


@pytest.mark.parametrize(
    ("face", "side", "largest"),
    [
        (60, 500, 500),  # clear: nothing hints at smaller ones
        (15, 500, 1280),
        (15, 300, 900),  # three times its size is enough for anything
        (15, 2000, 2000),  # a large picture has the pixels that there are
    ],
)
def test_a_small_face_hints_at_smaller_ones_and_a_small_picture_is_enlarged_for_them(
    face: int, side: int, largest: int
) -> None:
    looks: list[int] = []

    class Small:
        def detect(self, pixels: Pixels, score: float) -> Detections:
            looks.append(pixels.shape[1])
            return detections(np.array([[1, 1, 1, 1]]) * face * pixels.shape[1] / side, [0.9])

    Search(Small(), 0.6).find(np.zeros((40, side, 3), np.uint8))
    expected = largest if side <= TILE else TILE
    assert max(looks) == expected


def test_a_reduced_picture_is_averaged_not_sampled() -> None:
    fine = np.zeros((1500, 1500, 3), np.uint8)
    fine[::2] = 255
    shades: list[tuple[int, int]] = []

    class Shade:
        def detect(self, pixels: Pixels, score: float) -> Detections:
            shades.append((int(pixels.min()), int(pixels.max())))
            return Detections.join([])

    Search(Shade(), 0.6).find(fine)
    first, second = shades[:2]  # the two octaves that every picture is looked at in
    assert min(*first, *second) > 60
    assert max(*first, *second) < 200
