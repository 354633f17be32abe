from __future__ import annotations

from collections import Counter
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.errors import NoPhotos, PhotoError, ProtocolError
from kith.evaluation.protocols import folder_pairs
from kith.evaluation.protocols.every_two import sample

if TYPE_CHECKING:
    from pathlib import Path

    from kith.evaluation.records import PairProtocol


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "people"
    for name, count in {"Ada": 4, "Bo": 1, "Cy": 3, "Di": 2}.items():
        (folder / name).mkdir(parents=True)
        for number in range(count):
            (folder / name / f"{number}.jpg").touch()
    (folder / "Ed.jpg").touch()
    (folder / "Ed (2).jpg").touch()
    return folder


def pairs(protocol: PairProtocol) -> list[tuple[str, str, bool]]:
    return [
        (*sorted((protocol.photos[a], protocol.photos[b])), bool(same))  # type: ignore[misc]
        for a, b, same in zip(protocol.first, protocol.second, protocol.same, strict=True)
    ]


def whose(path: str, root: Path) -> str:
    first = path.removeprefix(f"{root}/").split("/")[0]
    return "Ed" if first.startswith("Ed") else first


def test_every_pair_once(root: Path) -> None:
    found = folder_pairs(root)
    photos = sorted(str(path) for path in root.rglob("*.jpg"))
    assert sorted(found.photos) == photos
    expected = [(a, b, whose(a, root) == whose(b, root)) for a, b in combinations(photos, 2)]
    assert sorted(pairs(found)) == sorted(expected)
    assert [found.people[one] for one in found.person] == [whose(p, root) for p in found.photos]
    assert found.notes == ("1 people have one photo and stand in pairs of two people only",)
    assert (found.folds, found.exhaustive) == (0, True)


def test_a_sample_of_many(root: Path) -> None:
    everything = Counter(pairs(folder_pairs(root)))
    drawn: Counter[tuple[str, str, bool]] = Counter()
    for seed in range(400):
        found = folder_pairs(root, impostors=20, genuine=5, seed=seed)
        some = pairs(found)
        assert len(set(some)) == len(some) == 25
        assert sum(same for _, _, same in some) == 5
        drawn.update(some)
    assert found.notes[1:] == (
        "of 11 pairs of one person a sample of 5 is compared",
        "of 55 pairs of two people a sample of 20 is compared",
    )
    assert drawn.keys() == everything.keys()
    # Each has the same chance: 400 × 5/11 ≈ 182 and 400 × 20/55 ≈ 145, ± 5 standard deviations.
    for (_, _, same), times in drawn.items():
        share = 5 / 11 if same else 20 / 55
        assert abs(times - 400 * share) < 5 * np.sqrt(400 * share * (1 - share))
    assert pairs(folder_pairs(root, impostors=20, seed=7)) == pairs(
        folder_pairs(root, impostors=20, seed=7)
    )


@given(st.integers(1, 300), st.data())
def test_a_sample_has_different_numbers(total: int, data: st.DataObject) -> None:
    wanted = data.draw(st.integers(0, total))
    found = sample(total, wanted, np.random.default_rng(0))
    assert len(set(found.tolist())) == wanted
    assert all(0 <= number < total for number in found)
    assert np.array_equal(found, np.sort(found))


def test_a_sample_of_very_many_needs_little_memory() -> None:
    found = sample(10**15, 1000, np.random.default_rng(0))
    assert len(np.unique(found)) == 1000
    assert 0.4e15 < found.mean() < 0.6e15


def test_what_cannot_be_compared_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(PhotoError, match="no such file or folder"):
        folder_pairs(tmp_path / "nothing")
    with pytest.raises(NoPhotos):
        folder_pairs(tmp_path)
    (tmp_path / "Ada").mkdir()
    (tmp_path / "Ada" / "1.jpg").touch()
    with pytest.raises(ProtocolError, match="holds one person"):
        folder_pairs(tmp_path)
    (tmp_path / "Bo.jpg").touch()
    with pytest.raises(ProtocolError, match="nobody has two photos"):
        folder_pairs(tmp_path)
