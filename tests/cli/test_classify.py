from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from kith.models.catalogue import card

if TYPE_CHECKING:
    from kith.models import ModelStore

    from .conftest import Kith


@pytest.fixture
def celebrities_of_ours(
    vggface2_home: Path, networks: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KITH_MODEL_MIRROR", str(networks.path(card("yunet")).parents[1]))
    monkeypatch.setenv("KITH_HOME", str(vggface2_home))


pytestmark = pytest.mark.usefixtures("celebrities_of_ours")


def test_the_json(kith: Kith, presidents: Path, tmp_path: Path) -> None:
    done = kith.fine("classify", presidents / "obama.jpg", "--json", "--top", "3")
    [found] = done.objects
    assert set(found) == {"source", "width", "height", "faces"}
    [face] = found["faces"]
    assert {"box", "landmarks", "score", "top"} <= set(face)
    assert len(face["top"]) == 3
    first = face["top"][0]
    assert set(first) == {"name", "probability", "label", "raw"}
    assert first["name"].startswith("Zoë_Person_")
    assert first["label"] == first["name"].replace("_", " ")
    assert first["raw"] == " " + first["name"]
    assert 0 < first["probability"] < 1
    blank = tmp_path / "blank.png"
    cv2.imwrite(str(blank), np.zeros((90, 90, 3), np.uint8))
    [empty] = kith.fine("classify", blank, "--json").objects
    assert (empty["faces"], empty["verdict"]) == ([], "no_face")


def test_the_table_and_the_picture(kith: Kith, presidents: Path, tmp_path: Path) -> None:
    done = kith.fine("classify", presidents / "obama.jpg", "--draw", tmp_path / "out")
    assert done.out.count("Zoë Person ") == 5
    drawn = cv2.imread(str(tmp_path / "out" / "obama.jpg"))
    original = cv2.imread(str(presidents / "obama.jpg"))
    assert drawn.shape == original.shape
    assert np.mean(np.abs(drawn.astype(int) - original).max(axis=2) > 60) > 0.02


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--model", "sface"), "sface has no classifier"),
        (("--model", "nope"), "no model is called 'nope'"),
        (("--model", "vggface2-senet50"), "kith models accept vggface2-senet50"),
        (("--top", "0"), "Invalid value for '--top'"),
    ],
)
def test_wrong_use(kith: Kith, presidents: Path, options: tuple[str, str], said: str) -> None:
    done = kith("classify", presidents / "obama.jpg", *options)
    assert (done.code, done.out) == (2, "")
    assert said in done.complaint


def test_import_list_info_check_remove(
    kith: Kith, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from reference import random_weights

    monkeypatch.setenv("KITH_HOME", str(tmp_path / "home"))
    bare = random_weights.layout("resnet50", classifier=False)
    file = random_weights.write_h5(tmp_path, bare, 3)
    [done] = kith.fine("models", "import", file, "--as", "vggface2-resnet50", "--json").objects
    assert done["roles"] == ["descriptor"]
    assert done["pinned"] is False
    assert Path(done["path"]).is_file()
    states = {row["id"]: row["state"] for row in kith.fine("models", "list", "--json").objects}
    assert states["vggface2-resnet50"] == "imported"
    assert states["vggface2-senet50"] == "licence_not_accepted"
    [info] = kith.fine("models", "info", "vggface2-resnet50", "--json").objects
    [own] = info["imported"]
    assert (own["role"], own["source"]) == ("descriptor", file.name)
    assert own["source_sha256"] == done["sha256"]
    assert "your descriptor" in kith.fine("models", "info", "vggface2-resnet50").out
    assert kith.fine("models", "check", "vggface2-resnet50").out == "vggface2-resnet50: ok\n"
    assert kith.fine("models", "path", "vggface2-resnet50").out == done["path"] + "\n"
    wrong = kith("models", "import", file, "--as", "vggface2-senet50")
    assert wrong.code == 2
    assert file.name in wrong.complaint
    [gone] = kith.fine("models", "remove", "vggface2-resnet50", "--json").objects
    assert gone["bytes"] > 90_000_000
    assert (
        json.loads(kith.fine("models", "info", "vggface2-resnet50", "--json").out)["imported"] == []
    )
