from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kith.compat.keras_vggface.utils import decode_predictions, preprocess_input
from kith.compat.keras_vggface.vggface import VGGFace
from kith.errors import LicenceNotAccepted, ModelUnavailable, NotOffered
from kith.models import ModelStore
from kith.models.catalogue import card
from kith.models.imports import import_file
from reference import random_weights
from reference.digests import difference

VECTORS = json.loads(
    (Path(__file__).parents[1] / "reference/vectors/resnet50.json").read_text("utf-8")
)["seeds"]["0"]
CLOSE = 1e-4


@pytest.fixture(autouse=True)
def home(vggface2_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KITH_HOME", str(vggface2_home))
    return vggface2_home


def pictures(height: int = 224, width: int = 224) -> np.ndarray:
    count = VECTORS["224x224"]["average"]["shape"][0]
    return random_weights.pictures("resnet50", count, height, width, 0)


def test_probabilities_are_those_of_keras() -> None:
    model = VGGFace(model="resnet50")
    got = model.predict(pictures())
    assert difference(got, VECTORS["classifier"]["probabilities"]) < CLOSE
    assert got.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert model.input_shape == (None, 224, 224, 3)
    assert model.output_shape == (None, 8631)
    assert repr(model.inputs) == "[<Tensor 'input_1' shape=(None, 224, 224, 3) dtype=float32>]"
    assert "8631" in repr(model.outputs)


@pytest.mark.parametrize(
    ("pooling", "name"), [("avg", "average"), ("max", "max"), (None, "features")]
)
@pytest.mark.parametrize("size", ["224x224", "449x454"])
def test_descriptors_are_those_of_keras(pooling: str | None, name: str, size: str) -> None:
    height, width = map(int, size.split("x"))
    shape = (height, width, 3)
    model = VGGFace(model="resnet50", include_top=False, input_shape=shape, pooling=pooling)
    kept = VECTORS[size][name]
    got = model.predict(pictures(height, width)[: kept["shape"][0]])
    assert model.output_shape[1:] == got.shape[1:]
    channels_first = got if pooling else got.transpose(0, 3, 1, 2)  # as the vectors are kept
    assert difference(channels_first, kept) < CLOSE


@pytest.mark.parametrize("side", [197, 223, 255, 449])
def test_the_shape_that_is_promised_is_the_shape_that_comes(side: int) -> None:
    model = VGGFace(model="resnet50", include_top=False, input_shape=(side, 230, 3))
    assert model.predict(np.zeros((1, side, 230, 3))).shape == (1, *model.output_shape[1:])


def test_pictures_do_not_touch_each_other() -> None:
    model = VGGFace(model="resnet50", include_top=False, pooling="avg")
    both = pictures()[:2]
    one_by_one = model.predict(both, batch_size=1)
    assert model.predict(both) == pytest.approx(one_by_one, rel=1e-4, abs=1e-4)
    assert model(both[:1]).shape == (1, 2048)
    assert model.predict(both[:0]).shape == (0, 2048)


def test_preprocessing_as_its_definition_says(random: np.random.Generator) -> None:
    pixels = random.integers(0, 256, (2, 5, 7, 3)).astype(np.float32)
    before = pixels.copy()
    first, second = preprocess_input(pixels), preprocess_input(pixels, version=2)
    assert np.array_equal(pixels, before)
    assert first[0, 1, 2] == pytest.approx(pixels[0, 1, 2, ::-1] - [93.5940, 104.7624, 129.1863])
    assert second[1, 4, 6] == pytest.approx(pixels[1, 4, 6, ::-1] - [91.4953, 103.8827, 131.0912])
    turned = preprocess_input(pixels.transpose(0, 3, 1, 2), "channels_first", version=2)
    assert np.array_equal(turned.transpose(0, 2, 3, 1), second)
    whole = preprocess_input(pixels.astype(np.uint8), version=2)
    assert whole.dtype == np.float32
    assert np.array_equal(whole, second)


@pytest.mark.parametrize("how", [{"version": 3}, {"data_format": "rows"}])
def test_preprocessing_that_does_not_exist(how: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"version is 1|data_format is"):
        preprocess_input(np.zeros((1, 2, 2, 3), np.float32), **how)


def test_names_are_written_as_keras_vggface_writes_them() -> None:
    rows = np.full((2, 8631), 1e-5, np.float32)
    rows[0, 17], rows[0, 8000] = 0.7, 0.2
    first, second = decode_predictions(rows, top=2)
    assert first == [
        ["b' Zo\\xc3\\xab_Person_0017'", pytest.approx(0.7)],
        ["b' Zo\\xc3\\xab_Person_8000'", pytest.approx(0.2)],
    ]
    assert len(second) == 2
    assert len(decode_predictions(rows)[0]) == 5
    with pytest.raises(ValueError, match=r"N × 2622 .* not 1 × 1000"):
        decode_predictions(np.zeros((1, 1000)))


@pytest.mark.parametrize(
    ("how", "error", "said"),
    [
        ({"model": "resnet101"}, ValueError, "model is one of vgg16, resnet50, senet50"),
        ({"model": "resnet50", "classes": 10}, ValueError, "8631 classes, not 10"),
        ({"model": "resnet50", "input_shape": (200, 200, 3)}, ValueError, "with the classifier"),
        (
            {"model": "resnet50", "include_top": False, "input_shape": (196, 300, 3)},
            ValueError,
            "at least 197 × 197",
        ),
        (
            {"model": "resnet50", "include_top": False, "pooling": "median"},
            ValueError,
            "pooling is None, 'avg' or 'max'",
        ),
        (
            {"model": "resnet50", "include_top": False, "input_shape": 224},
            ValueError,
            "input_shape is height, width and 3 channels, not 224",
        ),
        ({"model": "resnet50", "weights": None}, NotOffered, "no random weights"),
        (
            {"model": "resnet50", "input_tensor": object()},
            NotOffered,
            "kith models import",
        ),
        ({"model": "senet50"}, LicenceNotAccepted, "kith models accept vggface2-senet50"),
    ],
)
def test_what_cannot_be_built(how: dict[str, Any], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        VGGFace(**how)


def test_what_a_network_cannot_do() -> None:
    shape = (224, 224, 3)
    model = VGGFace(model="resnet50", include_top=False, input_shape=shape, pooling="avg")
    for method in (model.fit, model.compile, model.get_layer):
        with pytest.raises(NotOffered, match="kith models import"):
            method("x")
    for wrong in (np.zeros((1, 224, 224)), np.zeros((1, 3, 224, 224)), np.zeros((1, 96, 96, 3))):
        with pytest.raises(ValueError, match=r"takes pictures of shape \(N, 224, 224, 3\)"):
            model.predict(wrong)


def test_without_a_shape_pictures_of_any_size_go_in() -> None:
    model = VGGFace(include_top=False, model="resnet50", pooling="avg")
    assert model.input.shape == (None, None, None, 3)
    assert model.output.shape == (None, 2048)
    for height, width in ((224, 224), (449, 454)):
        kept = VECTORS[f"{height}x{width}"]["average"]
        assert difference(model.predict(pictures(height, width)[: kept["shape"][0]]), kept) < CLOSE
    with pytest.raises(ValueError, match=r"\(N, None, None, 3\), at least 197 × 197"):
        model.predict(np.zeros((1, 196, 300, 3)))
    wide = VGGFace(include_top=False, model="resnet50", input_shape=(224, None, 3))
    assert wide.output_shape == (None, 1, None, 2048)
    assert wide.predict_on_batch(np.zeros((2, 224, 250, 3))).shape == (2, 1, 1, 2048)


def test_what_it_does_not_have_it_says() -> None:
    model = VGGFace(model="resnet50", include_top=False, pooling="avg")
    with pytest.raises(AttributeError, match=r"no 'layers': it predicts.*kith models import"):
        _ = model.layers


@pytest.mark.parametrize(
    "pixels", [np.zeros((1, 8, 8, 1)), np.zeros((8, 8)), np.zeros((2, 8, 8, 4))]
)
def test_pixels_without_three_colours(pixels: np.ndarray) -> None:
    with pytest.raises(ValueError, match="three colours"):
        preprocess_input(pixels)


def test_a_file_without_classifier_takes_over_the_descriptor_alone(tmp_path: Path) -> None:
    store, network = ModelStore(tmp_path / "home"), card("vggface2-resnet50")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KITH_HOME", str(store.home))
        bare = random_weights.layout("resnet50", classifier=False)
        taken = import_file(random_weights.write_h5(tmp_path, bare, 1), network, store)
        assert taken.roles == ("descriptor",)
        with pytest.raises(ModelUnavailable, match="imported has no classifier: import the one"):
            VGGFace(model="resnet50")
        model = VGGFace(model="resnet50", include_top=False, pooling="avg")
        kept = json.loads(
            (Path(__file__).parents[1] / "reference/vectors/resnet50.json").read_text("utf-8")
        )["seeds"]["1"]["224x224"]["average"]
        shown = random_weights.pictures("resnet50", kept["shape"][0], 224, 224, 1)
        assert difference(model.predict(shown), kept) < CLOSE
