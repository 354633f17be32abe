"""A second opinion on doubtful faces: what it changes, and that it changes nothing else."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from kith.detection import Detections, Opinion, open_detector
from kith.detection.doubt import LEAST, SURE, overlooked, rather, reconsidered
from kith.detection.scales import Search

from .geometry import detections

if TYPE_CHECKING:
    import numpy.typing as npt

    from kith.models import ModelStore
    from kith.types import Pixels

BLANK = np.zeros((400, 400, 3), np.uint8)


class Says:
    """A judge with one opinion of everything, who counts what it is asked."""

    def __init__(self, face: float, masked: float) -> None:
        self.face, self.masked = face, masked
        self.asked: list[int] = []

    def judge(self, pixels: Pixels, points: npt.NDArray[np.float32]) -> Opinion:
        self.asked.append(len(points))
        return Opinion(
            np.full(len(points), self.face, np.float32),
            np.full(len(points), self.masked, np.float32),
        )


def at(*scores: float, step: int = 90) -> Detections:
    boxes = [[step * number, 10, 40, 50] for number in range(len(scores))]
    return detections(np.array(boxes), np.array(scores))


def test_sure_faces_are_not_doubted() -> None:
    judge = Says(0.0, 0.0)
    found = at(0.95, 0.93, SURE)
    assert reconsidered(judge, BLANK, found) is found
    assert judge.asked == []
    reconsidered(judge, BLANK, at(0.95, 0.7, 0.5))
    assert judge.asked == [2]


@pytest.mark.parametrize(("score", "face", "masked"), [(0.5, 0.85, 0.8), (0.7, 0.2, 0.0)])
def test_a_mask_and_a_likeness_change_the_odds(score: float, face: float, masked: float) -> None:
    (after,) = reconsidered(Says(face, masked), BLANK, at(score)).scores
    odds = score / (1 - score) * math.exp(masked - 0.3) * (face / (1 - face)) ** 0.05
    assert after == pytest.approx(odds / (1 + odds), abs=1e-5)


def test_certainty_moves_a_score_by_a_bounded_amount() -> None:
    for face in (0.0, 1.0):
        (after,) = reconsidered(Says(face, 0.0), BLANK, at(0.5)).scores
        assert 0.35 < after < 0.5


def test_faces_stay_together_and_the_best_comes_first() -> None:
    class MaskedRight(Says):
        def judge(self, pixels: Pixels, points: npt.NDArray[np.float32]) -> Opinion:
            right = (points[:, 0, 0] > 100).astype(np.float32)
            return Opinion(np.full(len(points), 0.5, np.float32), right)

    before = at(0.7, 0.6)
    after = reconsidered(MaskedRight(0, 0), BLANK, before)
    assert after.boxes.tolist() == before.boxes[::-1].tolist()
    assert after.points.tolist() == before.points[::-1].tolist()
    assert after.scores[0] > after.scores[1] == pytest.approx(0.633, abs=1e-3)


def test_what_the_detector_said_itself_is_kept() -> None:
    before = at(0.95, 0.6, 0.7)
    after = reconsidered(Says(0.9, 0.9), BLANK, before).scaled(2, 2).moved(3, 4)
    joined = Detections.join([after, at(0.5)]).take([3, 2, 1, 0])
    pairs = sorted(zip(joined.own.tolist(), joined.scores.tolist(), strict=True))
    assert [own for own, _ in pairs] == pytest.approx([0.5, 0.6, 0.7, 0.95])
    assert [own == score for own, score in pairs] == [True, False, False, True]
    assert before.own is before.scores


def test_a_sighting_of_a_face_that_was_found_is_not_overlooked() -> None:
    found = at(0.9)
    near = detections(np.array([[4, 12, 38, 52], [15, 30, 12, 12]]), np.array([0.5, 0.4]))
    far = detections(np.array([[200, 10, 40, 50], [203, 11, 40, 50]]), np.array([0.4, 0.5]))
    left = overlooked(Detections.join([found, near, far]), found)
    assert left.scores.tolist() == [0.5]
    assert 200 <= left.boxes[0, 0] <= 203


class Upright(Says):
    """Takes for faces what stands upright."""

    def judge(self, pixels: Pixels, points: npt.NDArray[np.float32]) -> Opinion:
        self.asked.append(len(points))
        up = (points[:, 3:, 1].mean(axis=1) > points[:, :2, 1].mean(axis=1)).astype(np.float32)
        return Opinion(up, np.zeros(len(points), np.float32))


def test_points_are_turned_only_where_that_shows_more_of_a_face() -> None:
    found = at(0.9, 0.8, 0.7)
    turned, wrongly = found.points.copy(), found.points.copy()
    middle = found.points[1].mean(axis=0)
    turned[1] = 2 * middle - found.points[1]
    judge = Upright(0, 0)
    kept = rather(judge, BLANK, found, replace(found, points=turned))
    assert np.array_equal(kept.points, found.points)
    assert judge.asked == [1, 1]
    # The other way round the turn is right; a face that hardly moves is nobody's business.
    wrongly[0] += 1
    again = rather(judge, BLANK, replace(found, points=turned), replace(found, points=wrongly))
    assert np.array_equal(again.points, wrongly)
    assert rather(Says(1, 0), BLANK, found, found) is found


def test_a_search_shows_the_judge_what_it_would_have_left_out() -> None:
    asked: list[float] = []

    class Doubtful:
        def detect(self, pixels: Pixels, score: float) -> Detections:
            asked.append(score)
            scale = pixels.shape[1] / 400
            seen = at(0.95, 0.5, 0.45)
            return Detections(seen.boxes * scale, seen.points * scale, seen.scores).take(
                np.nonzero(seen.scores >= score)[0]
            )

    def scores(judge: Says | None) -> list[float]:
        return Search(Doubtful(), 0.6, judge=judge).find(BLANK).scores.tolist()

    alone = scores(None)
    assert alone == pytest.approx([0.95])
    assert set(asked) == {0.6}
    asked.clear()
    assert scores(Says(0.9, 0.9)) == pytest.approx([0.95, 0.668, 0.622], abs=2e-3)
    assert set(asked) == {LEAST}
    assert scores(Says(0.1, 0.0)) == alone


def test_masked_faces_of_a_crowd_are_found_and_bare_ones_stay(
    networks: ModelStore, portraits: list[Pixels]
) -> None:
    """Twenty-five small painted faces; the same bare ones give bit for bit what they gave."""
    from kith.masks import MaskLook, MaskTeller, Painter
    from kith.recognizer.faces import make_face

    plain = open_detector("yunet", networks)
    judged = open_detector("yunet", networks, judge=MaskTeller(networks))
    painter, crowd = Painter(landmarks=None), np.full((360, 360, 3), 110, np.uint8)
    for seed, pixels in enumerate(portraits):
        alone, again = plain.detect(pixels), judged.detect(pixels)
        assert np.array_equal(alone.boxes[:1], again.boxes[:1])
        assert np.array_equal(alone.points[:1], again.points[:1])
        masked = painter.paint(pixels, [make_face(alone.take([0]))], MaskLook("kn95", seed=seed))
        left, top, width, height = alone.boxes[0]
        scale = 13 / width
        matrix = np.float32([[scale, 0, 30 - scale * (left + width / 2)], [0, scale, 0]])
        matrix[1, 2] = 30 - scale * (top + height / 2)
        row, column = divmod(seed, 5)
        small = cv2.GaussianBlur(masked.pixels, (0, 0), 0.4 / scale)
        crowd[6 + 70 * row : 66 + 70 * row, 6 + 70 * column : 66 + 70 * column] = cv2.warpAffine(
            small, matrix, (60, 60), borderMode=cv2.BORDER_REPLICATE
        )
    before, found = len(plain.detect(crowd)), len(judged.detect(crowd))
    assert before <= found <= 25
    assert found >= 23
