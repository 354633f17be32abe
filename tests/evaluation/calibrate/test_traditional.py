from __future__ import annotations

import math
from typing import TYPE_CHECKING, cast

import pytest

from kith.embedding import parse
from kith.evaluation.calibrate.traditional import Habit, habits

if TYPE_CHECKING:
    import kith


class Network:
    def __init__(self, embedder: str, threshold: float | None) -> None:
        self.tradition, self.known_threshold = parse(embedder).tradition, threshold


def of(embedder: str, threshold: float | None = 0.368) -> list[Habit]:
    return habits(cast("kith.Recognizer", Network(embedder, threshold)))


COSINE = [Habit("cosine", 0.4, 0.6), Habit("cosine", 0.5, 0.5), Habit("cosine", 0.6, 0.4)]


def test_a_network_without_a_tradition() -> None:
    assert of("sface") == [Habit("own", 0.632, 0.368), *COSINE]
    assert of("sface", None) == COSINE


def test_a_tradition_that_is_among_them_already() -> None:
    assert of("vggface2-resnet50", 0.5) == [Habit("own", 0.5, 0.5), *COSINE]


def test_a_euclidean_one_as_a_cosine() -> None:
    *usual, last = of("openface", None)
    assert usual == COSINE
    assert (last.metric, last.distance) == ("euclidean", 0.52)
    # Of unit vectors the square of the distance is 2 − 2 cosine.
    assert math.sqrt(2 - 2 * last.similarity) == pytest.approx(0.52)


def test_a_distance_of_raw_numbers_is_no_cosine() -> None:
    assert of("dlib-resnet", None) == COSINE
