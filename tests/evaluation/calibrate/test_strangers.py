from __future__ import annotations

import numpy as np
import pytest

from kith.evaluation.calibrate.split import Part, parts_of
from kith.evaluation.calibrate.strangers import searched
from kith.gallery.templates import template

from .crowds import crowd, material, mixed

Found = dict[int, tuple[float, int]]


def enrolled(part: Part, side: int) -> tuple[dict[int, np.ndarray], dict[int, int]]:
    """Return the templates of every other person, and which photo was kept back of whom."""
    gallery, away = {}, {}
    for person in range(side, len(part.names), 2):
        photos = np.flatnonzero(part.person == person).tolist()
        if len(photos) > 1:
            away[person] = photos.pop()
        if kept := [photo for photo in photos if part.acquired[photo]]:
            gallery[person] = template(part.vectors[kept], part.quality[kept]).vector
    return gallery, away


def slowly(part: Part) -> tuple[Found, Found]:
    """Search every gallery for every photo: (own similarity, rank), and (best, person)."""
    mates: Found = {}
    strangers: Found = {}
    for side in (0, 1):
        gallery, away = enrolled(part, side)
        for person, photo in away.items():
            mates[photo] = (-np.inf, 0)
            if part.acquired[photo] and person in gallery:
                similar = {one: float(part.vectors[photo] @ row) for one, row in gallery.items()}
                own = similar[person]
                mates[photo] = (own, sum(other >= own for other in similar.values()))
        for photo in np.flatnonzero((part.person % 2 != side) & part.acquired).tolist():
            best = max(float(part.vectors[photo] @ row) for row in gallery.values())
            strangers[photo] = (best, int(part.person[photo]))
    return mates, strangers


def test_searches_by_hand() -> None:
    part = parts_of(material(mixed(30), failed=[2, 8, 14, 15]), 1)[0]
    probes, gallery = searched(part)
    mates, strangers = slowly(part)
    assert np.sort(probes.mates) == pytest.approx(
        np.sort([own for own, _ in mates.values()]), abs=1e-6
    )
    assert sorted(probes.ranks) == sorted(rank for _, rank in mates.values())
    assert np.isneginf(probes.mates).sum() > 0
    by_person = sorted(zip(probes.stranger_people, probes.strangers, strict=True))
    hand = sorted((person, best) for best, person in strangers.values())
    assert [person for person, _ in by_person] == [person for person, _ in hand]
    assert [s for _, s in by_person] == pytest.approx([s for _, s in hand], abs=1e-6)
    assert gallery == (len(part.names) + 1) // 2
    assert probes.people == len(part.names)


def test_everybody_is_a_stranger_once() -> None:
    part = parts_of(material(crowd(41, 2)), 0)[0]
    probes, gallery = searched(part)
    assert np.bincount(probes.stranger_people).tolist() == [2] * len(part.names)
    assert np.bincount(probes.mate_people).tolist() == [1] * len(part.names)
    assert gallery == -(-len(part.names) // 2)


def test_an_odd_size_counts_the_larger_gallery() -> None:
    part = parts_of(material(crowd(6, 3)), 0)[0]
    assert len(part.names) == 3
    assert searched(part).gallery == 2
