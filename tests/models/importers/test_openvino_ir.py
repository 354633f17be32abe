"""The reader of OpenVINO's files: small ones written by hand, whole, damaged and hostile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.errors import WeightsUnreadable
from kith.models.importers import openvino_ir
from kith.models.importers.openvino_ir import MOST_DEPTH, integers, open_ir

if TYPE_CHECKING:
    from pathlib import Path

HALVES = np.array([[0.5, -2], [3, 65504]], "<f2")
SINGLES = np.array([1e-30, 2.5, -7], "<f4")
BIN = HALVES.tobytes() + SINGLES.tobytes()

PARAMETER = '<layer id="0" type="Parameter" version="opset1"><data shape="1,3,2,2"/></layer>'
FIRST = (
    '<layer id="1" name="any" type="Const" version="opset1">'
    '<data element_type="f16" shape="2, 2" offset="0" size="8"/>'
    "<rt_info><attribute name='x'/></rt_info><output><port id='0'/></output></layer>"
)
SECOND = (
    '<layer id="7" type="Const" version="opset1">'
    '<data element_type="f32" shape="3" offset="8" size="12"/></layer>'
)
SUM = (
    '<layer id="9" type="Add" version="opset1"><data auto_broadcast="numpy"/>'
    '<input><port id="0"/><port id="1"/></input><output><port id="2"/></output></layer>'
)
EDGES = (
    '<edge from-layer="7" from-port="0" to-layer="9" to-port="1"/>'
    '<edge from-layer="0" from-port="0" to-layer="9" to-port="0"/>'
)


def document(*layers: str, edges: str = "", version: str = "11", head: str = "") -> bytes:
    inside = f"<layers>{''.join(layers)}</layers><edges>{edges}</edges>"
    text = f'<?xml version="1.0"?>{head}<net name="small" version="{version}">{inside}</net>'
    return text.encode()


SMALL = document(PARAMETER, FIRST, SECOND, SUM, edges=EDGES)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "small.bin").write_bytes(BIN)
    return tmp_path / "small.xml"


def refused(path: Path, content: bytes, match: str) -> None:
    path.write_bytes(content)
    with pytest.raises(WeightsUnreadable, match=match) as caught, open_ir(path):
        pass
    assert str(caught.value).startswith("small.")
    assert "\n" not in str(caught.value)


def test_layers_and_their_numbers(path: Path) -> None:
    path.write_bytes(SMALL)
    with open_ir(path) as network:
        assert [(one.id, one.kind, one.opset, one.inputs) for one in network.layers] == [
            ("0", "Parameter", "opset1", []),
            ("1", "Const", "opset1", []),
            ("7", "Const", "opset1", []),
            ("9", "Add", "opset1", ["0", "7"]),
        ]
        assert network.layers[0].data == {"shape": "1,3,2,2"}
        assert network.names() == ["1/numbers", "7/numbers"]
        halves = network.take("1/numbers", 2, 2)
        assert halves.dtype == np.float32
        np.testing.assert_array_equal(halves, HALVES)
        np.testing.assert_array_equal(network.take("7/numbers", 3), SINGLES)


def test_constants_of_other_types_are_no_arrays(path: Path) -> None:
    path.write_bytes(document(SECOND.replace("f32", "i32")))
    with open_ir(path) as network:
        assert network.names() == []
        assert len(network.layers) == 1


@pytest.mark.parametrize(
    ("old", "new", "match"),
    [
        ('shape="3"', 'shape="4"', r"layer 7 has 12 bytes for the shape \(4,\)"),
        ('shape="3"', 'shape="-1,-3"', "numbers of layer 7 lie outside"),
        ('shape="3"', f'shape="{",".join(["1"] * 20)}, 3"', "layer 7 has 12 bytes for the shape"),
        ('shape="3"', 'shape="three"', "layer 7 does not say its numbers"),
        ('offset="8"', "", "layer 7 does not say its numbers"),
        ('offset="8"', 'offset="9"', "numbers of layer 7 lie outside its .bin file"),
        ('offset="8"', 'offset="-8"', "numbers of layer 7 lie outside its .bin file"),
        ('size="12"', 'size="1e9"', "layer 7 does not say its numbers"),
        ('id="7"', "", "has an element without 'id'"),
        ('id="7"', 'id="1"', "has layer 1 twice"),
        ('type="Const"', "", "has an element without 'type'"),
    ],
)
def test_a_constant_that_cannot_be(path: Path, old: str, new: str, match: str) -> None:
    refused(path, document(FIRST, SECOND.replace(old, new)), match)


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (document(PARAMETER, version="10"), "version 10; expected 11"),
        (b"<?xml version='1.0'?><net/>", "has an element without 'version'"),
        (b"<?xml version='1.0'?><svg/>", "is no network of OpenVINO"),
        (b"", "is damaged in line 1"),
        (SMALL[:-20], "is damaged"),
        (SMALL.replace(b"small", b"\xff\xfe", 1), "is damaged"),
        (document(PARAMETER, SUM, SECOND, edges=EDGES), "layer 9 .* before one that it reads"),
        (document(PARAMETER, SECOND, SUM), "layer 9 .* before one that it reads"),
        (
            document(PARAMETER, SUM, edges=EDGES.replace('from-layer="7"', 'from-layer="9"')),
            "layer 9 .* before one that it reads",
        ),
    ],
)
def test_a_document_that_is_none(path: Path, content: bytes, match: str) -> None:
    refused(path, content, match)


def test_entities_are_not_even_read(path: Path, tmp_path: Path) -> None:
    """A document of a few lines that would unfold to gigabytes, and one that asks for a file."""
    laughs = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10 if i else "ha"}">' for i in range(12))
    unfolding = document("&a11;", head=f"<!DOCTYPE net [{laughs}]>")
    secret = tmp_path / "secret"
    secret.write_text(FIRST)
    outside = document("&e;", head=f'<!DOCTYPE net [<!ENTITY e SYSTEM "{secret.as_uri()}">]>')
    other = document(head='<!DOCTYPE net SYSTEM "a.dtd">')
    for content in (unfolding, outside, other, unfolding.decode().encode("utf-16")):
        refused(path, content, "declares a document type")


def test_more_than_there_ever_is(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = document("<layer id='1' type='If'>" + "<a>" * MOST_DEPTH + "</a>" * MOST_DEPTH)
    refused(path, deep.replace(b"</layers>", b"</layer></layers>"), "has too many layers")
    monkeypatch.setattr(openvino_ir, "MOST_LAYERS", 3)
    refused(path, SMALL, "has too many layers")
    monkeypatch.setattr(openvino_ir, "MOST_XML_BYTES", len(SMALL) - 1)
    refused(path, SMALL, r"small\.xml has more than \d+ bytes")
    monkeypatch.setattr(openvino_ir, "MOST_BIN_BYTES", len(BIN) - 1)
    refused(path, b"<net", r"small\.bin has more than 19 bytes")


def test_layers_inside_layers_are_not_the_networks(path: Path) -> None:
    body = f"<body><layers>{SECOND}</layers><edges>{EDGES}</edges></body>"
    path.write_bytes(document(PARAMETER, FIRST.replace("<rt_info>", f"{body}<rt_info>")))
    with open_ir(path) as network:
        assert [layer.id for layer in network.layers] == ["0", "1"]


def test_one_file_without_the_other(path: Path) -> None:
    path.write_bytes(SMALL)
    path.with_suffix(".bin").unlink()
    said = r"small\.bin cannot be read \(No such file.*two files .* small\.xml and small\.bin"
    with pytest.raises(WeightsUnreadable, match=said), open_ir(path):
        pass


@given(st.binary(max_size=200), st.integers(0, len(SMALL)), st.integers(0, 40))
def test_any_damage_is_told(
    tmp_path_factory: pytest.TempPathFactory, junk: bytes, place: int, gone: int
) -> None:
    path = tmp_path_factory.mktemp("ir") / "small.xml"
    path.with_suffix(".bin").write_bytes(BIN)
    path.write_bytes(SMALL[:place] + junk + SMALL[place + gone :])
    said = "small.xml"
    try:
        with open_ir(path) as network:
            for name in network.names():
                network.take(name, *network.shape(name))
    except WeightsUnreadable as error:
        said = str(error)
    assert said.startswith(("small.xml", "small.bin"))


@pytest.mark.parametrize(
    ("text", "expected"), [("1, 3, 128,128", (1, 3, 128, 128)), ("", ()), (" ", ()), ("7", (7,))]
)
def test_lists_of_numbers(text: str, expected: tuple[int, ...]) -> None:
    assert integers(text) == expected
