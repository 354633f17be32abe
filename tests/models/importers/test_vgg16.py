from __future__ import annotations

import onnxruntime
import pytest

from kith.errors import WeightsUnreadable
from kith.models.importers.keras_h5 import open_h5
from kith.models.importers.vgg16 import build
from reference.digests import difference
from reference.random_weights import layout, write_h5
from reference.runs import (
    MOST,
    Run,
    blank_tensors,
    kept,
    random_tensors,
    reference_pictures,
    shapes,
)


def refusal(named):
    with pytest.raises(WeightsUnreadable) as caught:
        build(blank_tensors(named))
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_descriptors_and_feature_maps_are_the_references(seed, tmp_path):
    with open_h5(write_h5(tmp_path, layout("vgg16", classifier=False), seed)) as tensors:
        run = Run(build(tensors))
    assert set(run.outputs) == {"features", "average", "max"}
    for size in ("224x224", "97x130"):
        expected = kept("vgg16", seed)[size]
        found = run(reference_pictures("vgg16", size, seed))
        apart = {name: difference(found[name], expected[name]) for name in expected}
        assert max(apart.values()) < MOST, apart


def test_the_classifier_is_the_references():
    # Once, and without a file: it is the largest network by far, with 145 million weights.
    run = Run(build(random_tensors("vgg16", 0, classifier=True)))
    assert set(run.outputs) == {"features", "average", "max", "fc6", "fc7", "probabilities"}
    found = run(reference_pictures("vgg16", "224x224", 0))
    expected = kept("vgg16", 0)["224x224"] | kept("vgg16", 0)["classifier"]
    apart = {name: difference(found[name], expected[name]) for name in expected}
    assert max(apart.values()) < MOST, apart
    assert found["probabilities"].sum(axis=1) == pytest.approx([1.0, 1.0], abs=1e-5)
    with pytest.raises(onnxruntime.capi.onnxruntime_pybind11_state.InvalidArgument, match="224"):
        run(reference_pictures("vgg16", "97x130", 0))


def test_a_missing_layer_is_named():
    named = shapes("vgg16", classifier=False)
    del named["conv4_3/bias"]
    assert refusal(named) == "file.h5 has no layer 'conv4_3', bias"


def test_a_layer_too_many_is_named_with_its_shape():
    named = shapes("vgg16", classifier=False) | {"conv6_1/kernel": (3, 3, 512, 64)}
    message = refusal(named)
    assert "'conv6_1'" in message
    assert "3 × 3 × 512 × 64" in message


def test_another_shape_is_named_beside_the_expected_one():
    # The same numbers with the channels first, as Theano has them.
    named = shapes("vgg16", classifier=False) | {"conv1_2/kernel": (64, 64, 3, 3)}
    message = refusal(named)
    assert "'conv1_2', kernel" in message
    assert message.endswith("64 × 64 × 3 × 3; expected 3 × 3 × 64 × 64")


def test_a_classifier_of_other_people_is_refused():
    named = shapes("vgg16", classifier=True) | {"fc8/kernel": (4096, 10), "fc8/bias": (10,)}
    message = refusal(named)
    assert "'fc8', kernel" in message
    assert message.endswith("4096 × 10; expected 4096 × 2622")


def test_a_classifier_without_its_last_layer_is_refused():
    named = shapes("vgg16", classifier=True)
    del named["fc8/kernel"]
    assert "'fc6', kernel of shape 25088 × 4096 does not belong" in refusal(named)


def test_a_resnet_is_no_vgg():
    assert "has no layer 'conv1_1', kernel" in refusal(shapes("resnet50", classifier=True))
