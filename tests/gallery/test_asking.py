"""Who is searched where, with and without a mask, against comparing with everybody by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from kith.gallery import vectors, writing
from kith.gallery.asking import Asking, Limit
from kith.gallery.templates import projected, template
from kith.gallery.vectors import StoredTemplates, Who
from kith.masks import MaskedSpace
from kith.types import MaskState, Verdict

from .people import CONTRACT, DIMENSION, face, lookalikes, photo, random_units, unit

if TYPE_CHECKING:
    from kith.gallery.store import GalleryStore
    from kith.types import Face, Identification, Vector

NONE, WORN, WRONG = MaskState.NONE, MaskState.WORN, MaskState.WRONG
KINDS = {
    "bare": (NONE, None, NONE),
    "mixed": (NONE, WORN, NONE),
    "masked": (WORN, WRONG, WORN),
}
SCALES = {"none/worn": (0.05, 0.9), "worn/worn": (-0.1, 1.1)}


@pytest.fixture(scope="module")
def space() -> MaskedSpace:
    rng = np.random.default_rng(5)
    axes = np.linalg.qr(rng.standard_normal((DIMENSION, 4)))[0].T.astype(np.float32)
    means = {state: 0.3 * unit(rng.standard_normal(DIMENSION)) for state in MaskState}
    return MaskedSpace(means, axes, np.array([0.1, 0.3, 0.5, 0.7], np.float32), SCALES)


@pytest.fixture
def people(store: GalleryStore) -> dict[str, tuple[Vector, list[MaskState | None]]]:
    """Ninety people, a third of each kind; by name their embeddings and masks."""
    known = {}
    with store.database.write() as connection:
        for number in range(90):
            kind = list(KINDS)[number % 3]
            rows = lookalikes(number, 3, 0.6)
            states = list(KINDS[kind])
            photos = [
                photo(1000 * number + at, rows[at], mask=state) for at, state in enumerate(states)
            ]
            name = f"{kind} {number:02}"
            writing.add(connection, name, photos, CONTRACT)
            known[name] = rows, states
    return known


def ask(store: GalleryStore, faces: list[Face], space: MaskedSpace | None, top: int = 5):
    return Asking(store).answers(faces, top, lambda _: Limit(0.4, 0.0), space)


def pair_of(states: list[MaskState | None], worn: bool) -> str:
    return ("none/none", "none/worn", "worn/worn")[worn + all(s in (WORN, WRONG) for s in states)]


def by_hand(
    probe: Face,
    people: dict[str, tuple[Vector, list[MaskState | None]]],
    space: MaskedSpace,
) -> dict[str, float]:
    assert probe.embedding is not None
    state = None if probe.mask is None else probe.mask.state
    worn = state in (WORN, WRONG)
    moved = space.project(probe.embedding[None], [state])[0]
    found = {}
    for name, (rows, states) in people.items():
        pair = pair_of(states, worn)
        plain = template(rows, [0.8] * 3).vector
        if pair == "none/none":
            found[name] = float(probe.embedding @ plain)
            continue
        bare = all(one in (None, NONE) for one in states)
        centre = space.project(plain[None], [None])[0]
        if not bare:
            centre = projected(rows, states, space, [0.8] * 3)
        found[name] = float(space.similarity(float(moved @ centre), pair))
    return found


@pytest.mark.parametrize("state", [None, NONE, WORN, WRONG])
def test_everybody_is_compared_as_their_masks_say(
    store: GalleryStore,
    people: dict[str, tuple[Vector, list[MaskState | None]]],
    space: MaskedSpace,
    state: MaskState | None,
) -> None:
    probes = [face(vector, mask=state) for vector in random_units(77, 20)]
    for probe, answer in zip(probes, ask(store, probes, space), strict=True):
        expected = by_hand(probe, people, space)
        best = sorted(expected, key=lambda name: -expected[name])[:5]
        assert [one.name for one in answer.candidates] == best
        values = [one.similarity for one in answer.candidates]
        assert values == pytest.approx([expected[name] for name in best], abs=1e-5)
        pair = pair_of(people[best[0]][1], state in (WORN, WRONG))
        assert answer.masks == (None if state is None else pair)


def test_one_photo_with_all_kinds_of_faces(
    store: GalleryStore,
    people: dict[str, tuple[Vector, list[MaskState | None]]],
    space: MaskedSpace,
) -> None:
    states = [NONE, WORN, None, WRONG, WORN, NONE]
    probes = [
        face(vector, mask=state) for vector, state in zip(random_units(8, 6), states, strict=True)
    ]
    together = ask(store, probes, space)
    alone = [ask(store, [probe], space)[0] for probe in probes]
    for one, other in zip(together, alone, strict=True):
        assert [c.name for c in one.candidates] == [c.name for c in other.candidates]
        assert one.similarity == pytest.approx(other.similarity, abs=1e-6)
        assert one.face is other.face


def test_without_a_space_masks_change_nothing(
    store: GalleryStore, people: dict[str, tuple[Vector, list[MaskState | None]]]
) -> None:
    templates = {name: template(rows, [0.8] * 3).vector for name, (rows, _) in people.items()}
    for state in (None, NONE, WORN):
        [probe] = [face(random_units(9, 1)[0], mask=state)]
        [answer] = ask(store, [probe], None)
        expected = {name: float(probe.embedding @ row) for name, row in templates.items()}
        best = sorted(expected, key=lambda name: -expected[name])[:5]
        assert [one.name for one in answer.candidates] == best
        assert answer.similarity == pytest.approx(expected[best[0]], abs=1e-6)


def test_a_mean_of_looks_is_as_similar_as_they_are(
    store: GalleryStore,
    people: dict[str, tuple[Vector, list[MaskState | None]]],
    space: MaskedSpace,
) -> None:
    """It is shorter than a unit vector, with a mask as without."""
    looks = lookalikes(300, 6, 0.7)
    for state in (NONE, WORN):
        [long] = ask(store, [face(unit(looks.mean(axis=0)), mask=state)], space)
        [short] = ask(store, [face(looks.mean(axis=0), mask=state)], space)
        offset = 0.0 if long.masks == "none/none" else SCALES[long.masks][0]
        length = float(np.linalg.norm(looks.mean(axis=0)))
        expected = offset + (long.similarity - offset) * length
        assert (short.masks, short.candidates[0].name) == (long.masks, long.candidates[0].name)
        assert short.similarity == pytest.approx(expected, abs=1e-4)


def test_limits_go_by_the_pair(
    store: GalleryStore,
    people: dict[str, tuple[Vector, list[MaskState | None]]],
    space: MaskedSpace,
) -> None:
    limits = {"none/none": 0.1, "none/worn": 0.2, "worn/worn": 0.3}
    asked = []

    def limit(pair: str) -> Limit:
        asked.append(pair)
        return Limit(limits[pair], 0.0)

    probes = [face(vector, mask=WORN) for vector in random_units(4, 12)]
    answers = Asking(store).answers(probes, 3, limit, space)
    assert {answer.threshold for answer in answers} == {0.2, 0.3}
    assert all(answer.threshold == limits[str(answer.masks)] for answer in answers)
    assert asked == [answer.masks for answer in answers]


def test_it_keeps_up_with_who_takes_off_a_mask(store: GalleryStore, space: MaskedSpace) -> None:
    asking = Asking(store)
    own = lookalikes(1, 4, 0.8)
    store.add("Ada", [photo(1, own[0], mask=WORN)], CONTRACT)
    store.add("Bo", [photo(2, random_units(2, 1)[0], mask=NONE)], CONTRACT)

    def said(vector: Vector, state: MaskState) -> Identification:
        limits = Limit(0.3, 0.0)
        [answer] = asking.answers([face(vector, mask=state)], 5, lambda _: limits, space)
        assert len({one.name for one in answer.candidates}) == len(answer.candidates)
        return answer

    assert said(own[3], WORN).masks == "worn/worn"
    assert said(own[3], NONE).masks == "none/worn"
    store.add("Ada", [photo(3, own[1], mask=NONE)], CONTRACT)
    assert said(own[3], WORN).masks == "none/worn"
    assert said(own[3], NONE).masks == "none/none"
    assert said(own[3], NONE).verdict is Verdict.MATCH
    store.forget("Ada")
    assert [one.name for one in said(own[3], WORN).candidates] == ["Bo"]
    store.add("Cy", [photo(4, own[2], mask=WRONG)], CONTRACT)
    assert {one.name for one in said(own[3], NONE).candidates} == {"Bo", "Cy"}


def test_who_was_never_seen_without_a_mask_is_found_by_an_index(
    store: GalleryStore, people: dict[str, tuple[Vector, list[MaskState | None]]]
) -> None:
    """Or each question would read the templates of everybody."""
    counts = {who: StoredTemplates(store.database, who).count() for who in Who}
    assert counts == {Who.ALL: 90, Who.SEEN: 60, Who.MASKED: 30}
    with store.database.read() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {vectors._COUNT_MASKED}").all()
    assert "templates_all_masked" in plan[0][3]
