from __future__ import annotations

import io
import os
import shutil
import threading
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from PIL import Image

import kith
from kith.alignment import RECIPES
from kith.embedding import open_embedder
from kith.errors import (
    DeviceUnavailable,
    LicenceNotAccepted,
    OptionError,
    PhotoNotFound,
    PhotoTooLarge,
    UnknownModel,
)
from kith.models import CARDS, ModelStore
from kith.quality import UNUSABLE, confidence, measure, reason
from kith.recognizer.finder import available_cores

from .conftest import assert_same_faces

if TYPE_CHECKING:
    from pathlib import Path

    from kith.detection import Detections
    from kith.types import Pixels


def test_a_path_its_bytes_an_image_and_its_pixels_are_the_same_photo(
    recognizer: kith.Recognizer, obama: Pixels, tmp_path: Path
) -> None:
    path = tmp_path / "obama.png"  # no loss: every decoder gives the same pixels
    Image.fromarray(obama).save(path)
    expected = recognizer.faces(obama)
    assert len(expected) == 1
    for image in (path, str(path), path.read_bytes(), Image.open(path)):
        assert_same_faces(recognizer.faces(image), expected)
    assert_same_faces(recognizer.faces(np.asfortranarray(obama)), expected)


def test_a_face_is_what_detector_recipe_and_embedder_make_of_it(
    recognizer: kith.Recognizer, networks: ModelStore, obama: Pixels, obama_face: Detections
) -> None:
    face = recognizer.faces(obama)[0]
    assert np.array_equal(face.landmarks, obama_face.points[0])
    assert list(face.box) == obama_face.boxes[0].tolist()
    assert face.score == float(obama_face.scores[0])
    crop = RECIPES["arcface-112"].crop(obama, obama_face.points[0])
    assert face.embedding is not None
    assert np.array_equal(face.embedding, open_embedder("sface", networks).embed([crop])[0])
    height, width = obama.shape[:2]
    assert face.quality == measure(
        crop,
        obama_face.points[0],
        sureness=confidence(CARDS["yunet"], face.score),
        strength=confidence(CARDS["sface"], face.length),
        frame=(width, height),
    )


def test_blur_is_noticed_by_the_networks_too(recognizer: kith.Recognizer, obama: Pixels) -> None:
    found = []
    for sigma in (0.1, 8, 16, 24, 32):
        [face] = recognizer.faces(cv2.GaussianBlur(obama, (0, 0), sigma))
        assert face.quality is not None
        found.append(face.quality)
    scores = [quality.score for quality in found]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > 0.9
    assert scores[-1] < UNUSABLE
    assert all(quality.strength is not None for quality in found)
    assert found[-1].strength < 0.2 * found[0].strength  # type: ignore[operator]


def test_a_network_of_unknown_lengths_leaves_it_to_the_detector(
    networks: ModelStore, obama: Pixels
) -> None:
    with kith.Recognizer(embedder="sface+mirror", store=networks) as mirrored:
        [face] = mirrored.faces(obama)
    assert face.quality is not None
    assert (face.quality.strength, face.length) == (None, None)
    assert face.quality.score == face.quality.sureness == 1.0


def test_a_face_at_the_border_is_cut_off(recognizer: kith.Recognizer, obama: Pixels) -> None:
    x, _, width, _ = recognizer.detect(obama)[0].box
    [face] = recognizer.faces(np.ascontiguousarray(obama[:, int(x + 0.45 * width) :]))
    assert face.quality is not None
    assert 0.2 < face.quality.cut < 0.6  # type: ignore[operator]
    assert reason(face.quality) == "cut off by the photo's border"
    [whole] = recognizer.faces(obama)
    assert whole.quality is not None
    assert whole.quality.cut == 0.0
    assert face.quality.score < whole.quality.score


def test_results_cannot_be_changed_behind_ones_back(
    recognizer: kith.Recognizer, obama: Pixels
) -> None:
    face = recognizer.faces(obama)[0]
    assert face.embedding is not None
    for array in (face.embedding, face.landmarks):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_detection_alone_finds_the_same_faces(recognizer: kith.Recognizer, crowd: Pixels) -> None:
    full, bare = recognizer.faces(crowd), recognizer.detect(crowd)
    assert [(f.box, f.score, f.landmarks.tolist()) for f in full] == [
        (f.box, f.score, f.landmarks.tolist()) for f in bare
    ]
    assert {(f.quality, f.embedding) for f in bare} == {(None, None)}


def test_a_photo_of_many_keeps_each_vector_with_its_face(
    recognizer: kith.Recognizer, networks: ModelStore, crowd: Pixels
) -> None:
    faces = recognizer.faces(crowd)
    assert len(faces) == 12
    assert [f.score for f in faces] == sorted((f.score for f in faces), reverse=True)
    alone = open_embedder("sface", networks)
    for face in faces:
        crop = RECIPES["arcface-112"].crop(crowd, face.landmarks)
        assert np.array_equal(face.embedding, alone.embed([crop])[0])
    assert_same_faces(recognizer.describe(crowd).faces, faces)


@pytest.mark.parametrize("workers", [1, 3])
def test_the_number_of_workers_changes_nothing(
    recognizer: kith.Recognizer, networks: ModelStore, crowd: Pixels, workers: int
) -> None:
    with kith.Recognizer(workers=workers, store=networks) as other:
        assert other.workers == workers
        assert_same_faces(other.faces(crowd), recognizer.faces(crowd))


def test_four_threads_at_once(
    recognizer: kith.Recognizer, crowd: Pixels, photos: list[Path]
) -> None:
    images = [crowd, *photos[:6]]
    expected = [recognizer.faces(image) for image in images]
    got: dict[tuple[int, int], tuple[kith.Face, ...]] = {}
    start = threading.Barrier(4)

    def work(who: int) -> None:
        start.wait()
        for i in np.roll(np.arange(len(images)), who):
            got[who, int(i)] = recognizer.faces(images[i])

    threads = [threading.Thread(target=work, args=(who,)) for who in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 4 * len(images)
    for (_, i), faces in got.items():
        assert_same_faces(faces, expected[i])


def test_a_reduced_photo_has_its_boxes_at_full_size(
    recognizer: kith.Recognizer, networks: ModelStore, obama: Pixels
) -> None:
    whole = recognizer.faces(obama)[0]
    eyes = float(np.hypot(*(whole.landmarks[1] - whole.landmarks[0])))
    for side in (1136, 600, 300):
        with kith.Recognizer(limits=kith.Limits(full_side=side), store=networks) as small:
            item = small.describe(obama, keep_pixels=True)
            assert (item.width, item.height) == (910, 1137)
            assert item.pixels is not None
            assert max(item.pixels.shape) <= side
            (face,) = item.faces
        assert np.array(face.box) == pytest.approx(np.array(whole.box), abs=0.1 * eyes)
        assert np.abs(face.landmarks - whole.landmarks).max() < 0.12 * eyes
        assert face.quality is not None
        assert whole.quality is not None
        assert face.quality.size == pytest.approx(whole.quality.size, rel=0.1)
        assert np.dot(face.embedding, whole.embedding) > 0.85


def test_least_width_of_a_face_is_meant_at_full_size(networks: ModelStore, obama: Pixels) -> None:
    """The face is 240 pixels wide at full size, however small the photo is decoded."""
    for side in (4096, 600, 300):
        for least, found in ((200, 1), (230, 1), (255, 0), (500, 0)):
            limits = kith.Limits(full_side=side)
            with kith.Recognizer(min_face=least, limits=limits, store=networks) as opened:
                assert len(opened.detect(obama)) == found, (side, least)


def test_a_small_least_width_finds_the_small(networks: ModelStore, obama: Pixels) -> None:
    scale = 9 / 240
    tiny = cv2.resize(obama, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    photo = np.full((500, 640, 3), 120, np.uint8)
    photo[200 : 200 + tiny.shape[0], 400 : 400 + tiny.shape[1]] = tiny
    with kith.Recognizer(min_face=6, store=networks) as careful:
        (face,) = careful.detect(photo)
    x, y = face.box.centre
    assert (x - 400) / scale == pytest.approx(490, abs=60)
    assert (y - 200) / scale == pytest.approx(250, abs=80)


def test_exif_turns_come_first(recognizer: kith.Recognizer, obama: Pixels) -> None:
    """Stored on its side with a note to turn it: boxes are those of the upright photo."""
    exif = Image.Exif()
    exif[0x0112] = 6
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(np.rot90(obama))).save(
        file, "JPEG", quality=97, exif=exif, subsampling=0
    )
    item = recognizer.describe(file.getvalue())
    assert (item.width, item.height) == (910, 1137)
    assert np.array(item.faces[0].box) == pytest.approx(
        np.array(recognizer.faces(obama)[0].box), abs=4
    )


@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (5000, 1), (3, 7)])
def test_pictures_hardly_any(recognizer: kith.Recognizer, shape: tuple[int, int]) -> None:
    assert recognizer.faces(np.full((*shape, 3), 128, np.uint8)) == ()
    assert recognizer.faces(np.full(shape, 128, np.uint8)) == ()


def test_grey_photos(recognizer: kith.Recognizer, obama: Pixels) -> None:
    grey = cv2.cvtColor(obama, cv2.COLOR_RGB2GRAY)
    same = recognizer.faces(Image.fromarray(grey))[0]
    assert np.array_equal(same.embedding, recognizer.faces(grey)[0].embedding)
    assert np.dot(same.embedding, recognizer.faces(obama)[0].embedding) > 0.7


def test_a_crop_for_people_is_the_networks_crop_larger(
    recognizer: kith.Recognizer, obama: Pixels
) -> None:
    face = recognizer.faces(obama)[0]
    assert np.array_equal(
        recognizer.crop(obama, face, 112), RECIPES["arcface-112"].crop(obama, face.landmarks)
    )
    large = recognizer.crop(obama, face, 224).astype(np.float64)
    small = recognizer.crop(obama, face, 112).astype(np.float64)
    assert np.abs(cv2.GaussianBlur(large, (0, 0), 0.8)[::2, ::2] - small).mean() < 5


def test_both_views(networks: ModelStore, recognizer: kith.Recognizer, obama: Pixels) -> None:
    with kith.Recognizer(embedder="sface+mirror", store=networks) as both:
        assert both.embedder == "sface+mirror"
        assert both.contract.crop == "arcface-112+mirror"
        face = both.faces(obama)[0]
        assert 0.9 < np.dot(face.embedding, recognizer.faces(obama)[0].embedding) < 0.99999


def test_what_it_says_of_itself(recognizer: kith.Recognizer) -> None:
    card = CARDS["sface"]
    assert (recognizer.detector, recognizer.embedder) == ("yunet", "sface")
    assert recognizer.contract.model == "sface"
    assert recognizer.contract.weights_sha256 == card.weights.sha256
    assert card.threshold is not None
    assert recognizer.threshold == card.threshold.similarity
    assert recognizer.workers == available_cores()


def test_cores_are_those_this_process_may_use() -> None:
    if not hasattr(os, "sched_setaffinity"):
        pytest.skip("this system does not bind processes to cores")
    before = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(before)})
        assert available_cores() == 1
    finally:
        os.sched_setaffinity(0, before)
    assert available_cores() == len(before)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"min_face": 0}, "min_face must be above 0"),
        ({"min_face": -3.0}, "not -3.0"),
        ({"min_face": float("nan")}, "min_face must be above 0"),
        ({"workers": 0}, "workers must be 1 or more"),
        ({"workers": -1}, "not -1"),
        ({"score": 0.0}, "between 0 and 1"),
        ({"score": 1.0}, "between 0 and 1"),
        ({"score": float("nan")}, "between 0 and 1"),
    ],
)
def test_options_outside_their_range(
    networks: ModelStore, options: dict[str, float], message: str
) -> None:
    with pytest.raises(OptionError, match=message):
        kith.Recognizer(store=networks, **options)  # type: ignore[arg-type]


def test_networks_and_devices_that_are_not_there(networks: ModelStore) -> None:
    with pytest.raises(UnknownModel, match="retina"):
        kith.Recognizer("retina", store=networks)
    with pytest.raises(UnknownModel, match="did you mean sface"):
        kith.Recognizer(embedder="sfase", store=networks)
    with pytest.raises(UnknownModel, match="not an embedder"):
        kith.Recognizer(embedder="yunet", store=networks)
    with pytest.raises(DeviceUnavailable):
        kith.Recognizer(device="npu", store=networks)


def test_accepting_a_licence_is_kept(
    networks: ModelStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, obama: Pixels
) -> None:
    store = ModelStore(tmp_path / "home")
    monkeypatch.setenv("KITH_ACCEPT_LICENCES", "edgeface-s")
    for model_id in ("yunet", "edgeface-s"):
        card = CARDS[model_id]
        store.location(card).parent.mkdir(parents=True)
        shutil.copy(networks.path(card), store.location(card))
    monkeypatch.delenv("KITH_ACCEPT_LICENCES")
    with pytest.raises(LicenceNotAccepted, match="accept_license=True"):
        kith.Recognizer(embedder="edgeface-s", store=store)
    with kith.Recognizer(embedder="edgeface-s+mirror", accept_license=True, store=store) as first:
        assert len(first.faces(obama)) == 1
    with kith.Recognizer(embedder="edgeface-s", store=store) as second:
        assert second.contract.dimension == 512
        assert second.faces(obama)[0].embedding is not None


def test_photos_that_cannot_be_had(
    recognizer: kith.Recognizer, networks: ModelStore, obama: Pixels, tmp_path: Path
) -> None:
    with pytest.raises(PhotoNotFound, match=r"nobody\.jpg"):
        recognizer.faces(tmp_path / "nobody.jpg")
    with pytest.raises(PhotoNotFound):
        recognizer.detect(tmp_path / "nobody.jpg")
    with (
        kith.Recognizer(limits=kith.Limits(max_pixels=1000), store=networks) as strict,
        pytest.raises(PhotoTooLarge),
    ):
        strict.faces(obama)


def test_closing_twice_is_fine(networks: ModelStore) -> None:
    opened = kith.Recognizer(workers=1, store=networks)
    before = threading.active_count()
    assert list(opened.map(abs, [-1, -2, -3])) == [1, 2, 3]
    assert threading.active_count() == before + 1
    opened.close()
    opened.close()
    assert threading.active_count() == before


@pytest.mark.timeout(60)
def test_faces_may_be_asked_for_from_within_map(networks: ModelStore, crowd: Pixels) -> None:
    """With one worker and more faces than one thread embeds at a time, nobody waits for himself."""
    with kith.Recognizer(workers=1, store=networks) as opened:
        (faces,) = opened.map(opened.faces, [crowd])
    assert len(faces) == 12
