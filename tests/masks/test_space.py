"""The space in which masked faces are compared."""

from __future__ import annotations

import numpy as np
import pytest

from kith.embedding import parse
from kith.embedding.spec import Spec
from kith.masks import MaskedSpace, compare, is_masked, masked_space, pair_of
from kith.masks.space import MIXED, NONE, PAIRS, WORN
from kith.types import Box, Face, Mask, MaskState

RNG = np.random.default_rng(5)
BARE, COVERED, CHIN = (Mask(state, 0.9) for state in MaskState)


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=-1, keepdims=True)).astype(np.float32)


def face(vector: np.ndarray, mask: Mask | None) -> Face:
    return Face(Box(0, 0, 1, 1), np.zeros((5, 2), np.float32), 1.0, embedding=vector, mask=mask)


@pytest.fixture
def space() -> MaskedSpace:
    """Masks move everybody by the same vector, and shake one direction."""
    means = {state: 0.3 * unit(RNG.normal(size=32)) for state in MaskState}
    return MaskedSpace(
        means,
        np.eye(32, dtype=np.float32)[:1],
        np.array([0.5], np.float32),
        {MIXED: (0.1, 0.9), WORN: (0.2, 0.7)},
    )


@pytest.mark.parametrize(
    ("a", "b", "pair"),
    [
        (None, None, NONE),
        (None, BARE, NONE),
        (BARE, COVERED, MIXED),
        (CHIN, None, MIXED),
        (COVERED, COVERED, WORN),
        (CHIN, COVERED, WORN),
    ],
)
def test_pairs(a: Mask | None, b: Mask | None, pair: str) -> None:
    assert pair_of(a, b) == pair_of(b, a) == pair
    assert is_masked(a) + is_masked(b) == PAIRS.index(pair)


def test_what_is_projected(space: MaskedSpace) -> None:
    rows = unit(RNG.normal(size=(6, 32)))
    states = [MaskState.NONE, None, MaskState.WORN, MaskState.WRONG, MaskState.WORN, None]
    found = space.project(rows, states)
    assert found.dtype == np.float32
    assert np.linalg.norm(found, axis=1) == pytest.approx(1, abs=1e-6)
    for row, state, got in zip(rows, states, found, strict=True):
        moved = row.astype(np.float64) - space.means[state or MaskState.NONE]
        moved[0] *= 0.5
        assert got == pytest.approx(moved / np.linalg.norm(moved), abs=1e-6)
        assert space.project(row[None], [state])[0] == pytest.approx(got, abs=1e-6)
    assert space.project(rows[:0], []).shape == (0, 32)


def test_the_mean_of_a_state_is_nobody(space: MaskedSpace) -> None:
    [nobody] = space.project(space.means[MaskState.WORN][None], [MaskState.WORN])
    assert np.linalg.norm(nobody) < 1e-3


def test_a_face_moved_by_a_mask_is_found_again(space: MaskedSpace) -> None:
    bare = unit(RNG.normal(size=(40, 32)) + 3 * space.means[MaskState.NONE])
    masked = bare + (space.means[MaskState.WORN] - space.means[MaskState.NONE]) * 3
    away = float(np.diag(unit(masked) @ bare.T).mean())
    plain = MaskedSpace(
        {
            MaskState.NONE: bare.mean(axis=0),
            MaskState.WORN: masked.mean(axis=0),
            MaskState.WRONG: masked.mean(axis=0),
        },
        space.axes,
        np.ones(1, np.float32),
        space.scales,
    )
    again = plain.project(masked, [MaskState.WORN] * 40) @ plain.project(bare, [None] * 40).T
    assert np.diag(again) == pytest.approx(1, abs=1e-5)
    assert away < 0.9


def test_comparing(space: MaskedSpace) -> None:
    a, b = unit(RNG.normal(size=(2, 32)))
    assert compare(face(a, None), face(b, BARE), space) == float(np.dot(a, b))
    assert compare(face(a, COVERED), face(b, BARE), None) == float(np.dot(a, b))
    one, other = face(a, COVERED), face(b, BARE)
    projected = space.project(np.stack([a, b]), [MaskState.WORN, MaskState.NONE])
    expected = 0.1 + 0.9 * float(projected[0] @ projected[1])
    assert compare(one, other, space) == pytest.approx(expected, abs=1e-6)
    assert compare(other, one, space) == pytest.approx(expected, abs=1e-6)
    both = 0.2 + 0.7 * float(np.dot(*space.project(np.stack([a, b]), [MaskState.WORN] * 2)))
    assert compare(one, face(b, COVERED), space) == pytest.approx(both, abs=1e-6)


def test_scales_of_many(space: MaskedSpace) -> None:
    values = np.array([-1.0, 0.0, 1.0])
    assert space.similarity(values, NONE) is values
    assert space.similarity(values, WORN) == pytest.approx([-0.5, 0.2, 1.0])


def test_the_same_photo_is_as_similar_as_can_be() -> None:
    for name in ("sface", "arcface-mbf", "edgeface-s", "retail-0095", "sface-retail"):
        found = masked_space(name)
        assert found is not None
        for pair in (MIXED, WORN):
            cosines = np.linspace(-1, 1, 401)
            mapped = found.similarity(cosines, pair)
            assert mapped[-1] == pytest.approx(1)
            assert (np.diff(mapped) > 0).all()
            assert mapped[0] > -1
            assert found.similarity(-np.inf, pair) == -np.inf
            assert found.similarity(np.array([-np.inf]), pair)[0] == -np.inf
            assert np.abs(np.diff(mapped)).max() < 0.02
            assert (
                found.similarity(0.3, pair) == found.scales[pair][0] + found.scales[pair][1] * 0.3
            )


def test_what_was_measured() -> None:
    found = masked_space("sface")
    assert found is not None
    assert found is masked_space("sface")
    assert set(found.means) == set(MaskState)
    assert {mean.shape for mean in found.means.values()} == {(128,)}
    assert found.axes @ found.axes.T == pytest.approx(np.eye(len(found.axes)), abs=2e-3)
    assert ((found.keep > 0) & (found.keep <= 1)).all()
    for offset, factor in found.scales.values():
        assert factor > 0.5
        assert offset + factor == pytest.approx(1, abs=0.1)  # the same face is the same face
    for part in found.means.values():
        assert 0.02 < np.linalg.norm(part) < 0.9


@pytest.mark.parametrize("name", ["vggface-vgg16", "../space-sface", "points", "", "x" * 500])
def test_embedders_that_were_not_measured(name: str) -> None:
    assert masked_space(name) is None


@pytest.mark.parametrize("name", ["best", "fast", "sface@0.4+retail-0095@0.6", "arcface-mbf"])
def test_names_that_recognisers_give_themselves(name: str) -> None:
    spec = parse(name)
    found = masked_space(spec.id)
    if "@" in name:
        assert found is None  # other weights than those of the fusion that was measured
        return
    assert found is not None
    parts = (spec,) if isinstance(spec, Spec) else spec.parts
    assert found.axes.shape[1] == sum(part.dimension for part in parts)


def test_both_views_are_one_network() -> None:
    assert masked_space("sface+mirror") is masked_space("sface")
