from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from kith.errors import ProtocolError
from kith.evaluation.compare import compare, without_copies
from kith.evaluation.metrics import summary

from .described import DIMENSION, described, protocol


@pytest.mark.parametrize("pairs", ["few of many", "all"])
def test_similarities_are_dot_products(random: np.random.Generator, pairs: str) -> None:
    vectors = [random.standard_normal(DIMENSION) for _ in range(300)]
    everything = list(combinations(range(300), 2))
    chosen = everything
    if pairs == "few of many":
        chosen = [everything[n] for n in random.choice(len(everything), 500, replace=False)]
    seen = described(vectors)
    found = compare(protocol([n // 3 for n in range(300)], chosen), seen)
    units = [np.asarray(one.embedding, np.float64) for one in seen.faces if one is not None]
    expected = [units[a] @ units[b] for a, b in chosen]
    assert np.allclose(found.similarity, expected, atol=1e-6)
    assert found.similarity.dtype == np.float32
    assert found.a.tolist() == [a // 3 for a, _ in chosen]
    assert found.b.tolist() == [b // 3 for _, b in chosen]
    assert np.array_equal(found.same, found.a == found.b)


def test_a_failure_never_matches(random: np.random.Generator) -> None:
    one = random.standard_normal(DIMENSION)
    seen = described([one, one, None, None])
    found = compare(protocol([0, 0, 0, 1], [(0, 1), (0, 2), (2, 0), (2, 3), (1, 3)]), seen)
    assert found.similarity[0] == pytest.approx(1.0)
    assert np.isneginf(found.similarity[1:]).all()


def test_a_contradiction_is_of_two_people(random: np.random.Generator) -> None:
    seen = described([random.standard_normal(DIMENSION) for _ in range(4)])
    pairs = [(0, 1), (1, 2), (0, 2), (0, 3)]
    found = compare(protocol([0, 0, 0, 1], pairs, same=[True, True, False, False]), seen)
    assert np.array_equal(found.a == found.b, found.same)
    assert found.people > found.b.max()
    summary(found, rounds=3)  # takes it


def digests(text: str) -> list[str]:
    return [letter * 64 if letter != "-" else "" for letter in text]


def test_pairs_of_copies_are_left_out_of_a_list() -> None:
    given = protocol([0, 0, 0, 1, 1], [(0, 1), (1, 2), (0, 3), (2, 3), (3, 4)])
    found = without_copies(given, digests("aabcd"))
    assert list(zip(found.first.tolist(), found.second.tolist(), strict=True)) == [
        (1, 2),
        (0, 3),
        (2, 3),
        (3, 4),
    ]
    assert found.notes == ("1 pairs are of two copies of one photo: they are left out",)
    assert without_copies(given, digests("abcde")) is given


def test_copies_under_two_names_are_told_in_a_list() -> None:
    given = protocol([0, 0, 1, 1], [(0, 1), (0, 2), (1, 3), (2, 3)])
    found = without_copies(given, digests("abcb"))
    assert np.array_equal(found.first, given.first[[0, 1, 3]])
    assert found.notes == (
        "2 photos are copies of a photo of somebody else, such as 1.jpg: is a label wrong?",
        "1 pairs are of two copies of one photo: they are left out",
    )


def test_copies_are_left_out_of_a_folder() -> None:
    people = [0, 0, 0, 0, 1, 1, 2, 2]
    given = protocol(people, list(combinations(range(8), 2)), exhaustive=True)
    # 1 is a copy of 0; 3 is 5, of another person; unread files are nobody's copies.
    found = without_copies(given, digests("aabcdc--"))
    kept = [0, 2, 4, 6, 7]
    assert list(zip(found.first.tolist(), found.second.tolist(), strict=True)) == list(
        combinations(kept, 2)
    )
    assert found.notes == (
        "2 photos are copies of a photo of somebody else, such as 3.jpg: they are left out",
        "1 photos are second copies: they are left out",
    )


def test_nothing_left_is_said_in_one_line() -> None:
    given = protocol([0, 0, 1], [(0, 1), (0, 2)])
    with pytest.raises(ProtocolError, match="without copies of photos no pair of one person is"):
        without_copies(given, digests("aab"))
    with pytest.raises(ProtocolError, match="without copies of photos no pair of two people is"):
        without_copies(given, digests("aba"))
