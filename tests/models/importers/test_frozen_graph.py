"""The reader of frozen graphs: small ones written byte by byte, whole and damaged."""

from __future__ import annotations

import random
import tracemalloc
from typing import TYPE_CHECKING

import numpy as np
import pytest

from kith.errors import WeightsUnreadable
from kith.models.importers.frozen_graph import MOST_NODES, MOST_REPEATED, open_pb
from reference.facenet_files import frame, graph_def, node, varint

if TYPE_CHECKING:
    from pathlib import Path

KERNEL = np.arange(24, dtype=np.float32).reshape(2, 2, 3, 2)
BIAS = np.array([0.5, -1.5], np.float32)
OTHERS = (
    b"\x18\x16"  # the version, which stood in the graph once
    + frame(1, frame(1, b"input") + frame(2, b"Placeholder"))
    + frame(1, node("net/shape", np.array([1, 2], "<i4").view("<f4"), dtype=3))
    + frame(4, b"\x08\x16")
)
SMALL = graph_def({"net/conv/weights": KERNEL, "net/conv/biases": BIAS}) + OTHERS


def constant(shape: bytes, *contents: bytes) -> bytes:
    """Write one whose tensor holds float32, a shape, and whatever else."""
    tensor = b"\x08\x01" + frame(2, shape) + b"".join(contents)
    value = frame(5, frame(1, b"value") + frame(2, frame(8, tensor)))
    return frame(1, frame(1, b"net/odd") + frame(2, b"Const") + value)


def axes(*sizes: int) -> bytes:
    return b"".join(frame(2, b"\x08" + varint(size)) for size in sizes)


def floats(*values: float) -> bytes:
    return frame(5, np.array(values, "<f4").tobytes())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "small.pb"


def refused(path: Path, content: bytes, match: str) -> None:
    path.write_bytes(content)
    with pytest.raises(WeightsUnreadable, match=match) as caught, open_pb(path):
        pass
    assert str(caught.value).startswith("small.pb")
    assert "\n" not in str(caught.value)


def test_the_constants_that_hold_weights(path: Path) -> None:
    path.write_bytes(SMALL)
    with open_pb(path) as tensors:
        assert tensors.names() == ["net/conv/weights", "net/conv/biases"]
        np.testing.assert_array_equal(tensors.take("net/conv/weights", 2, 2, 3, 2), KERNEL)
        np.testing.assert_array_equal(tensors.take("net/conv/biases", 2), BIAS)
        with pytest.raises(WeightsUnreadable, match=r"small\.pb has no layer 'net', shape"):
            tensors.take("net/shape", 2)


def test_numbers_that_are_written_singly(path: Path) -> None:
    path.write_bytes(constant(axes(3), floats(1, 2, 3)))
    with open_pb(path) as tensors:
        assert tensors.take("net/odd", 3).tolist() == [1, 2, 3]


def test_a_number_that_stands_for_all(path: Path) -> None:
    path.write_bytes(constant(axes(2, 2), floats(0.25)))
    with open_pb(path) as tensors:
        assert tensors.take("net/odd", 2, 2).tolist() == [[0.25, 0.25], [0.25, 0.25]]


def test_a_constant_of_a_single_number(path: Path) -> None:
    path.write_bytes(constant(b"", floats(0.5)))
    with open_pb(path) as tensors:
        assert tensors.take("net/odd").tolist() == 0.5


@pytest.mark.parametrize(
    ("shape", "contents"),
    [
        (axes(3), (frame(4, bytes(8)),)),
        (axes(3), (frame(4, bytes(16)),)),
        (axes(3), ()),
        (axes(3), (floats(1, 2),)),
        (axes(3), (floats(1, 2, 3, 4),)),
        (axes(1 << 40, 1 << 40), (floats(1),)),
        (axes(MOST_REPEATED + 1), (floats(1),)),
        (axes(1 << 62), (frame(4, bytes(8)),)),
    ],
)
def test_other_numbers_than_the_shape_says(
    path: Path, shape: bytes, contents: tuple[bytes, ...]
) -> None:
    refused(path, constant(shape, *contents), "'net/odd' does not hold as many numbers")


@pytest.mark.parametrize("shape", [axes(-1), axes(2, -2), axes(*[1] * 9), b"\x18\x01"])
def test_a_shape_that_no_weight_has(path: Path, shape: bytes) -> None:
    refused(path, constant(shape, floats(1)), "'net/odd' has no shape")


def test_a_constant_that_is_there_twice(path: Path) -> None:
    refused(path, SMALL + frame(1, node("net/conv/biases", KERNEL)), "'net/conv/biases' twice")


def test_names_are_shown_on_one_line(path: Path) -> None:
    refused(path, frame(1, node("a\n\x1b[2Jb", BIAS)) * 2, r"a\\+n\\+x1b\[2Jb' twice")


@pytest.mark.parametrize(
    "content",
    [
        b"\x89HDF\r\n\x1a\n",
        b"\x0b\x0c",  # a group, which GraphDef has none of
        b"\x0d\0\0\0\0",  # a fixed number, the same
        b"\xff" * 30,  # a number without end
        varint(1 << 3 | 2) + varint(1 << 60),
        frame(1, b"\xff" * 8),
        frame(1, frame(1, b"\xff\xfe")),  # a name that is no text
        frame(1, frame(5, frame(2, b"\x42\x7f"))),
        frame(9, b"") * (MOST_NODES + 1),
    ],
)
def test_what_is_no_graph(path: Path, content: bytes) -> None:
    refused(path, content, "is not a readable frozen graph")


def test_a_node_that_nests_without_end(path: Path) -> None:
    inside = b""
    for _ in range(5000):
        inside = frame(8, inside)
    with_tensor = frame(5, frame(1, b"value") + frame(2, inside))
    path.write_bytes(frame(1, frame(2, b"Const") + with_tensor) + SMALL)
    with open_pb(path) as tensors:  # what it nests is none of the fields that are read
        assert tensors.names() == ["net/conv/weights", "net/conv/biases"]


def test_a_file_cut_anywhere(path: Path) -> None:
    """Between two nodes nothing shows that more was to come: then weights are missing."""
    whole = {len(SMALL) - len(OTHERS) + cut for cut in range(len(OTHERS))}
    missed = 0
    for length in range(len(SMALL)):
        path.write_bytes(SMALL[:length])
        try:
            with open_pb(path) as tensors:
                missed += len(tensors.names()) < 2
                assert length in whole or len(tensors.names()) < 2
        except WeightsUnreadable:
            pass
    assert missed == 2  # nothing at all, and the first node alone


def test_flipped_bits_never_do_worse_than_other_numbers(path: Path) -> None:
    dice = random.Random(7)
    outcomes = set()
    for _ in range(2000):
        content = bytearray(SMALL)
        for _ in range(dice.choice([1, 1, 1, 8])):
            content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
        path.write_bytes(content)
        try:
            with open_pb(path) as tensors:
                for name in tensors.names():
                    tensors.take(name, *tensors.shape(name))
            outcomes.add("read")
        except WeightsUnreadable:
            outcomes.add("refused")
    assert outcomes == {"read", "refused"}


def test_a_small_file_takes_little_memory(path: Path) -> None:
    contents = (
        varint(1 << 3 | 2) + varint(1 << 40) + bytes(1000),
        constant(axes(1 << 20, 1 << 20), floats(1)),
        frame(1, b"") * MOST_NODES,
        frame(1, frame(5, b"") * 50_000),
    )
    tracemalloc.start()
    for content in contents:
        path.write_bytes(content)
        try:
            with open_pb(path) as tensors:
                tensors.names()
        except WeightsUnreadable:
            pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000


def test_a_large_file_is_in_memory_node_by_node(path: Path) -> None:
    part = np.zeros(1 << 20, np.float32)
    path.write_bytes(graph_def({f"part{number}/weights": part for number in range(16)}))
    tracemalloc.start()
    with open_pb(path) as tensors:
        for name in tensors.names():
            assert not tensors.take(name, 1 << 20).any()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5 * part.nbytes


def test_a_file_that_is_not_there(path: Path) -> None:
    with pytest.raises(WeightsUnreadable, match=r"small\.pb is not a readable"), open_pb(path):
        pass
