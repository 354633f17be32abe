"""The reader of TensorFlow Lite's files: small ones, whole, damaged and hostile."""

from __future__ import annotations

import struct
import zipfile
from typing import TYPE_CHECKING

import flatbuffers
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kith.errors import ModelError, WeightsUnreadable
from kith.models.catalogue import card
from kith.models.importers import tflite
from kith.models.importers.convert import MAGIC, convert
from kith.models.importers.tflite import LANDMARKS, open_task, open_tflite
from kith.models.importers.tflite_network import Output, build
from reference import tflite_files as made
from reference.tflite_files import Net

if TYPE_CHECKING:
    from pathlib import Path

    from kith.models.importers.tflite import Network

HALVES = np.array([[0.5, -2], [3, 65504]], np.float16)
SMALL, SHAPE = made.case("residual")


def small() -> bytes:
    net = Net()
    stored = net.constant(HALVES)
    net.constant(np.array([1, -7], np.int32))
    net.outputs = [net.operate("DEQUANTIZE", [stored], (2, 2)), net.pool(net.picture)]
    return net.write()


def refused(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    with pytest.raises(WeightsUnreadable) as caught, open_tflite(path):
        pass
    assert str(caught.value).startswith(path.name)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def read(network: Network) -> None:
    for name in network.names():
        network.take(name, *network.shape(name))


def test_layers_and_their_numbers(tmp_path: Path) -> None:
    path = tmp_path / "small.tflite"
    path.write_bytes(small())
    with open_tflite(path) as network:
        kinds = [(one.kind, one.inputs, one.outputs) for one in network.layers]
        assert kinds == [("DEQUANTIZE", (1,), (3,)), ("MAX_POOL_2D", (0,), (4,))]
        assert network.layers[1].options == {
            "padding": 0,
            "across": 2,
            "down": 2,
            "width": 2,
            "height": 2,
            "activation": 0,
        }
        assert (network.inputs, network.outputs) == ((0,), (3, 4))
        assert network.shapes == [(1, 13, 13, 3), (2, 2), (2,), (2, 2), (1, 7, 7, 3)]
        assert network.integers == {2: (1, -7)}
        assert network.names() == ["1/numbers"]
        halves = network.take("1/numbers", 2, 2)
        assert halves.dtype == np.float32
        np.testing.assert_array_equal(halves, HALVES)


def model(*parts: int | None, version: int = 3, out: flatbuffers.Builder) -> bytes:
    """A model of some fields: operators' kinds, graphs, its description, buffers."""
    out.StartObject(5)
    out.PrependUint32Slot(0, version, 0)
    for number, part in enumerate(parts, 1):
        out.PrependUOffsetTRelativeSlot(number, part or 0, 0)
    out.Finish(out.EndObject(), b"TFL3")
    return bytes(out.Output())


def test_models_that_are_none(tmp_path: Path) -> None:
    path = tmp_path / "small.tflite"
    assert "is of version 2; expected 3" in refused(
        path, model(version=2, out=flatbuffers.Builder())
    )
    assert "has 0 graphs; expected one" in refused(path, model(out=flatbuffers.Builder()))
    assert "does not say that it is" in refused(path, b"")
    assert "does not say that it is" in refused(path, SMALL[:7])
    assert "points to byte" in refused(path, SMALL[:8])
    assert "points to byte" in refused(path, b"\xff\xff\xff\xffTFL3" + SMALL[8:])


def test_vectors_longer_than_the_file(tmp_path: Path) -> None:
    """A length of a thousand million, and one of a few thousand in a file of a few bytes."""
    for count, said in ((10**9, "more than 20,000"), (19_000, "points to byte")):
        out = flatbuffers.Builder()
        out.StartVector(4, 1, 4)
        out.PrependUint32(7)
        content = bytearray(model(None, out.EndVector(), out=out))
        at = content.index(struct.pack("<II", 1, 7))
        content[at : at + 4] = struct.pack("<I", count)
        assert said in refused(tmp_path / "small.tflite", bytes(content))


def test_constants_that_do_not_fit_their_shape(tmp_path: Path) -> None:
    for shape in ((3,), (2, 2, 2), (-2, -2), (2**31 - 1,) * 8, ()):
        net = Net()
        net.tensor(shape, "float16", HALVES.tobytes())
        said = refused(tmp_path / "small.tflite", net.write())
        assert f"has 8 bytes for tensor 1 of the shape {shape}" in said
    net = Net()
    net.tensor((1,) * 9, "float16", b"\0\0")
    assert "has 9 entries" in refused(tmp_path / "small.tflite", net.write())


def test_what_is_not_known(tmp_path: Path) -> None:
    path = tmp_path / "small.tflite"
    net = Net()
    net.operate("RELU6", [net.picture], net.picture.shape)
    assert "has an operator of type 21, which is not known here" in refused(path, net.write())
    net = Net()
    net.constant(np.zeros(tflite.MOST_INTEGERS + 1, np.int32))
    assert "has tensor 1 of type 2, which is not known here" in refused(path, net.write())
    net = Net()
    net.operate("ADD", [net.picture, net.picture], net.picture.shape, made.CONV, [("b", 0)])
    assert "has the operator ADD without its options" in refused(path, net.write())
    for number in (99, -2):
        net = Net()
        net.pool(net.picture)
        net.operators[0].inputs = [number]
        assert f"has no tensor {number}" in refused(path, net.write())
    net = Net()
    net.outputs = [net.picture] * (tflite.MOST_ENDS + 1)
    assert "has 65 entries" in refused(path, net.write())


def test_more_than_there_ever_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tflite, "MOST_ENTRIES", 10)
    assert "entries at byte" in refused(tmp_path / "small.tflite", SMALL)
    monkeypatch.setattr(tflite, "MOST_BYTES", len(SMALL) - 1)
    assert "has more than" in refused(tmp_path / "small.tflite", SMALL)
    with zipfile.ZipFile(tmp_path / "small.task", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(LANDMARKS, bytes(len(SMALL)))
    with (
        pytest.raises(WeightsUnreadable, match="has more than"),
        open_task(tmp_path / "small.task"),
    ):
        pass


@settings(max_examples=300)
@given(st.binary(min_size=1, max_size=4), st.integers(0, len(SMALL)), st.integers(0, 40))
def test_any_damage_is_told(
    tmp_path_factory: pytest.TempPathFactory, junk: bytes, place: int, gone: int
) -> None:
    """Bytes overwritten, and bytes gone."""
    path = tmp_path_factory.mktemp("tflite") / "small.tflite"
    for behind in (place + len(junk), place + gone):
        path.write_bytes(SMALL[:place] + junk + SMALL[behind:])
        said = path.name
        try:
            with open_tflite(path) as network:
                read(network)
            with open_tflite(path) as network:
                build(network, (3, 13, 13), {"found": Output(0, SHAPE[1:])})
        except WeightsUnreadable as error:
            said = str(error)
        assert said.startswith(path.name)
        assert "\n" not in said


def task(path: Path, *members: tuple[str, bytes]) -> Path:
    """A zip as MediaPipe writes it: two bytes stand before it."""
    with path.open("wb") as file:
        file.write(b"\0\0")
        with zipfile.ZipFile(file, "w") as archive:
            for name, content in members:
                archive.writestr(name, content)
    return path


def test_the_network_in_a_task(tmp_path: Path) -> None:
    path = task(tmp_path / "face.task", ("face_detector.tflite", b"another"), (LANDMARKS, SMALL))
    assert path.read_bytes().startswith(MAGIC[".task"])
    with open_task(path) as network:
        assert network.source == LANDMARKS
        assert len(network.layers) > 10
        read(network)


def test_a_task_that_is_none(tmp_path: Path) -> None:
    path = task(tmp_path / "face.task", ("face_detector.tflite", SMALL))
    with pytest.raises(WeightsUnreadable, match=r"face\.task does not hold face_landmarks_"):
        open_task(path).__enter__()
    whole = task(path, (LANDMARKS, SMALL)).read_bytes()
    lying = whole.replace(struct.pack("<I", len(SMALL)), struct.pack("<I", len(SMALL) + 9))
    encrypted = bytearray(whole)
    encrypted[whole.index(b"PK\x01\x02") + 8] |= 1
    for content in (b"", whole[:-30], whole.replace(SMALL, SMALL[::-1]), lying, bytes(encrypted)):
        path.write_bytes(content)
        with pytest.raises(WeightsUnreadable, match=r"face\.task is not a readable \.task file"):
            open_task(path).__enter__()


@pytest.mark.parametrize("model_id", ["face-landmarker", "mask-aizoo"])
def test_another_network_for_a_card(model_id: str, tmp_path: Path) -> None:
    path = tmp_path / "small.tflite"
    path.write_bytes(SMALL)
    side = card(model_id).input.width
    with pytest.raises(ModelError, match=f"expected one picture of {side} × {side} pixels"):
        convert(card(model_id), path, tmp_path / "made.onnx")
    path.write_bytes(b"PK\x03\x05 what is this")
    with pytest.raises(ModelError, match="is no weight file that kith knows"):
        convert(card(model_id), path, tmp_path / "made.onnx")
    assert not (tmp_path / "made.onnx").exists()
