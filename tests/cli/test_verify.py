from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PIL import Image

import kith as library
from kith.models.catalogue import card

if TYPE_CHECKING:
    from pathlib import Path

    from kith.models import ModelStore

    from .conftest import Kith

KEYS = {
    "verdict",
    "same",
    "similarity",
    "distance",
    "euclidean",
    "threshold",
    "probability",
    "calibration",
    "traditional",
    "detector",
    "embedder",
    "a",
    "b",
    "masks",
    "reason",
}


def test_the_same_person(kith: Kith, photos: Path, recognizer: library.Recognizer) -> None:
    a, b = photos / "obama.jpg", photos / "obama2.jpg"
    done = kith.fine("verify", a, b, "--json")
    [found] = done.objects
    assert set(found) == KEYS
    expected = library.verify(a, b, recognizer=recognizer)
    assert expected.similarity is not None
    assert (found["verdict"], found["same"], found["reason"]) == ("match", True, None)
    assert (found["probability"], found["calibration"]) == (None, None)
    assert found["similarity"] == pytest.approx(expected.similarity, abs=1e-6)
    assert found["distance"] == pytest.approx(1 - expected.similarity, abs=1e-6)
    # Of unit vectors: |a - b|^2 = 2 - 2 a.b
    assert found["euclidean"] ** 2 == pytest.approx(2 - 2 * expected.similarity, abs=1e-5)
    assert found["threshold"] == expected.threshold
    assert (found["detector"], found["embedder"]) == ("yunet", "sface")
    assert found["a"]["box"] == pytest.approx(list(expected.a.box), abs=0.005)  # type: ignore[union-attr]


def test_what_a_networks_users_would_say(
    kith: Kith,
    photos: Path,
    vggface2_home: Path,
    networks: ModelStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KITH_MODEL_MIRROR", str(networks.path(card("yunet")).parents[1]))
    monkeypatch.setenv("KITH_HOME", str(vggface2_home))
    asked = ("verify", photos / "obama.jpg", photos / "obama2.jpg")
    network = ("--embedder", "vggface2-resnet50")
    [found] = kith.fine(*asked, *network, "--json").objects
    assert found["threshold"] == 0.5
    assert found["traditional"] == {
        "metric": "cosine",
        "distance": pytest.approx(found["distance"], abs=1e-6),
        "limit": 0.5,
        "same": True,
    }
    out = kith.fine(*asked, *network).out
    assert "by tradition: the same, cosine distance 0.0" in out
    [plain] = kith.fine(*asked, "--json").objects
    assert plain["traditional"] is None


def test_the_sentence(kith: Kith, photos: Path) -> None:
    out = kith.fine("verify", photos / "obama.jpg", photos / "obama2.jpg").out
    assert out.startswith("same person: similarity 0.7")
    assert "a match needs 0.3" in out
    out = kith("verify", photos / "obama.jpg", photos / "biden.jpg").out
    assert out.startswith("different people: similarity 0.0")
    masked = photos / "masked"
    kith.fine("mask", photos / "obama.jpg", "--out", masked)
    out = kith.fine("verify", masked / "obama.jpg", photos / "obama2.jpg").out
    assert out.startswith("same person, one behind a mask: similarity 0.")


def test_masks_that_are_refused(kith: Kith, photos: Path) -> None:
    masked, bare = photos / "masked" / "obama.jpg", photos / "obama2.jpg"
    kith.fine("mask", photos / "obama.jpg", "--out", masked.parent)
    kith.fine("enroll", "Barack", bare)
    kith.fine("gallery", "masks", "--refuse")
    mend = "which this gallery refuses (kith gallery masks --allow ends that)"
    for pair, which in (
        ((masked, bare), "the face on photo A wears a mask"),
        ((bare, masked), "the face on photo B wears a mask"),
        ((masked, masked), "both faces wear a mask"),
    ):
        done = kith("verify", *pair)
        assert (done.code, done.out) == (3, f"no decision: {which}, {mend}\n")
        [found] = kith("verify", *pair, "--json").objects
        assert (found["verdict"], found["reason"], found["same"]) == ("low_quality", "mask", None)
        assert found["similarity"] > 0.4


def test_exit_codes(kith: Kith, photos: Path, bad: Path) -> None:
    same, other, nobody = photos / "obama2.jpg", photos / "biden.jpg", photos / "green.png"
    poor = photos / "poor.png"
    Image.open(photos / "obama.jpg").resize((12, 15)).resize((600, 750)).save(poor)
    for b, code, verdict, reason in (
        (same, 0, "match", None),
        (other, 1, "unknown", None),
        (nobody, 3, "no_face", "no face found in photo B"),
    ):
        done = kith("verify", photos / "obama.jpg", b, "--json")
        assert (done.code, done.err) == (code, "")
        assert [(one["verdict"], one["reason"]) for one in done.objects] == [(verdict, reason)]
    assert kith("verify", photos / "obama.jpg", bad / "torn.jpg").code == 2


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("torn.jpg", "is truncated; copy it again from where it came"),
        ("nowhere.jpg", "there is no such file or folder"),
        (".", "is a folder; name the photos in it"),
    ],
)
def test_a_photo_that_cannot_be_read(
    kith: Kith, photos: Path, bad: Path, name: str, complaint: str
) -> None:
    for pair in ((photos / "obama.jpg", bad / name), (bad / name, "x")):
        done = kith("verify", *pair, "--json")
        assert (done.code, done.out) == (2, "")
        assert done.complaint == f"{bad / name}: {complaint}"


def test_the_threshold_can_be_moved(kith: Kith, photos: Path) -> None:
    pair = photos / "obama.jpg", photos / "obama2.jpg"
    assert kith("verify", *pair, "--threshold", "0.99").code == 1
    others = photos / "obama.jpg", photos / "biden.jpg"
    [found] = kith.fine("verify", *others, "--threshold=-1", "--json").objects
    assert (found["same"], found["threshold"]) == (True, -1.0)


def test_quiet_is_only_the_exit_code(kith: Kith, photos: Path) -> None:
    assert kith.fine("verify", photos / "obama.jpg", photos / "obama2.jpg", "-q").out == ""
    done = kith("verify", photos / "obama.jpg", photos / "biden.jpg", "-q")
    assert (done.code, done.out, done.err) == (1, "", "")
