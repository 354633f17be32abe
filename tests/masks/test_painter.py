"""Masks painted on real faces: what they cover and leave alone, and who is left out."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

import kith
from kith.errors import InputError
from kith.masks import COVERAGES, STYLES, MaskLook, Painter
from kith.types import Box, Face, Mask, MaskState

if TYPE_CHECKING:
    import numpy.typing as npt

    from kith.masks import PaintedFace
    from kith.models import ModelStore
    from kith.types import Pixels


@pytest.fixture(scope="module")
def painter(networks: ModelStore) -> Painter:
    return Painter(networks)


@pytest.fixture(scope="module")
def by_five() -> Painter:
    """Without a mesh: the detector's five points alone."""
    return Painter(landmarks=None)


@pytest.fixture(scope="module")
def face(recognizer: kith.Recognizer, obama: Pixels) -> Face:
    (found,) = recognizer.detect(obama)
    return found


def moved(face: Face, scale: float = 1.0, x: float = 0.0, y: float = 0.0) -> Face:
    """The face after its photo was enlarged (as OpenCV does) and then moved."""
    shift = np.array([x, y], np.float32)
    points = (face.landmarks + 0.5) * scale - 0.5 + shift
    box = Box(*(np.array(face.box) * scale + (x, y, 0, 0)).tolist())
    return replace(face, box=box, landmarks=points.astype(np.float32))


def area_of(painted: PaintedFace, shape: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    """Where a mask lies, as pixels."""
    assert painted.area is not None
    layer = np.zeros(shape[:2], np.uint8)
    cv2.fillPoly(layer, [np.round(painted.area).astype(np.int32)], 1)
    return layer > 0


def changed(before: Pixels, after: Pixels) -> npt.NDArray[np.bool_]:
    return (before != after).any(axis=2)


def around(pixels: npt.NDArray[np.bool_], point: npt.NDArray[np.float32], reach: float) -> bool:
    """Whether all pixels near a point are set."""
    x, y = point
    part = pixels[int(y - reach) : int(y + reach) + 1, int(x - reach) : int(x + reach) + 1]
    assert part.size
    return bool(part.all())


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("coverage", COVERAGES)
@pytest.mark.parametrize("mesh", [True, False], ids=["mesh", "five"])
def test_what_is_covered(
    painter: Painter,
    by_five: Painter,
    obama: Pixels,
    face: Face,
    style: str,
    coverage: str,
    mesh: bool,
) -> None:
    look = MaskLook(style, coverage=coverage)
    done = (painter if mesh else by_five).paint(obama, [face], look)
    (one,) = done.faces
    assert one.reason is None
    assert one.look is look
    touched = changed(obama, done.pixels)
    left, right, nose, *mouth = face.landmarks
    apart = float(np.linalg.norm(right - left))
    brow = (left + right) / 2
    chin = brow + 1.72 * (np.mean(mouth, axis=0) - brow)
    assert around(touched, chin, 0.08 * apart)
    assert all(around(touched, corner, 0.05 * apart) for corner in mouth) == (coverage != "chin")
    assert around(touched, nose, 0.08 * apart) == (coverage == "nose")
    free = [left, right] + ([] if coverage == "nose" else [nose])
    free += [np.mean(mouth, axis=0)] if coverage == "chin" else []
    assert all(around(~touched, point, 0.12 * apart) for point in free)


@pytest.mark.parametrize("style", STYLES)
def test_eyes_and_all_around_stay_bit_for_bit(
    painter: Painter, obama: Pixels, face: Face, style: str
) -> None:
    for seed in range(3):
        done = painter.paint(obama, [face], MaskLook(style, seed=seed))
        touched = changed(obama, done.pixels)
        left, right = face.landmarks[:2]
        apart = float(np.linalg.norm(right - left))
        for eye in (left, right):
            assert around(~touched, eye, 0.2 * apart)
        rows, _ = np.nonzero(touched)
        assert rows.min() > min(left[1], right[1]) - 0.5 * apart  # a strap may go over the ears
        area = area_of(done.faces[0], obama.shape)
        away = cv2.distanceTransform((~area).astype(np.uint8), cv2.DIST_L2, 5)
        assert float(away[touched].max()) < 1.05 * apart  # and no further
        assert touched[area].mean() > 0.99


def test_a_mask_without_straps_changes_little_beyond_its_edge(
    painter: Painter, obama: Pixels, face: Face
) -> None:
    done = painter.paint(obama, [face], MaskLook("fashion"))
    touched = changed(obama, done.pixels)
    away = cv2.distanceTransform(
        (~area_of(done.faces[0], obama.shape)).astype(np.uint8), cv2.DIST_L2, 5
    )
    apart = float(np.linalg.norm(face.landmarks[1] - face.landmarks[0]))
    assert float(away[touched].max()) < 0.25 * apart  # its shadow


@pytest.mark.parametrize("hair", [False, True])
def test_straps_lie_on_skin_in_shadow_and_not_on_hair(
    painter: Painter, obama: Pixels, face: Face, hair: bool
) -> None:
    left, right = face.landmarks[:2].astype(float)
    apart = float(np.linalg.norm(right - left))
    mouth = float(face.landmarks[3, 0])
    outward = np.clip((mouth - np.arange(obama.shape[1])) / (0.75 * apart), 0, 1)[None, :, None]
    pixels = np.round(obama * (1 - outward * np.array([0.5, 0.72, 0.8]))).astype(np.uint8)
    if hair:  # down to the jaw, from the outer corner of the eye
        pixels[:, int(left[0] - 0.9 * apart) : int(left[0] - 0.25 * apart)] = (38, 28, 24)
    done = painter.paint(pixels, [face], MaskLook("surgical", "white"))
    away = cv2.distanceTransform(
        (~area_of(done.faces[0], obama.shape)).astype(np.uint8), cv2.DIST_L2, 5
    )
    beyond = (away > 0.1 * apart) & (np.arange(obama.shape[1])[None] < left[0])
    lighter = (done.pixels.astype(int) - pixels).min(axis=2) > 20
    assert (lighter & beyond).any() == (not hair)


def test_the_same_again_and_the_photo_is_left_alone(
    painter: Painter, obama: Pixels, face: Face
) -> None:
    before = obama.copy()
    looks = [MaskLook("cloth", seed=seed) for seed in (1, 1, 2)]
    first, again, other = (painter.paint(obama, [face], look).pixels for look in looks)
    assert np.array_equal(obama, before)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("style", STYLES)
def test_the_same_mask_at_twice_the_size(
    painter: Painter, obama: Pixels, face: Face, style: str
) -> None:
    large = np.asarray(cv2.resize(obama, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC), np.uint8)
    look = MaskLook(style, seed=5)
    small, big = painter.paint(obama, [face], look), painter.paint(large, [moved(face, 2.0)], look)
    here = area_of(small.faces[0], obama.shape)
    there = cv2.resize(area_of(big.faces[0], large.shape).astype(np.uint8), here.shape[::-1]) > 0
    assert (here & there).sum() / (here | there).sum() > 0.97
    reduced = cv2.resize(big.pixels, here.shape[::-1], interpolation=cv2.INTER_AREA)
    soft = [cv2.GaussianBlur(one, (0, 0), 3).astype(float) for one in (small.pixels, reduced)]
    assert np.abs(soft[0] - soft[1])[here & there].mean() < 6


def test_a_face_that_fills_a_huge_photo(painter: Painter, obama: Pixels, face: Face) -> None:
    large = np.asarray(cv2.resize(obama, None, fx=8, fy=8, interpolation=cv2.INTER_CUBIC), np.uint8)
    small = painter.paint(obama, [face], MaskLook())
    tracemalloc.start()
    try:
        big = painter.paint(large, [moved(face, 8.0)], MaskLook())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 2.5 * large.nbytes  # the copy and hardly more
    assert big.faces[0].area is not None
    here = area_of(small.faces[0], obama.shape)
    outline = [np.round((big.faces[0].area + 0.5) / 8 - 0.5).astype(np.int32)]
    there = cv2.fillPoly(np.zeros(here.shape, np.uint8), outline, 1) > 0
    assert (here & there).sum() / (here | there).sum() > 0.97
    reduced = cv2.resize(big.pixels, here.shape[::-1], interpolation=cv2.INTER_AREA)
    soft = [cv2.GaussianBlur(one, (0, 0), 3).astype(float) for one in (small.pixels, reduced)]
    assert np.abs(soft[0] - soft[1])[here & there].mean() < 6
    around_eye = np.s_[int(8 * face.landmarks[0][1]) - 60 : int(8 * face.landmarks[0][1]) + 60]
    x = int(8 * face.landmarks[0][0])
    assert np.array_equal(
        big.pixels[around_eye, x - 60 : x + 60], large[around_eye, x - 60 : x + 60]
    )


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_tilted_face_gets_a_tilted_mask(
    painter: Painter, obama: Pixels, face: Face, turns: int
) -> None:
    height, width = obama.shape[:2]
    points = face.landmarks.copy()
    for _ in range(turns):  # a quarter to the left
        points = np.column_stack([points[:, 1], width - 1 - points[:, 0]]).astype(np.float32)
        height, width = width, height
    turned = np.ascontiguousarray(np.rot90(obama, turns))
    done = painter.paint(turned, [replace(face, landmarks=points)], MaskLook())
    upright = painter.paint(obama, [face], MaskLook())
    there = area_of(done.faces[0], turned.shape)
    here = np.rot90(area_of(upright.faces[0], obama.shape), turns)
    assert (here & there).sum() / (here | there).sum() > 0.95


def test_several_faces_each_in_its_look(
    painter: Painter, recognizer: kith.Recognizer, obama: Pixels
) -> None:
    small = np.asarray(cv2.resize(obama, None, fx=0.5, fy=0.5), np.uint8)
    wide = np.zeros((obama.shape[0], obama.shape[1] + small.shape[1], 3), np.uint8)
    wide[:, : obama.shape[1]] = obama
    wide[: small.shape[0], obama.shape[1] :] = small
    faces = recognizer.detect(wide)
    assert len(faces) == 2
    looks = [MaskLook("cloth", "red"), MaskLook("cloth", "navy", seed=1)]
    for order in (1, -1):
        done = painter.paint(wide, faces[::order], looks)
        assert [one.face for one in done.faces] == list(faces[::order])
        for one, strongest in zip(done.faces, (0, 2), strict=True):
            colour = done.pixels[area_of(one, wide.shape)].mean(axis=0)
            assert int(colour.argmax()) == strongest


def test_a_nearer_face_hides_a_farther_mask(by_five: Painter, obama: Pixels, face: Face) -> None:
    half = moved(face, 0.5)
    # Behind the cheek: its mask reaches into the nearer face.
    behind = moved(half, 1.0, *(face.landmarks[0] - half.landmarks[4] + (-10, 60)).tolist())
    alone = by_five.paint(obama, [face], MaskLook("fashion"))
    both = by_five.paint(obama, [behind, face], [MaskLook("cloth", "red"), MaskLook("fashion")])
    assert [one.reason for one in both.faces] == [None, None]
    differ = changed(alone.pixels, both.pixels)
    assert differ.sum() > 500
    nearer = area_of(both.faces[1], obama.shape).astype(np.uint8)
    assert not differ[cv2.erode(nearer, np.ones((9, 9), np.uint8)) > 0].any()
    assert around(~differ, face.landmarks[2], 20)


@pytest.mark.parametrize("side", ["left", "right", "top", "bottom"])
def test_a_face_cut_by_the_border_is_painted_up_to_it(
    painter: Painter, obama: Pixels, face: Face, side: str
) -> None:
    x, y = (int(value) for value in face.landmarks[2])
    mouth = int(face.landmarks[3:, 1].mean())
    parts = {
        "left": np.s_[:, x:],
        "right": np.s_[:, :x],
        "top": np.s_[y:],
        "bottom": np.s_[:mouth],
    }
    part = np.ascontiguousarray(obama[parts[side]])
    shift = {"left": (-x, 0), "top": (0, -y)}.get(side, (0, 0))
    done = painter.paint(part, [moved(face, 1.0, *shift)], MaskLook())
    if done.faces[0].reason is not None:  # half a face may be too little for the network
        pytest.fail(done.faces[0].reason)
    touched = changed(part, done.pixels)
    border = {
        "left": touched[:, 0],
        "right": touched[:, -1],
        "top": touched[0],
        "bottom": touched[-1],
    }[side]
    assert border.sum() > 50
    area = done.faces[0].area
    assert area is not None
    assert (area >= 0).all()
    assert (area < part.shape[1::-1]).all()


def test_a_grey_photo_stays_grey(painter: Painter, obama: Pixels, face: Face) -> None:
    grey = np.repeat(cv2.cvtColor(obama, cv2.COLOR_RGB2GRAY)[:, :, None], 3, axis=2)
    for style in ("surgical", "bandana"):
        done = painter.paint(grey, [face], MaskLook(style, "red"))
        inside = done.pixels[area_of(done.faces[0], grey.shape)].astype(int)
        assert np.ptp(inside, axis=1).max() <= 1
        assert inside.std() > 2  # folds are seen


def test_an_old_print_keeps_its_tone(painter: Painter, obama: Pixels, face: Face) -> None:
    level = cv2.cvtColor(obama, cv2.COLOR_RGB2GRAY)[:, :, None] / 255.0
    brown = np.round(255 * level ** np.array([0.85, 1.0, 1.3])).astype(np.uint8)
    done = painter.paint(brown, [face], MaskLook("surgical", "blue"))
    red, green, blue = done.pixels[area_of(done.faces[0], brown.shape)].mean(axis=0)
    assert red > green + 3 > blue + 6


def test_a_mask_takes_the_scene_s_light(painter: Painter, obama: Pixels, face: Face) -> None:
    def colour(pixels: Pixels) -> npt.NDArray[np.float64]:
        done = painter.paint(pixels, [face], MaskLook("surgical", "white"))
        return done.pixels[area_of(done.faces[0], pixels.shape)].mean(axis=0)

    usual = colour(obama)
    assert colour((obama * 0.4).astype(np.uint8)).mean() < 0.6 * usual.mean()
    warm = colour((obama * np.array([1.0, 0.85, 0.6])).astype(np.uint8))
    assert warm[0] / warm[2] > 1.1 * usual[0] / usual[2]


def test_a_mask_is_shaded_from_the_side_that_the_face_is(
    painter: Painter, obama: Pixels, face: Face
) -> None:
    x = float(face.landmarks[2, 0])
    ramp = np.clip(1.0 - (np.arange(obama.shape[1]) - x) / 500, 0.4, 1.3)[None, :, None]
    for flip, sign in ((1, 1), (-1, -1)):
        light = ramp if flip == 1 else 2 * ramp[:, [int(x)]] - ramp
        pixels = np.clip(obama * light, 0, 255).astype(np.uint8)
        done = painter.paint(pixels, [face], MaskLook("surgical", "white"))
        inside = area_of(done.faces[0], obama.shape)
        columns = np.arange(obama.shape[1])[None] < x
        left = done.pixels[inside & columns].mean()
        right = done.pixels[inside & ~columns].mean()
        assert sign * (left - right) > 8


@pytest.mark.parametrize("name", ["white", "black", "#d02090", None])
def test_colours(painter: Painter, obama: Pixels, face: Face, name: str | None) -> None:
    look = MaskLook("fashion", name)
    done = painter.paint(obama, [face], look)
    seen = done.pixels[area_of(done.faces[0], obama.shape)].mean(axis=0)
    asked = np.array(look.rgb, float)
    # The light has a say, the hue and the order of brightness stay.
    assert np.corrcoef(seen - seen.mean(), asked - asked.mean())[0, 1] > 0.8 or np.ptp(asked) < 20
    assert (seen.mean() < 90) == (asked.mean() < 90)


def test_grain_and_blur_are_the_photo_s(painter: Painter, obama: Pixels, face: Face) -> None:
    def fine(pixels: Pixels) -> float:
        done = painter.paint(pixels, [face], MaskLook("fashion", "grey"))
        grey = cv2.cvtColor(done.pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)
        detail = grey - cv2.GaussianBlur(grey, (0, 0), 1.5)
        inner = cv2.erode(
            area_of(done.faces[0], pixels.shape).astype(np.uint8), np.ones((21, 21), np.uint8)
        )
        return float(detail[inner > 0].std())

    rng = np.random.default_rng(0)
    grainy = np.clip(obama + rng.normal(0, 8, obama.shape), 0, 255).astype(np.uint8)
    assert fine(grainy) > 1.5 * fine(obama)


@pytest.mark.parametrize("blur", [3.0, 7.0])
def test_a_mask_is_as_blurred_as_the_face(
    painter: Painter, obama: Pixels, face: Face, blur: float
) -> None:
    def steepest(pixels: npt.NDArray[np.uint8]) -> float:
        red = pixels[..., 0].astype(np.float32)
        slope = cv2.magnitude(cv2.Sobel(red, -1, 1, 0), cv2.Sobel(red, -1, 0, 1))
        return float(slope[edge].max())

    sharp = painter.paint(obama, [face], MaskLook("surgical", "white"))
    blurred = np.asarray(cv2.GaussianBlur(obama, (0, 0), blur), np.uint8)
    done = painter.paint(blurred, [face], MaskLook("surgical", "white"))
    area = area_of(done.faces[0], obama.shape).astype(np.uint8)
    edge = cv2.morphologyEx(area, cv2.MORPH_GRADIENT, np.ones((15, 15), np.uint8)) > 0
    wanted = steepest(cv2.GaussianBlur(sharp.pixels, (0, 0), blur))
    assert 0.7 < steepest(done.pixels) / wanted < 1.4


REASONS = {
    "too small": lambda face: moved(face, 0.1),
    "wears a mask already": lambda face: replace(face, mask=Mask(MaskState.WORN, 0.9)),
    "not seen clearly": lambda face: replace(face, landmarks=face.landmarks[[3, 1, 0, 2, 4]]),
}


@pytest.mark.parametrize("reason", REASONS)
def test_why_a_face_is_not_painted(
    by_five: Painter, obama: Pixels, face: Face, reason: str
) -> None:
    odd = REASONS[reason](face)
    done = by_five.paint(obama, [odd], MaskLook())
    assert (done.faces[0].reason, done.faces[0].area) == (reason, None)
    assert done.faces[0].face is odd
    assert np.array_equal(done.pixels, obama)
    assert done.pixels is not obama


def test_a_profile_is_left_alone(by_five: Painter, obama: Pixels) -> None:
    from kith.masks.paint.mean_face import FIVE

    turn = np.radians(75)
    x = FIVE[:, 0] * np.cos(turn) + FIVE[:, 2] * np.sin(turn)
    points = np.column_stack([x, FIVE[:, 1]]).astype(np.float32) * 12 + 400
    done = by_five.paint(obama, [Face(Box(300, 300, 200, 200), points, 0.9)], MaskLook())
    assert done.faces[0].reason == "turned too far"


def test_over_a_mask_that_is_worn(by_five: Painter, obama: Pixels, face: Face) -> None:
    worn = replace(face, mask=Mask(MaskState.WRONG, 0.9))
    assert by_five.paint(obama, [worn], MaskLook()).faces[0].reason is not None
    assert by_five.paint(obama, [worn], MaskLook(), over=True).faces[0].reason is None
    bare = replace(face, mask=Mask(MaskState.NONE, 0.9))
    assert by_five.paint(obama, [bare], MaskLook()).faces[0].reason is None


def test_no_faces_is_a_copy(by_five: Painter, obama: Pixels) -> None:
    done = by_five.paint(obama, [], MaskLook())
    assert done.faces == ()
    assert np.array_equal(done.pixels, obama)
    done.pixels[0, 0] = 1  # a copy, and one that can be written to


@pytest.mark.parametrize("shape", [(1, 1), (1, 900), (900, 1), (7, 3), (2000, 40), (40, 2000)])
def test_odd_sizes(by_five: Painter, painter: Painter, face: Face, shape: tuple[int, int]) -> None:
    pixels = np.full((*shape, 3), 130, np.uint8)
    for scale in (0.3, 1.0, 20.0):
        for middle in ((0, 0), (shape[1] / 2, shape[0] / 2), (-5000, 5000)):
            at = moved(face, scale)
            at = moved(at, 1.0, *(np.array(middle) - at.landmarks[2]).tolist())
            for one in (by_five, painter):
                done = one.paint(pixels, [at], MaskLook("ffp2"))
                assert done.pixels.shape == pixels.shape


def test_points_that_are_no_points(by_five: Painter, obama: Pixels, face: Face) -> None:
    for value in (np.nan, np.inf, 0.0):
        odd = replace(face, landmarks=np.full((5, 2), value, np.float32))
        done = by_five.paint(obama, [odd], MaskLook())
        assert done.faces[0].reason in ("not seen clearly", "too small")


def test_wrong_use(by_five: Painter, obama: Pixels, face: Face) -> None:
    with pytest.raises(InputError, match="2 faces need as many looks, not 1"):
        by_five.paint(obama, [face, face], [MaskLook()])
    for look in ("surgical", None, [None], 3):
        with pytest.raises(InputError, match="masks need a MaskLook, or a list of one for each"):
            by_five.paint(obama, [face], look)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="not str"):
        by_five.paint("obama.jpg", [face], MaskLook())  # type: ignore[arg-type]
    for pixels in (obama[:, :, 0], obama.astype(np.float32), obama[:0], obama.tolist()):
        with pytest.raises(InputError, match="masks are painted on RGB pixels, uint8"):
            by_five.paint(pixels, [face], MaskLook())  # type: ignore[arg-type]


def test_a_painter_of_an_unknown_network() -> None:
    with pytest.raises(kith.ModelError):
        Painter(landmarks="yunet")


def test_placed_by_106_points(
    networks: ModelStore, painter: Painter, obama: Pixels, face: Face
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KITH_ACCEPT_LICENCES", "landmarks-106")
        other = Painter(networks, landmarks="landmarks-106")
    areas = [
        area_of(one.paint(obama, [face], MaskLook()).faces[0], obama.shape)
        for one in (painter, other)
    ]
    assert (areas[0] & areas[1]).sum() / (areas[0] | areas[1]).sum() > 0.85


def test_where_the_network_sees_no_face_the_detector_must_be_sure(
    painter: Painter, face: Face
) -> None:
    blank = np.full((1137, 910, 3), 150, np.uint8)
    done = [
        painter.paint(blank, [replace(face, score=score)], MaskLook()).faces[0]
        for score in (0.95, 0.7)
    ]
    assert [one.reason for one in done] == [None, "not seen clearly"]


def test_the_crown_of_a_nearer_head_hides_a_mask(
    by_five: Painter, obama: Pixels, face: Face
) -> None:
    # Somebody a little larger above: his mask would reach over the lower one's hair.
    low = moved(face, 0.9, 200, 700)
    left, right = low.landmarks[:2].astype(float)
    apart = float(np.linalg.norm(right - left))
    high = moved(low, 1.05, 0, 0)
    high = moved(high, 1.0, *(low.landmarks[2] - high.landmarks[2] - (0, 3.05 * apart)).tolist())
    pixels = np.full((1700, 1100, 3), 130, np.uint8)
    alone = by_five.paint(pixels, [high], MaskLook()).faces[0]
    both = by_five.paint(pixels, [high, low], MaskLook())
    assert [one.reason for one in both.faces] == [None, None]
    assert alone.area is not None
    bottom = low.landmarks[2] - (0, 2.04 * apart)  # on the crown
    assert area_of(alone, pixels.shape)[int(bottom[1]), int(bottom[0])]
    assert around(~changed(pixels, both.pixels), bottom, 4)


def test_a_larger_face_behind_does_not_hide_a_mask(
    by_five: Painter, obama: Pixels, face: Face
) -> None:
    half = moved(face, 0.5)
    small = moved(half, 1.0, *(face.landmarks[2] - half.landmarks[2]).tolist())
    alone = by_five.paint(obama, [small], MaskLook())
    both = by_five.paint(obama, [face, small], [MaskLook("fashion"), MaskLook()])
    first, second = (area_of(one, obama.shape) for one in (alone.faces[0], both.faces[1]))
    assert (first & second).sum() / (first | second).sum() > 0.98
