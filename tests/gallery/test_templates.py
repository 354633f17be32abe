from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kith.gallery.templates import CLEARLY_LESS, LEAST_WEIGHT, template

from .people import lookalikes, random_units, unit


def by_hand(
    embeddings: np.ndarray, weights: list[float] | None = None
) -> tuple[np.ndarray, list[bool]]:
    """Do what the module's text says, in plain Python."""
    rows = [[float(x) for x in row] for row in embeddings]
    count = len(rows)
    members = [True] * count
    if count >= 3:
        agreement = []
        for i, row in enumerate(rows):
            others = sorted(
                (
                    sum(a * b for a, b in zip(row, other, strict=True))
                    for j, other in enumerate(rows)
                    if j != i
                ),
                reverse=True,
            )
            agreement.append(others[count // 2 - 1])
        typical = float(np.median(agreement))
        deviation = 1.4826 * float(np.median([abs(a - typical) for a in agreement]))
        bound = typical - max(3 * deviation, CLEARLY_LESS)
        members = [a >= bound for a in agreement]
    weights = weights or [1.0] * count
    kept = [
        [weight * x for x in row]
        for row, member, weight in zip(rows, members, weights, strict=True)
        if member
    ]
    mean = [sum(column) for column in zip(*kept, strict=True)]
    norm = sum(x * x for x in mean) ** 0.5
    return np.array([x / norm for x in mean]), members


@given(st.integers(1, 12), st.floats(0.1, 0.95), st.integers(0, 3), st.integers(0, 10_000))
@settings(max_examples=150, deadline=None)
def test_against_plain_python(count: int, similarity: float, strangers: int, seed: int) -> None:
    vectors = lookalikes(seed, count, similarity)
    vectors = np.concatenate([vectors, random_units(seed + 1, strangers)])
    made = template(vectors)
    vector, members = by_hand(vectors)
    assert made.members.tolist() == members
    np.testing.assert_allclose(made.vector, vector, atol=1e-6)


@given(st.integers(1, 30), st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_the_order_of_photos_does_not_matter(count: int, seed: int) -> None:
    vectors = np.concatenate([lookalikes(seed, count, 0.5), random_units(seed, 2)])
    order = np.random.default_rng(seed).permutation(len(vectors))
    made, shuffled = template(vectors), template(vectors[order])
    assert made.vector.tobytes() == shuffled.vector.tobytes()
    assert made.members[order].tolist() == shuffled.members.tolist()


qualities = st.floats(0, 1) | st.just(float("nan"))


@given(st.lists(qualities, min_size=1, max_size=12), st.integers(0, 3), st.integers(0, 10_000))
@settings(max_examples=150, deadline=None)
def test_weights_against_plain_python(quality: list[float], strangers: int, seed: int) -> None:
    vectors = np.concatenate([lookalikes(seed, len(quality), 0.5), random_units(seed, strangers)])
    quality = quality + [1.0] * strangers
    weights = [1.0 if q != q else max(q, LEAST_WEIGHT) for q in quality]
    made = template(vectors, quality)
    vector, members = by_hand(vectors, weights)
    assert made.members.tolist() == members
    np.testing.assert_allclose(made.vector, vector, atol=1e-6)


@given(st.lists(qualities, min_size=1, max_size=30), st.integers(0, 10_000), st.booleans())
@settings(max_examples=60, deadline=None)
def test_the_order_of_weighted_photos_does_not_matter(
    quality: list[float], seed: int, twins: bool
) -> None:
    vectors = lookalikes(seed, len(quality), 0.5)
    if twins:  # the same face in two photos of different quality
        vectors[-1] = vectors[0]
    order = np.random.default_rng(seed).permutation(len(vectors))
    made = template(vectors, quality)
    shuffled = template(vectors[order], np.array(quality)[order])
    assert made.vector.tobytes() == shuffled.vector.tobytes()
    assert made.members[order].tolist() == shuffled.members.tolist()


@pytest.mark.parametrize("quality", [0.0, 0.3, 0.8, 1.0, float("nan"), float("inf"), -1.0])
def test_photos_of_one_quality_weigh_the_same(quality: float) -> None:
    vectors = lookalikes(1, 9, 0.6)
    alike = template(vectors, [quality] * 9)
    assert alike.vector.tobytes() == template(vectors).vector.tobytes()


def test_no_photo_counts_more_than_four_times_another() -> None:
    vectors = random_units(0, 2)
    made = template(vectors, [1.0, 0.0])
    expected = unit(vectors[0] + LEAST_WEIGHT * vectors[1])
    np.testing.assert_allclose(made.vector, expected, atol=1e-6)
    assert 1 / LEAST_WEIGHT <= 4


def test_a_poor_photo_pulls_a_template_less_far() -> None:
    for seed in range(20):
        vectors = lookalikes(seed, 5, 0.7, dimension=128)
        centre = template(vectors).vector
        blurred = unit(vectors[0] + 0.8 * random_units(seed + 50, 1, dimension=128)[0])
        photos = np.vstack([vectors, blurred])
        plain, weighted = template(photos), template(photos, [1.0] * 5 + [0.2])
        assert plain.members.all()
        assert centre @ weighted.vector > centre @ plain.vector


def test_the_quality_says_nothing_of_who_it_is() -> None:
    """A stranger is left out however good the photo; a poor photo of the person is not."""
    vectors = lookalikes(1, 6, 0.7, dimension=128)
    vectors[2] = random_units(7, 1, dimension=128)[0]
    quality = [0.1, 0.9, 1.0, 0.1, 0.9, 0.9]
    assert template(vectors, quality).members.tolist() == [True, True, False, True, True, True]


@pytest.mark.parametrize("count", [5, 6, 8, 10])
def test_a_stranger_among_a_persons_photos_is_found(count: int) -> None:
    found = lost = 0
    for seed in range(200):
        vectors = lookalikes(seed, count, 0.6, dimension=128)
        vectors[seed % count] = random_units(seed + 999, 1, dimension=128)[0]
        members = template(vectors).members
        found += not members[seed % count]
        lost += (~members).sum() - (not members[seed % count])
    assert found >= 198
    assert lost <= 2


def test_the_same_stranger_twice_among_five_is_found() -> None:
    vectors = lookalikes(1, 5, 0.7, dimension=128)
    vectors[1] = vectors[3] = random_units(7, 1, dimension=128)[0]
    assert template(vectors).members.tolist() == [True, False, True, False, True]


@pytest.mark.parametrize("similarity", [0.4, 0.6, 0.8, 0.95, 0.999])
@pytest.mark.parametrize("count", [3, 5, 10, 40])
def test_a_clean_person_is_left_alone(count: int, similarity: float) -> None:
    touched = sum(
        not template(lookalikes(seed, count, similarity, dimension=128)).members.all()
        for seed in range(100)
    )
    assert touched <= 1


def test_frames_of_a_film_do_not_make_an_outlier_of_another_photo() -> None:
    rng = np.random.default_rng(3)
    centre = random_units(5, 1, dimension=128)[0]
    frames = unit(centre + 0.003 * rng.standard_normal((9, 128)))
    other = unit(0.8 * centre + 0.6 * random_units(6, 1, dimension=128)[0])
    vectors = np.vstack([frames, other])
    assert frames[0] @ other > 0.75
    assert template(vectors).members.all()


photo_ids = st.lists(st.integers(0, 5), min_size=1, max_size=14)


def weighted_by_hand(rows: np.ndarray, photos: list[int]) -> list[bool]:
    """Find the outliers as the module's text says, in exact fractions."""
    shares = [Fraction(1, photos.count(photo)) for photo in photos]

    def median(values: list[float]) -> float:
        order = sorted(range(len(values)), key=lambda i: values[i])
        total = Fraction(0)
        for place, index in enumerate(order):
            total += shares[index]
            if total * 2 == sum(shares):
                return (values[index] + values[order[place + 1]]) / 2
            if total * 2 > sum(shares):
                return values[index]
        raise AssertionError

    agreement = []
    for i, row in enumerate(rows):
        others = sorted((-float(row @ rows[j]), j) for j in range(len(rows)) if j != i)
        half, total = sum(shares[j] for _, j in others) / 2, Fraction(0)
        for value, j in others:
            total += shares[j]
            if total >= half:
                agreement.append(-value)
                break
    typical = median(agreement)
    deviation = 1.4826 * median([abs(a - typical) for a in agreement])
    return [a >= typical - max(3 * deviation, CLEARLY_LESS) for a in agreement]


@given(photo_ids, st.integers(0, 3), st.integers(0, 10_000))
@settings(max_examples=150, deadline=None)
def test_faces_that_share_a_photo_against_plain_python(
    photos: list[int], strangers: int, seed: int
) -> None:
    vectors = np.concatenate([lookalikes(seed, len(photos), 0.6), random_units(seed, strangers)])
    photos = [*photos, *range(100, 100 + strangers)]
    exact = vectors.astype(np.float64)
    made = template(vectors, photos=photos)
    if len(photos) >= 3:
        assert made.members.tolist() == weighted_by_hand(exact, photos)
    shares = np.array([1 / photos.count(photo) for photo in photos])[made.members]
    mean = (exact[made.members] * shares[:, None]).sum(axis=0)
    np.testing.assert_allclose(made.vector, unit(mean), atol=1e-5)
    order = np.random.default_rng(seed).permutation(len(vectors))
    shuffled = template(vectors[order], photos=[photos[index] for index in order])
    np.testing.assert_allclose(made.vector, shuffled.vector, atol=1e-5)


def test_photos_with_one_face_each_are_as_they_were() -> None:
    vectors = np.concatenate([lookalikes(1, 8, 0.6), random_units(2, 2)])
    made = template(vectors, photos=range(10))
    assert made.vector.tobytes() == template(vectors).vector.tobytes()


@pytest.mark.parametrize("frames", [4, 16, 100])
def test_a_film_does_not_drown_photos(frames: int) -> None:
    for seed in range(20):
        photos = lookalikes(seed, 4, 0.6, dimension=128)
        film = lookalikes(seed + 50, frames, 0.95, dimension=128)
        film = unit(0.8 * photos[3] + 0.6 * film)  # all alike, and like the person
        rows = np.vstack([photos[:3], film])
        made = template(rows, photos=[0, 1, 2] + [3] * frames)
        assert made.members.all()
        expected = unit(photos[:3].sum(axis=0) + film.mean(axis=0))
        assert float(made.vector @ expected) > 0.999
        assert float(made.vector @ expected) > float(template(rows).vector @ expected)


def test_a_stranger_is_found_beside_a_film_and_in_it() -> None:
    expected = [True, False, True, True] + [n != 5 for n in range(12)]
    found = 0
    for seed in range(200):
        photos = lookalikes(seed, 5, 0.6, dimension=128)
        film = unit(photos[4] + 0.3 * random_units(seed + 50, 12, dimension=128))
        film[5] = photos[1] = random_units(seed + 999, 1, dimension=128)[0]
        members = template(np.vstack([photos[:4], film]), photos=[*range(4), *[4] * 12]).members
        found += members.tolist() == expected
    assert found >= 195


def test_of_a_film_and_a_photo_nobody_can_tell_which_is_wrong() -> None:
    film = lookalikes(1, 16, 0.9, dimension=128)
    rows = np.vstack([film, random_units(9, 1, dimension=128)])
    assert template(rows, photos=[0] * 16 + [1]).members.all()


@pytest.mark.parametrize("count", [1, 2])
def test_of_one_or_two_nobody_is_an_outlier(count: int) -> None:
    assert template(random_units(0, count)).members.all()


@pytest.mark.parametrize("count", [4, 9, 300, 1000])
def test_at_most_half_are_left_out(count: int) -> None:
    for seed in range(10):
        half = lookalikes(seed, count // 2, 0.99)
        members = template(np.concatenate([half, random_units(seed, count - len(half))])).members
        assert members.sum() >= count / 2


def test_a_large_person_is_judged_by_a_sample() -> None:
    vectors = lookalikes(1, 2000, 0.6, dimension=128)
    strangers = np.random.default_rng(0).choice(2000, 100, replace=False)
    vectors[strangers] = random_units(2, 100, dimension=128)
    members = template(vectors).members
    assert (~members[strangers]).mean() > 0.97
    assert members.sum() > 1890


def test_opposite_vectors_still_give_a_unit_vector() -> None:
    vector = random_units(0, 1)[0]
    made = template(np.stack([vector, -vector]))
    assert abs(float(np.linalg.norm(made.vector)) - 1) < 1e-6
    assert abs(abs(float(made.vector @ vector)) - 1) < 1e-6


@pytest.mark.parametrize("shape", [(0, 8), (8,), (2, 2, 2)])
def test_what_is_no_matrix_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="n × d"):
        template(np.ones(shape, dtype=np.float32))
