from __future__ import annotations

import re

import numpy as np
import onnx
import onnxruntime
import pytest

from kith.errors import WeightsUnreadable
from kith.models.importers.keras_h5 import open_h5
from kith.models.importers.vggface2 import build_resnet50, build_senet50
from reference.digests import difference
from reference.random_weights import layout, write_h5
from reference.runs import MOST, Run, blank_tensors, kept, reference_pictures, shapes

BUILD = {"resnet50": build_resnet50, "senet50": build_senet50}
networks = pytest.mark.parametrize("network", BUILD)


def imported(network, seed, folder, *, classifier):
    with open_h5(write_h5(folder, layout(network, classifier=classifier), seed)) as tensors:
        return BUILD[network](tensors)


def refusal(network, named):
    with pytest.raises(WeightsUnreadable) as caught:
        BUILD[network](blank_tensors(named))
    assert "\n" not in str(caught.value)
    return str(caught.value)


@networks
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_descriptors_and_feature_maps_are_the_references(network, seed, tmp_path):
    run = Run(imported(network, seed, tmp_path, classifier=False))
    assert set(run.outputs) == {"features", "average", "max"}
    for size in ("224x224", "449x454"):
        expected = kept(network, seed)[size]
        found = run(reference_pictures(network, size, seed))
        apart = {name: difference(found[name], expected[name]) for name in expected}
        assert max(apart.values()) < MOST, apart


@networks
@pytest.mark.parametrize("seed", [0, 1])
def test_probabilities_are_the_references(network, seed, tmp_path):
    run = Run(imported(network, seed, tmp_path, classifier=True))
    assert set(run.outputs) == {"features", "average", "max", "probabilities"}
    found = run(reference_pictures(network, "224x224", seed))
    expected = kept(network, seed)["224x224"] | kept(network, seed)["classifier"]
    apart = {name: difference(found[name], expected[name]) for name in expected}
    assert max(apart.values()) < MOST, apart
    assert found["probabilities"].sum(axis=1) == pytest.approx([1.0, 1.0], abs=1e-5)


@networks
def test_the_feature_map_grows_as_documented(network):
    run = Run(BUILD[network](blank_tensors(shapes(network, classifier=False))))
    for side, rows in ((197, 1), (420, 1), (421, 2)):
        found = run(np.zeros((1, side, side, 3), np.float32), "features")
        assert found["features"].shape == (1, 2048, rows, rows)


@networks
def test_the_classifier_is_for_one_size(network):
    run = Run(BUILD[network](blank_tensors(shapes(network, classifier=True))))
    with pytest.raises(onnxruntime.capi.onnxruntime_pybind11_state.InvalidArgument, match="224"):
        run(reference_pictures(network, "449x454", 0))


@networks
def test_batch_normalisation_is_folded_away(network):
    graph = onnx.load_from_string(BUILD[network](blank_tensors(shapes(network, classifier=False))))
    onnx.checker.check_model(graph, full_check=True)
    kinds = [node.op_type for node in graph.graph.node]
    assert "BatchNormalization" not in kinds
    assert kinds.count("Conv") == {"resnet50": 53, "senet50": 53 + 2 * 16}[network]
    assert kinds.count("Mul") == {"resnet50": 0, "senet50": 16}[network]


@networks
def test_a_missing_layer_is_named(network):
    named = shapes(network, classifier=True)
    del named["conv4_3_3x3/bn/moving_mean"]
    message = refusal(network, named)
    assert message == "file.h5 has no layer 'conv4_3_3x3/bn', moving_mean"


@networks
def test_a_layer_too_many_is_named_with_its_shape(network):
    named = shapes(network, classifier=False) | {"conv6_1_3x3/kernel": (3, 3, 512, 512)}
    message = refusal(network, named)
    assert "'conv6_1_3x3'" in message
    assert "3 × 3 × 512 × 512" in message


@networks
def test_another_shape_is_named_beside_the_expected_one(network):
    named = shapes(network, classifier=False) | {"conv3_1_1x1_proj/kernel": (1, 1, 512, 256)}
    message = refusal(network, named)
    assert "'conv3_1_1x1_proj', kernel" in message
    assert re.search("1 × 1 × 512 × 256; expected 1 × 1 × 256 × 512$", message)


@networks
def test_a_classifier_of_other_people_is_refused(network):
    named = shapes(network, classifier=True)
    named |= {"classifier/kernel": (2048, 1000), "classifier/bias": (1000,)}
    message = refusal(network, named)
    assert "'classifier', kernel" in message
    assert message.endswith("2048 × 1000; expected 2048 × 8631")


@networks
@pytest.mark.parametrize("part", ["kernel", "bias"])
def test_half_a_classifier_is_refused(network, part):
    named = shapes(network, classifier=True)
    del named[f"classifier/{part}"]
    assert "'classifier'" in refusal(network, named)


def test_a_senet_is_no_resnet():
    message = refusal("resnet50", shapes("senet50", classifier=True))
    assert "'conv2_1_1x1_down', kernel of shape 1 × 1 × 256 × 16 does not belong" in message


def test_a_resnet_is_no_senet():
    message = refusal("senet50", shapes("resnet50", classifier=True))
    assert message == "file.h5 has no layer 'conv2_1_1x1_down', kernel"
