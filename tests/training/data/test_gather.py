from __future__ import annotations

import errno
import shutil
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
from PIL import Image

import kith
from kith.alignment import ARCFACE, RECIPES, SimilarityCrop
from kith.errors import NoPhotos, OptionError, OutputError, ProtocolError, UnknownModel
from kith.evaluation.describe import meant
from kith.masks import MaskLook, Painter, is_masked, random_look
from kith.media import Limits
from kith.training.data import gather, keeping, looking, room
from kith.training.data.rim import crop_with_rim

from .conftest import RIM

if TYPE_CHECKING:
    from pathlib import Path

    from kith.models import ModelStore
    from kith.training.records import TrainingSet
    from kith.types import Pixels


def inner(square: Pixels, rim: int = RIM) -> Pixels:
    return np.ascontiguousarray(square[rim:-rim, rim:-rim])


def test_the_squares_are_those_that_the_pipeline_embeds(
    recognizer: kith.Recognizer, gathered: TrainingSet, celebrities: Path
) -> None:
    (embedder,) = recognizer._embedder.parts  # the network alone, on the squares we hand it
    assert len(gathered.crops) == 25
    for photo in recognizer.stream(gathered.photos):
        face, _ = meant(photo)
        row = gathered.photos.index(photo.source)
        square = inner(gathered.crops[row])
        assert face is not None
        assert np.array_equal(embedder.embed([square])[0], face.embedding)
        assert gathered.people[gathered.person[row]] in photo.source


@pytest.mark.parametrize("name", ["facenet-160", "vggface2-224", "dlib-150"])
def test_so_are_those_of_other_crops_and_of_photos_decoded_smaller(
    name: str, recognizer: kith.Recognizer, folder: Path, networks: ModelStore, tmp_path: Path
) -> None:
    recipe, limits = RECIPES[name], Limits(full_side=150)
    found = gather(folder, recipe, work=tmp_path / "work", limits=limits, store=networks)
    with kith.Recognizer(limits=limits, store=networks) as smaller:
        for path, row in zip(found.photos, range(3), strict=False):
            photo = smaller._finder.load(path)
            assert photo.scale > 1
            seen = smaller._finder.find(photo)
            assert len(seen) == 1
            mended, _ = smaller._sight.look(photo.pixels, seen)
            expected = recipe.crop(photo.pixels, mended.points[0], seen.boxes[0])
            assert np.array_equal(found.crops[row], expected)


@pytest.mark.parametrize("name", ["arcface-112", "facenet-160"])
def test_who_wears_a_mask_is_cut_as_the_pipeline_does_and_not_painted_again(
    name: str, recognizer: kith.Recognizer, folder: Path, networks: ModelStore, tmp_path: Path
) -> None:
    recipe, painter = RECIPES[name], Painter(networks)
    for path in folder.rglob("*.jpg"):
        photo = recognizer.describe(path, embed=False, keep_pixels=True)
        done = painter.paint(photo.pixels, photo.faces, MaskLook())
        Image.fromarray(done.pixels).save(path.with_suffix(".png"))
        path.unlink()
    found = gather(folder, recipe, work=tmp_path / "work", painted=True, rim=8, store=networks)
    masked = 0
    for row, path in enumerate(found.photos):
        photo = recognizer._finder.load(path)
        seen = recognizer._finder.find(photo)
        mended, masks = recognizer._sight.look(photo.pixels, seen)
        assert len(seen) == 1
        expected = recipe.crop(photo.pixels, mended.points[0], seen.boxes[0])
        assert np.array_equal(inner(found.crops[row], 8), expected)
        if is_masked(masks[0]):
            masked += 1
            assert np.array_equal(found.painted[row], found.crops[row])
    assert masked > 6
    assert any(f"on {masked} of 9 faces no mask could be painted" in note for note in found.notes)


def test_masks_are_painted_on_photos_decoded_smaller(
    folder: Path, networks: ModelStore, tmp_path: Path
) -> None:
    options = {"work": tmp_path / "work", "painted": True, "store": networks}
    full = gather(folder, ARCFACE, **options)
    small = gather(folder, ARCFACE, limits=Limits(full_side=200), **options)
    alike = []
    for row in range(9):
        where = [
            np.abs(found.painted[row].astype(int) - found.crops[row]).mean(axis=-1) > 12
            for found in (full, small)
        ]
        if where[1].any():  # not too small by now
            alike.append(np.mean(where[0] == where[1]))
    assert len(alike) >= 4
    assert min(alike) > 0.9


def test_the_rim_goes_on_where_the_square_ends(gathered: TrainingSet) -> None:
    """Across the seam pixels differ no more than a step further in."""
    squares = np.stack([gathered.crops[row] for row in range(25)]).astype(float)
    across = np.abs(squares[:, RIM] - squares[:, RIM - 1]).mean()
    inside = np.abs(squares[:, RIM + 1] - squares[:, RIM]).mean()
    assert across < 1.2 * inside + 0.5


@pytest.mark.parametrize("name", sorted(RECIPES))
@pytest.mark.parametrize("at", [(0.0, 0.0), (260.0, 330.0), (-80.0, -60.0), (700.0, 900.0)])
def test_the_middle_of_a_square_with_a_rim_is_the_square(
    name: str, at: tuple[float, float], obama: Pixels
) -> None:
    recipe = RECIPES[name]
    box = np.array([*at, 240.0, 320.0], np.float32)
    points = (np.array([[70, 130], [170, 128], [118, 200], [80, 250], [160, 252]]) + at).astype(
        np.float32
    )
    square = recipe.crop(obama, points, box)
    wide = crop_with_rim(recipe, obama, points, box, 20)
    assert wide.shape == (recipe.side + 40, recipe.side + 40, 3)
    assert np.array_equal(wide[20:-20, 20:-20], square)
    assert np.array_equal(crop_with_rim(recipe, obama, points, box, 0), square)


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_a_rim_shows_what_lies_around(name: str) -> None:
    """A larger square of the same scale, moved by the rim, is the same picture all over."""
    recipe = RECIPES[name]
    box = np.array([300.0, 300.0, 300.0, 300.0], np.float32)
    points = recipe.template * 3 + 300 if hasattr(recipe, "template") else np.zeros((5, 2))
    ramp = np.zeros((1000, 1000, 3), np.uint8)
    ramp[..., 0] = np.arange(1000)[:, None] / 4
    ramp[..., 1] = np.arange(1000) / 4
    wide = crop_with_rim(recipe, ramp, points.astype(np.float32), box, 16).astype(int)
    assert np.abs(np.diff(wide[..., 0], axis=0)).max() <= 2
    assert np.abs(np.diff(wide[..., 1], axis=1)).max() <= 2
    assert np.abs(np.diff(wide[..., 0], n=2, axis=0)).max() <= 2
    assert wide[-1, 0, 0] - wide[0, 0, 0] > wide[-17, 0, 0] - wide[16, 0, 0]


def test_masks_are_painted_beside_and_only_below_the_eyes(gathered: TrainingSet) -> None:
    assert gathered.painted is not None
    assert (gathered.painted.side, gathered.painted.rim) == (112, RIM)
    changed = [
        np.abs(inner(gathered.crops[row]).astype(int) - inner(gathered.painted[row])).mean(-1)
        for row in range(25)
    ]
    painted = [one for one in changed if one.any()]
    assert len(painted) > 20
    lower = np.mean([one[70:].mean() for one in painted])
    upper = np.mean([one[:45].mean() for one in painted])
    assert lower > 20 * upper
    looks = {tuple(gathered.painted[row][100, 72]) for row in range(25)}
    assert len(looks) > 10


def test_a_second_run_finds_everything_and_needs_no_network(
    gathered: TrainingSet, celebrities: Path, nowhere: ModelStore
) -> None:
    work = gathered.crops._path.parent
    again = gather(
        celebrities / "val", ARCFACE, work=work, rim=RIM, painted=True, seed=3, store=nowhere
    )
    assert again.fingerprint == gathered.fingerprint
    assert again.notes == gathered.notes
    assert all(np.array_equal(again.crops[row], gathered.crops[row]) for row in range(25))
    assert all(np.array_equal(again.painted[row], gathered.painted[row]) for row in range(25))


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModelStore:
    """A store that has nothing, in whose place nothing is asked for."""
    from kith.models import ModelStore

    monkeypatch.setattr(ModelStore, "path", _missed)
    return ModelStore(tmp_path / "nowhere")


def _missed(*_: object) -> None:
    raise AssertionError("a network was asked for")


def test_another_seed_or_no_masks_looks_again_only_where_it_must(
    folder: Path, networks: ModelStore, tmp_path: Path
) -> None:
    work = tmp_path / "work"
    bare = gather(folder, ARCFACE, work=work, store=networks)
    one = gather(folder, ARCFACE, work=work, painted=True, seed=1, store=networks)
    two = gather(folder, ARCFACE, work=work, painted=True, seed=2, store=networks)
    assert bare.painted is None
    assert (work / "gather.lock").exists()
    assert (
        sorted(path.suffix for path in work.iterdir()) == [".crops"] * 3 + [".lock"] + [".npz"] * 3
    )
    assert all(np.array_equal(one.crops[row], bare.crops[row]) for row in range(9))
    assert not all(np.array_equal(one.painted[row], two.painted[row]) for row in range(9))


def test_each_photo_gets_a_mask_of_its_own(
    folder: Path, networks: ModelStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = []
    monkeypatch.setattr(
        looking, "random_look", lambda rng: looks.append(random_look(rng)) or looks[-1]
    )
    gather(folder, ARCFACE, work=tmp_path / "work", painted=True, store=networks)
    assert len(set(looks)) == 9
    assert len({look.style for look in looks}) >= 3
    assert {look.coverage for look in looks} == {"nose"}


@pytest.mark.parametrize(
    "other",
    [
        {"rim": 4},
        {"recipe": RECIPES["openface-96"]},
        {"recipe": SimilarityCrop("another", 1, 112, ARCFACE.template + 5)},
        {"limits": Limits(full_side=200)},
        {"detector": "mtcnn"},
    ],
)
def test_what_was_gathered_otherwise_is_not_taken(
    other: dict[str, Any], folder: Path, networks: ModelStore, tmp_path: Path
) -> None:
    one = {"recipe": ARCFACE, "rim": 0, "store": networks}
    before = gather(folder, work=tmp_path / "work", **one)
    squares = [before.crops[row] for row in range(9)]
    after = gather(folder, work=tmp_path / "work", **(one | other))
    assert all(np.array_equal(before.crops[row], squares[row]) for row in range(9))
    anew = gather(folder, work=tmp_path / "anew", **(one | other))
    assert after.photos == anew.photos
    rows = range(len(anew.crops))
    assert all(np.array_equal(after.crops[row], anew.crops[row]) for row in rows)
    same = [np.array_equal(before.crops[row], after.crops[row]) for row in rows]
    assert not all(same)


def test_of_several_faces_the_one_that_is_meant(
    recognizer: kith.Recognizer, folder: Path, networks: ModelStore, tmp_path: Path
) -> None:
    """A smaller and sharper face at the edge is somebody passing by."""
    surer = 0
    for path in sorted(folder.rglob("*.jpg")):
        photo = kith.load_photo(path).pixels
        small = photo[::2, ::2]
        height, width = photo.shape[:2]
        both = np.full((height, width + 2 * small.shape[1], 3), 90, np.uint8)
        both[:, small.shape[1] : small.shape[1] + width] = cv2.GaussianBlur(photo, (0, 0), 3)
        both[: small.shape[0], -small.shape[1] :] = small
        Image.fromarray(both).save(path.with_suffix(".png"))
        path.unlink()
    found = gather(folder, ARCFACE, work=tmp_path / "work", store=networks)
    (embedder,) = recognizer._embedder.parts
    for row, path in enumerate(found.photos):
        photo = recognizer.describe(path)
        face, _ = meant(photo)
        surer += face is not photo.faces[0]
        assert np.array_equal(embedder.embed([found.crops[row]])[0], face.embedding)
    assert surer


def test_a_face_too_poor_to_tell_is_left_out(
    folder: Path, networks: ModelStore, tmp_path: Path
) -> None:
    poor = sorted(folder.rglob("*.jpg"))[2]
    photo = Image.open(poor)
    small = photo.resize((photo.width // 16, photo.height // 16)).resize(photo.size)
    small.save(poor, quality=40)
    found = gather(folder, ARCFACE, work=tmp_path / "work", store=networks)
    [skipped] = found.skipped
    assert skipped.photo == str(poor)
    assert skipped.reason.startswith("face ")
    again = gather(folder, ARCFACE, work=tmp_path / "work", store=networks)
    assert again.skipped == found.skipped


def test_an_interrupted_run_goes_on(
    folder: Path, networks: ModelStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = []

    def stop() -> None:
        done.append(1)
        if len(done) == 4:
            raise KeyboardInterrupt

    whole = gather(folder, ARCFACE, work=tmp_path / "whole", rim=4, store=networks)
    work = tmp_path / "work"
    with pytest.raises(KeyboardInterrupt):
        gather(folder, ARCFACE, work=work, rim=4, store=networks, on_photo=stop, workers=1)
    looked = []
    find = keeping.KeptCrops.keep
    monkeypatch.setattr(
        keeping.KeptCrops, "keep", lambda self, *args: (looked.append(1), find(self, *args))
    )
    again = gather(folder, ARCFACE, work=work, rim=4, store=networks)
    assert len(looked) == 9 - 4
    assert again.fingerprint == whole.fingerprint
    assert all(np.array_equal(again.crops[row], whole.crops[row]) for row in range(9))


def test_a_changed_photo_and_a_damaged_square_are_done_again(
    folder: Path, networks: ModelStore, tmp_path: Path
) -> None:
    work = tmp_path / "work"
    before = gather(folder, ARCFACE, work=work, store=networks)
    first, second = before.photos[:2]
    Image.open(first).transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(first, quality=95)
    [squares] = work.glob("*.crops")
    damaged = bytearray(squares.read_bytes())
    damaged[before.crops._places[1] * 112 * 112 * 3 + 5] ^= 255
    squares.write_bytes(damaged)
    after = gather(folder, ARCFACE, work=work, store=networks)
    assert after.fingerprint != before.fingerprint
    anew = gather(folder, ARCFACE, work=tmp_path / "anew", store=networks)
    assert all(np.array_equal(after.crops[row], anew.crops[row]) for row in range(9))
    assert not np.array_equal(after.crops[0], before.crops[0])
    assert after.photos[1] == second


@pytest.mark.parametrize("harm", [b"", b"PK\x03\x04 and no more", None])
def test_a_damaged_index_is_made_anew(
    harm: bytes | None, folder: Path, networks: ModelStore, tmp_path: Path, caplog
) -> None:
    work = tmp_path / "work"
    before = gather(folder, ARCFACE, work=work, store=networks)
    [index] = work.glob("*.npz")
    if harm is None:
        np.savez(index, digest=np.zeros((2, 32), np.uint8), place=[0, -7], sum=[1, 2])
    else:
        index.write_bytes(harm)
    after = gather(folder, ARCFACE, work=work, store=networks)
    assert "is damaged" in caplog.text
    assert all(np.array_equal(after.crops[row], before.crops[row]) for row in range(9))


def test_starting_anew_leaves_squares_that_are_in_use(
    folder: Path, networks: ModelStore, tmp_path: Path
) -> None:
    work = tmp_path / "work"
    before = gather(folder, ARCFACE, work=work, store=networks)
    squares = [before.crops[row] for row in range(9)]
    [index] = work.glob("*.npz")
    index.write_bytes(b"")
    gather(folder, ARCFACE, work=work, store=networks, cached=False)
    assert all(np.array_equal(before.crops[row], squares[row]) for row in range(9))


def test_what_is_no_use_is_left_out_and_said(
    folder: Path, networks: ModelStore, tmp_path: Path
) -> None:
    one, two, three = sorted(folder.iterdir())
    photos = {person: sorted(person.iterdir()) for person in (one, two, three)}
    shutil.copy(photos[one][0], one / "again.jpg")
    shutil.copy(photos[one][1], two / "twin.jpg")
    (three / "broken.jpg").write_bytes(b"\xff\xd8 no photo")
    Image.new("RGB", (200, 200), (90, 120, 40)).save(three / "meadow.png")
    stranger = folder / "stranger"
    stranger.mkdir()
    Image.new("RGB", (300, 200), (9, 120, 240)).save(stranger / "sky.png")
    alone = folder / "zz alone"
    alone.mkdir()
    Image.open(photos[three][0]).transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(alone / "a.png")

    found = gather(folder, ARCFACE, work=tmp_path / "work", store=networks)
    reasons = {skip.photo: skip.reason for skip in found.skipped}
    assert len(reasons) == 6
    for skip in found.skipped:  # copies fail nobody
        copy = skip.reason.startswith("the same file")
        assert (skip.person == "") if copy else (f"/{skip.person}/" in skip.photo)
    assert reasons[str(three / "meadow.png")] == "no face found"
    assert reasons[str(two / "twin.jpg")] == f"the same file lies with {one.name}"
    assert reasons[str(photos[one][1])] == f"the same file lies with {two.name}"
    [squares] = (tmp_path / "work").glob("*.crops")
    assert squares.stat().st_size == 10 * 112 * 112 * 3  # copies are kept once
    copies = {str(photos[one][0]), str(one / "again.jpg")}
    assert len(copies & set(reasons)) == 1
    assert found.people == (one.name, two.name, three.name, alone.name)
    assert found.person.tolist() == [0, 0, 1, 1, 1, 2, 2, 2, 3]
    said = "\n".join(found.notes)
    assert "3 of 15 photos are left out: 2 no face found, 1 " in said
    assert one.name in said
    assert two.name in said
    assert "1 photo is a second copy of another of the same person and is left out" in said
    assert "1 person has no photo left and is left out: stranger" in said
    assert "1 of 4 people has one photo: no pair shows them" in said


def test_whoever_has_many_photos_is_said(
    celebrities: Path, folder: Path, networks: ModelStore, tmp_path: Path
) -> None:
    many = sorted(folder.iterdir())[0]
    for index, photo in enumerate(sorted((celebrities / "train" / many.name).iterdir())):
        shutil.copy(photo, many / f"more {index}.jpg")
    found = gather(folder, ARCFACE, work=tmp_path / "work", store=networks)
    most = int(np.bincount(found.person)[0])
    assert f"somebody has {most} photos, others usually 3" in "\n".join(found.notes)


def test_the_fingerprint_knows_photos_and_grouping_alone(
    folder: Path, networks: ModelStore, tmp_path: Path
) -> None:
    work = tmp_path / "work"
    before = gather(folder, ARCFACE, work=work, store=networks)
    one, two, _ = sorted(folder.iterdir())
    first, *_ = sorted(one.iterdir())
    first.rename(one / "zz last.jpg")
    one.rename(folder / "zzz")
    elsewhere = folder.rename(tmp_path / "elsewhere")
    named_otherwise = gather(elsewhere, ARCFACE, work=work, store=networks)
    assert named_otherwise.fingerprint == before.fingerprint
    assert named_otherwise.digests != before.digests
    photo = sorted((elsewhere / two.name).iterdir())[0]
    photo.rename(elsewhere / "zzz" / "moved.jpg")
    assert gather(elsewhere, ARCFACE, work=work, store=networks).fingerprint != before.fingerprint


def test_too_few_people_are_refused_in_one_line(
    folder: Path, networks: ModelStore, tmp_path: Path
) -> None:
    _, two, three = sorted(folder.iterdir())
    for person in (two, three):
        for photo in sorted(person.iterdir())[1:]:
            photo.unlink()
    with pytest.raises(ProtocolError, match="only one person has two photos, and") as few:
        gather(folder, ARCFACE, work=tmp_path / "work", store=networks)
    assert "\n" not in str(few.value)
    assert not (tmp_path / "work").exists()
    Image.new("RGB", (200, 200)).save(two / "night.png")
    with pytest.raises(ProtocolError, match="two photos with a usable face"):
        gather(folder, ARCFACE, work=tmp_path / "work", store=networks)
    with pytest.raises(ProtocolError, match=r"holds one person, .* a folder for each"):
        gather(folder.parent, ARCFACE, work=tmp_path / "work", store=networks)
    with pytest.raises(NoPhotos):
        gather(tmp_path / "work", ARCFACE, work=tmp_path / "work", store=networks)


def test_no_room_is_said_before_anything_is_done(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nowhere: ModelStore
) -> None:
    free = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(room.shutil, "disk_usage", lambda _: free._replace(free=64 * 2**20))
    with pytest.raises(OutputError, match="faces of 9 photos need 64 MiB, and the disk has 64 MiB"):
        gather(folder, ARCFACE, work=tmp_path / "work", store=nowhere)


def test_a_disk_that_fills_up_is_one_line_and_what_was_done_stays(
    folder: Path, networks: ModelStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work, written = tmp_path / "work", []
    write = keeping.os.write

    def full(file: int, data: bytes) -> int:
        written.append(1)
        if len(written) == 5:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(file, data[:20_000])  # and disks may take a part only

    with monkeypatch.context() as patched:
        patched.setattr(keeping.os, "write", full)
        with pytest.raises(OutputError, match="no space left on the disk"):
            gather(folder, ARCFACE, work=work, store=networks)
    after = gather(folder, ARCFACE, work=work, store=networks)
    anew = gather(folder, ARCFACE, work=tmp_path / "anew", store=networks)
    assert all(np.array_equal(after.crops[row], anew.crops[row]) for row in range(9))


def test_two_runs_do_not_write_in_one_place(
    folder: Path, networks: ModelStore, tmp_path: Path
) -> None:
    work = tmp_path / "work"
    with (
        room.alone_in(work),
        pytest.raises(OutputError, match="another process gathers faces there"),
    ):
        gather(folder, ARCFACE, work=work, store=networks)


def test_progress_is_told_and_options_are_checked(
    folder: Path, networks: ModelStore, tmp_path: Path
) -> None:
    told: list[int] = []
    gather(
        folder,
        ARCFACE,
        work=tmp_path / "work",
        store=networks,
        on_total=told.append,
        on_photo=lambda: told.append(1),
    )
    assert told == [9] + [1] * 9
    with pytest.raises(OptionError, match="rim"):
        gather(folder, ARCFACE, work=tmp_path / "work", rim=-1)
    with pytest.raises(UnknownModel):
        gather(folder, ARCFACE, work=tmp_path / "work", detector="none")
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="file"):
        gather(folder, ARCFACE, work=tmp_path / "file", store=networks)
