"""Masks painted on real photos, and found again."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kith.errors import OptionError, ProtocolError
from kith.evaluation.masked import Kind, evaluate_masked
from kith.evaluation.masked.copies import look_of, portray
from kith.evaluation.protocols import read_masked
from kith.masks import Painter
from kith.media import load_photo
from kith.recognizer.cache import FaceCache
from kith.types import overlap

KINDS = (Kind("surgical", "nose"), Kind("surgical", "chin"))


@pytest.fixture(scope="module")
def painter(networks):
    return Painter(networks)


@pytest.fixture(scope="module")
def people(celebrities, tmp_path_factory):
    """Three people with three photos each."""
    folder = tmp_path_factory.mktemp("people")
    for name in ("ben_afflek", "madonna", "mindy_kaling"):
        (folder / name).mkdir()
        for path in sorted((celebrities / "val" / name).iterdir())[:3]:
            shutil.copy(path, folder / name)
    return folder


@pytest.fixture(scope="module")
def protocol(people):
    return read_masked(people)


@pytest.fixture(scope="module")
def seen(protocol, recognizer, painter):
    return portray(recognizer, painter, protocol.photos, KINDS)


def digests(folder):
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def embeddings(copies):
    return np.stack([face.embedding for face in copies.faces if face is not None])


def test_masked_faces_are_found_where_they_were(seen, protocol):
    assert len(seen.copies) == 2
    for copies in seen.copies:
        assert copies.painted.all()
        found = [
            overlap(face.box, bare.box)
            for face, bare in zip(copies.faces, seen.described.faces, strict=True)
            if face is not None
        ]
        assert len(found) >= 8
        assert min(found) > 0.5
    nose, chin = (
        [
            float(face.embedding @ bare.embedding)
            for face, bare in zip(copies.faces, seen.described.faces, strict=True)
            if face is not None
        ]
        for copies in seen.copies
    )
    assert np.median(nose) < np.median(chin) < 0.999


def test_the_masks_depend_on_seed_and_photo_alone(seen, protocol, recognizer, painter):
    backwards = portray(recognizer, painter, protocol.photos[::-1], KINDS[:1])
    np.testing.assert_array_equal(embeddings(seen.copies[0]), embeddings(backwards.copies[0])[::-1])
    other = portray(recognizer, painter, protocol.photos[:1], KINDS[:1], seed=1)
    assert not np.array_equal(embeddings(other.copies[0])[0], embeddings(seen.copies[0])[0])


def test_random_masks_differ_from_photo_to_photo(protocol):
    photos = [load_photo(path) for path in protocol.photos]
    looks = [look_of(photo, Kind("random", "mouth"), 0) for photo in photos]
    assert {look.coverage for look in looks} == {"mouth"}
    assert len({(look.style, look.color) for look in looks}) > 3
    assert looks == [look_of(photo, Kind("random", "mouth"), 0) for photo in photos]


def test_nothing_is_written_and_copies_are_not_kept(
    people, protocol, recognizer, painter, tmp_path
):
    before = digests(people)
    with FaceCache(tmp_path / "faces.sqlite") as cache:
        fresh = portray(recognizer, painter, protocol.photos, KINDS[:1], cache=cache)
    with FaceCache(tmp_path / "faces.sqlite") as cache:
        again = portray(recognizer, painter, protocol.photos, KINDS[:1], cache=cache)
        [[rows]] = cache._connection.execute("SELECT count(*) FROM photos").fetchall()
    assert digests(people) == before
    assert rows == len(protocol.photos)
    assert (fresh.described.cached, again.described.cached) == (0, len(protocol.photos))
    np.testing.assert_array_equal(embeddings(fresh.copies[0]), embeddings(again.copies[0]))


def test_the_whole_study(protocol, recognizer, painter):
    told = []
    evaluated, _ = evaluate_masked(
        protocol, recognizer, kinds=KINDS, painter=painter, rounds=20, rates=(0.5, 1e-3),
        on_photo=lambda: told.append(1),
    )  # fmt: skip
    result = evaluated.result
    assert len(told) == len(protocol.photos)
    assert (result.photos, result.people, result.bare.genuine) == (9, 3, 9)
    nose, chin = result.kinds
    assert nose.drop.drop > chin.drop.drop
    assert nose.probe.pairs == 2 * result.bare.pairs
    assert nose.both.pairs == result.bare.pairs
    assert result.bare.held[1].fnmr.unsupported == "not supported by 27 pairs"
    assert nose.bare.right.value == 1.0
    assert nose.masked.right.value > 0.7
    assert nose.told.worn >= 7


def test_broken_photos_and_such_without_faces_count(people, recognizer, painter, tmp_path):
    folder = Path(shutil.copytree(people, tmp_path / "people"))
    (folder / "madonna" / "broken.jpg").write_bytes(b"no photo")
    green = Image.fromarray(np.full((200, 200, 3), (20, 90, 30), np.uint8))
    green.save(folder / "madonna" / "green.png")
    protocol = read_masked(folder)
    evaluated, _ = evaluate_masked(
        protocol, recognizer, kinds=KINDS[:1], painter=painter, rounds=0, rates=(0.5,)
    )
    result = evaluated.result
    assert (result.photos, len(result.failures)) == (11, 2)
    assert sorted(one.reason for one in result.failures)[1] == "no face found"
    [kind] = result.kinds
    assert (kind.painted, len(kind.not_painted)) == (9, 0)
    assert kind.probe.pairs == 2 * result.bare.pairs
    assert kind.probe.failed >= 2 * result.bare.failed > 0
    [madonna] = [person for person in kind.people if person.name == "madonna"]
    assert madonna.photos == 5
    assert madonna.unknown[0] == 2


def test_only_the_face_that_is_meant_is_masked(people, recognizer, painter, tmp_path):
    """In a photo of two, the larger one; the other is never taken for it."""
    one, other = (next((people / name).iterdir()) for name in ("ben_afflek", "madonna"))
    large, small = Image.open(one), Image.open(other)
    both = Image.new("RGB", (1000, 600))
    both.paste(large.resize((600, 600)), (0, 0))
    both.paste(small.resize((300, 300)), (650, 0))
    path = tmp_path / "both.png"
    both.save(path)
    seen = portray(recognizer, painter, [str(path)], KINDS[:1])
    [bare], [masked] = seen.described.faces, seen.copies[0].faces
    assert bare.box.x < 500
    assert overlap(bare.box, masked.box) > 0.5
    faces = recognizer.faces(path)
    assert len(faces) == 2


def test_large_photos_are_read_smaller_and_masked_too(people, recognizer, painter, tmp_path):
    path = next((people / "ben_afflek").iterdir())
    Image.open(path).resize((5000, 5000)).save(tmp_path / "large.jpg")
    seen = portray(recognizer, painter, [str(tmp_path / "large.jpg")], KINDS)
    [bare] = seen.described.faces
    assert bare.box.width > 500
    for copies in seen.copies:
        assert copies.painted.all()
        assert copies.faces[0] is not None


def test_nobody_can_be_painted(people, recognizer, painter, tmp_path):
    for name in ("ben_afflek", "madonna"):
        (tmp_path / name).mkdir()
        for number, path in enumerate(sorted((people / name).iterdir())):
            tiny = Image.new("RGB", (320, 320), (90, 90, 90))
            tiny.paste(Image.open(path).resize((24, 24)), (140, 140))
            tiny.save(tmp_path / name / f"{number}.png")
    with pytest.raises(ProtocolError, match="no face could be painted"):
        evaluate_masked(read_masked(tmp_path), recognizer, kinds=KINDS, painter=painter, rounds=0)


def test_where_photos_come_from(people, tmp_path):
    with pytest.raises(OptionError, match="--root ROOT, or --pairs FILE"):
        read_masked()
    with pytest.raises(ProtocolError, match="nobody has two photos"):
        read_masked(people / "madonna")
    some = read_masked(people, impostors=5, seed=1)
    assert int((~some.same).sum()) == 5
    photos = sorted(path.relative_to(people) for path in people.rglob("*.jpg"))
    (tmp_path / "pairs.csv").write_text(
        f"a,b,same\n{photos[0]},{photos[1]},1\n{photos[0]},{photos[-1]},0\n"
    )
    listed = read_masked(people, tmp_path / "pairs.csv")
    assert (len(listed.photos), len(listed.same), listed.folds) == (3, 2, 0)
    assert not any("folds" in note for note in listed.notes)
