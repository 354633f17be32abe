from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from kith.errors import NoPhotos, PhotoError, ProtocolError
from kith.evaluation import openset
from kith.evaluation.openset import evaluate_open_set
from kith.evaluation.protocols import OpenSetProtocol, read_open_set
from kith.evaluation.protocols.openset import Photos
from kith.evaluation.shapes import open_set_shape
from kith.gallery.templates import template
from kith.types import Quality

from .described import DIMENSION, described

if TYPE_CHECKING:
    from pathlib import Path

    from kith.evaluation.openset import OpenSetResult
    from kith.evaluation.records import Described
    from kith.recognizer import Recognizer

KEYS = {
    "people", "probes", "unknown", "rank1", "fnir_at_fpir", "cmc", "failures_to_acquire",
    "failures_to_enrol", "detector", "embedder", "contract", "not_enrolled", "probe_people",
    "unknown_people", "photos", "not_supported", "rough", "thresholds", "intervals", "default",
    "failures", "protocol", "fingerprint", "notes", "kith", "seconds", "cached",
}  # fmt: skip


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Files that are called like photos; nothing opens them here."""
    for path in (
        "gallery/Ada/1.jpg", "gallery/Ada/2.jpg", "gallery/Bo/1.jpg", "gallery/Cy.jpg",
        "probes/Ada/3.jpg", "probes/Bo/2.jpg", "probes/Eve/1.jpg",
        "unknown/Di/1.jpg", "unknown/Di/2.jpg", "unknown/Bo/9.jpg", "unknown/Cy.jpg",
        "photos/Fay/1.jpg", "photos/Guy/1.jpg", "photos/Guy/2.jpg", "photos/Ada/1.jpg",
    ):  # fmt: skip
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    return tmp_path


def told(photos: Photos, root: Path) -> list[tuple[str, int]]:
    names = [path.removeprefix(f"{root}/") for path in photos.paths]
    return list(zip(names, photos.person.tolist(), strict=True))


def test_folders_are_read(root: Path) -> None:
    found = read_open_set(root / "gallery", root / "probes", root / "unknown")
    ada, bo, cy = (found.people.index(name) for name in ("Ada", "Bo", "Cy"))
    assert sorted(told(found.gallery, root)) == sorted(
        [
            ("gallery/Ada/1.jpg", ada),
            ("gallery/Ada/2.jpg", ada),
            ("gallery/Bo/1.jpg", bo),
            ("gallery/Cy.jpg", cy),
        ]
    )
    assert told(found.probes, root) == [("probes/Ada/3.jpg", ada), ("probes/Bo/2.jpg", bo)]
    # Cy.jpg lies in the folder itself: that is what the file is called, not who it shows.
    strangers = dict(told(found.unknown, root))
    assert set(strangers) == {"unknown/Cy.jpg", "unknown/Di/1.jpg", "unknown/Di/2.jpg"}
    assert strangers["unknown/Di/1.jpg"] == strangers["unknown/Di/2.jpg"]
    assert sorted(set(strangers.values())) == [0, 1]
    assert found.notes == (
        "1 people of the probes are not in the gallery: they are left out",
        "1 of the unknown people are in the gallery: they are left out",
    )


def test_a_list_of_unknown_people(root: Path) -> None:
    path = root / "photos" / "unknown.txt"
    for text in ("Fay\nGuy\nAda\n", "3\nFay\t1\nGuy\t2\nAda\t1\nFay\t1\n"):
        path.write_text(text)
        found = read_open_set(root / "gallery", root / "probes", path)
        assert told(found.unknown, root) == [
            ("photos/Fay/1.jpg", 0),
            ("photos/Guy/1.jpg", 1),
            ("photos/Guy/2.jpg", 1),
        ]
    elsewhere = root / "unknown.txt"
    elsewhere.write_text("Fay\nGuy\n")
    again = read_open_set(root / "gallery", root / "probes", elsewhere, root / "photos")
    assert told(again.unknown, root) == told(found.unknown, root)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Fay\nHal\n", "1 of 2 people have no folder in .*, the first Hal: where do they lie"),
        ("Fay\n../gallery\n", "line 2: a name that leads to another folder is not followed"),
        ("\n\n", "names nobody"),
        ("", "is empty"),
        ("Ada\n", "is in the gallery: give photos of others"),
    ],
)
def test_a_list_that_cannot_be_used(root: Path, text: str, what: str) -> None:
    path = root / "photos" / "unknown.txt"
    path.write_text(text)
    with pytest.raises(ProtocolError, match=what):
        read_open_set(root / "gallery", root / "probes", path)


def test_folders_that_cannot_be_used(root: Path) -> None:
    with pytest.raises(PhotoError, match="no such file or folder"):
        read_open_set(root / "nothing", root / "probes", root / "unknown")
    (root / "empty").mkdir()
    with pytest.raises(NoPhotos):
        read_open_set(root / "gallery", root / "empty", root / "unknown")
    with pytest.raises(ProtocolError, match=r"nobody in .* is in .*: their folders must have"):
        read_open_set(root / "gallery", root / "photos" / "Fay", root / "unknown")


def photos(person: list[int]) -> Photos:
    return Photos(tuple(f"{n}.jpg" for n in range(len(person))), np.array(person, dtype=np.int32))


def evaluated(
    protocol: OpenSetProtocol, seen: Described, monkeypatch: pytest.MonkeyPatch, **options: object
) -> OpenSetResult:
    monkeypatch.setattr(openset, "describe", lambda *_, **__: seen)
    return evaluate_open_set(protocol, None, **options)  # type: ignore[arg-type]


def test_the_figures_are_those_of_counting(
    random: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    people, strangers = 30, 60
    own = random.standard_normal((people, DIMENSION))
    gallery = [n // 2 for n in range(2 * people)]
    probes = [int(n) for n in random.integers(0, people, 90)]
    unknown = [n // 2 for n in range(2 * strangers)]
    vectors: list[np.ndarray | None] = [
        own[n] + 1.1 * random.standard_normal(DIMENSION) for n in (*gallery, *probes)
    ]
    vectors += [random.standard_normal(DIMENSION) for _ in unknown]
    # Person 3 cannot be enrolled, person 4 from one photo only; two probes and a stranger fail.
    for place in (6, 7, 8, 60, 61, 150):
        vectors[place] = None
    names = tuple(f"person {n}" for n in range(people))
    given = OpenSetProtocol("a, b, c", names, photos(gallery), photos(probes), photos(unknown))
    quality = np.where(random.random(len(vectors)) < 0.2, np.nan, random.random(len(vectors)))
    seen = described(vectors)
    seen = replace(
        seen,
        faces=tuple(
            face
            if face is None or np.isnan(score)
            else replace(face, quality=Quality(40, 0.3, 0.0, float(score)))
            for face, score in zip(seen.faces, quality, strict=True)
        ),
    )
    found = evaluated(given, seen, monkeypatch, rates=(0.1, 0.03, 1e-3), rounds=30)

    faces = [None if face is None else face.embedding for face in seen.faces]
    templates = {}
    for person in range(people):
        places = [n for n in (2 * person, 2 * person + 1) if faces[n] is not None]
        if places:
            own_faces = np.stack([faces[n] for n in places])
            templates[person] = template(own_faces, quality[places]).vector
    hits = []  # rank and similarity of each probe
    for place, person in enumerate(probes, start=2 * people):
        if faces[place] is None or person not in templates:
            hits.append((10**6, -np.inf))
            continue
        scores = {name: float(faces[place] @ vector) for name, vector in templates.items()}
        better = sum(score > scores[person] for score in scores.values())
        hits.append((1 + better, scores[person]))
    tops = [
        max(float(face @ vector) for vector in templates.values()) if face is not None else -np.inf
        for face in faces[2 * people + 90 :]
    ]
    assert found.not_enrolled == ("person 3",)
    assert (found.people, found.probes, found.unknown) == (30, 90, 120)
    assert (found.probe_people, found.unknown_people) == (len(set(probes)), 60)
    assert found.rank1.value == pytest.approx(np.mean([rank == 1 for rank, _ in hits]))
    expected = [np.mean([rank <= most for rank, _ in hits]) for most in range(1, 21)]
    assert found.cmc == pytest.approx(expected)
    for point, rate in zip(found.points[:2], (0.1, 0.03), strict=True):
        assert point.threshold is not None
        # A threshold lies just above a score, and sums round differently here and there.
        named = np.mean([top >= point.threshold + 1e-6 for top in tops])
        assert point.fmr.value == pytest.approx(named)
        assert named <= rate < named + 1.5 / len(tops)
        missed = [not (rank == 1 and score >= point.threshold) for rank, score in hits]
        assert point.fnmr.value == pytest.approx(np.mean(missed))
        assert point.fnmr.interval is not None
    assert found.points[2].fnmr.value is None
    assert found.default is not None
    assert found.default.fmr.value == pytest.approx(np.mean([top >= 0.5 for top in tops]))
    assert len(found.failures) == 6

    shape = open_set_shape(found)
    assert set(shape) == KEYS
    assert shape["not_supported"] == {"1e-3": "not supported by 120 probes of strangers"}
    assert shape["fnir_at_fpir"]["1e-3"] is None
    assert shape["failures_to_enrol"] == 1
    low, high = shape["intervals"]["rank1"]
    assert 0 <= low <= shape["rank1"] <= high <= 1


def test_copies_are_left_out(random: np.random.Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    given = OpenSetProtocol(
        "a, b, c", ("Ada", "Bo"), photos([0, 1, 1]), photos([0, 0, 1]), photos([0, 1])
    )
    vectors = [random.standard_normal(DIMENSION) for _ in range(8)]
    # Bo's second photo is Ada's; Ada's first probe is enrolled; a stranger is Bo's probe.
    marks = [letter * 64 for letter in "abaacded"]
    found = evaluated(given, described(vectors, marks), monkeypatch, rates=(1.0,), rounds=0)
    assert (found.probes, found.unknown, found.photos) == (2, 1, 5)
    assert found.notes == (
        "gallery: 1 photos are copies of photos that come before, and left out",
        "probes: 1 photos are copies of photos that come before, and left out",
        "unknown: 1 photos are copies of photos that come before, and left out",
    )
    same = described(vectors, ["a" * 64] * 8)
    with pytest.raises(ProtocolError, match="probes: all photos are copies"):
        evaluated(given, same, monkeypatch)
    with pytest.raises(ProtocolError, match="nobody can be enrolled"):
        evaluated(given, described([None] * 8), monkeypatch)


def test_real_photos(recognizer: Recognizer, celebrities: Path, tmp_path: Path) -> None:
    people = sorted(path.name for path in (celebrities / "val").iterdir())
    for part, names in (("gallery", people[:3]), ("probes", people[:3]), ("unknown", people[3:])):
        for name in names:
            folder = tmp_path / part / name
            folder.mkdir(parents=True)
            found = sorted((celebrities / "val" / name).iterdir())
            if part != "unknown":
                found = found[:2] if part == "gallery" else found[2:]
            for path in found:
                (folder / path.name).symlink_to(path)
    given = read_open_set(*(tmp_path / part for part in ("gallery", "probes", "unknown")))
    result = evaluate_open_set(given, recognizer, rates=(0.5,), rounds=20)
    assert (result.people, result.probes, result.unknown) == (3, 9, 10)
    assert result.not_enrolled == ()
    assert result.rank1.value is not None
    assert result.rank1.value > 0.85
    assert result.default is not None
    assert result.default.fmr.value is not None
    assert result.default.fmr.value < 0.2
