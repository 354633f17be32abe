from __future__ import annotations

import numpy as np
import pytest

from kith.evaluation.calibrate import similarities
from kith.evaluation.calibrate.similarities import (
    impostors_of,
    own_templates,
    photo_pairs,
    searches,
    templates_of,
)
from kith.evaluation.calibrate.split import Part, parts_of
from kith.gallery.templates import template

from .crowds import crowd, material, mixed


@pytest.fixture
def part() -> Part:
    return parts_of(material(mixed(24), failed=[3, 7, 20]), 0)[0]


def test_every_two_photos(part: Part) -> None:
    expected = []
    for i in range(len(part.person)):
        for j in range(i + 1, len(part.person)):
            same = part.person[i] == part.person[j]
            both = part.acquired[i] and part.acquired[j]
            if both:
                expected.append((same, float(part.vectors[i] @ part.vectors[j])))
            elif same:
                expected.append((same, -np.inf))
    found = photo_pairs(part)
    assert found.same.tolist() == [same for same, _ in expected]
    assert found.similarity == pytest.approx(np.array([s for _, s in expected]), abs=1e-6)
    assert np.isneginf(found.genuine).sum() == np.isneginf([s for _, s in expected]).sum() > 0
    assert np.isfinite(found.impostor).all()
    assert np.array_equal(found.a == found.b, found.same)


def test_totals_are_the_number_of_comparisons(part: Part) -> None:
    one = np.ones(len(part.names), dtype=np.int64)
    for found in (impostors_of(part, photo_pairs(part)), searches(part)):
        weight = (one @ found.left) * (one @ found.right) - one @ (found.left * found.right)
        assert len(found.scores) == weight / (2 if found.halves else 1)
        pairs = {tuple(sorted(pair)) for pair in zip(found.a, found.b, strict=True)}
        assert len(pairs) == found.pairs


def test_faces_and_other_peoples_templates(part: Part) -> None:
    people, templates = templates_of(part)
    assert people.tolist() == np.flatnonzero(part.faces).tolist()
    for person, row in zip(people, templates, strict=True):
        own = (part.person == person) & part.acquired
        assert np.array_equal(row, template(part.vectors[own], part.quality[own]).vector)
    found = searches(part)
    expected = [
        float(part.vectors[photo] @ row)
        for photo in np.flatnonzero(part.acquired)
        for person, row in zip(people, templates, strict=True)
        if part.person[photo] != person
    ]
    assert found.scores == pytest.approx(np.array(expected), abs=1e-6)


def test_where_enough_have_several_photos_only_their_templates_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    part = parts_of(material(mixed(60)), 0)[0]
    several = set(np.flatnonzero(part.faces > 1).tolist())
    monkeypatch.setattr(similarities, "ENOUGH", len(several))
    found = searches(part)
    assert set(found.b.tolist()) == several
    assert set(found.a.tolist()) == set(range(len(part.names)))
    pairs = {tuple(sorted(pair)) for pair in zip(found.a, found.b, strict=True)}
    assert len(pairs) == found.pairs
    monkeypatch.setattr(similarities, "ENOUGH", len(several) + 1)
    assert set(searches(part).b.tolist()) == set(range(len(part.names)))


def test_a_face_is_never_part_of_the_template_it_is_compared_with() -> None:
    part = parts_of(material(crowd(8, 3)), 0)[0]
    expected = []
    for photo, person in enumerate(part.person):
        rest = np.flatnonzero((part.person == person) & (np.arange(len(part.person)) != photo))
        made = template(part.vectors[rest], part.quality[rest]).vector
        expected.append(float(part.vectors[photo] @ made))
    assert own_templates(part) == pytest.approx(np.array(expected), abs=1e-6)
