"""The reader of dlib's files: small networks written byte by byte, whole and damaged."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.errors import WeightsUnreadable
from kith.models.importers import dlib_network
from kith.models.importers.convert import MAGIC
from kith.models.importers.dlib_dat import DatReader
from kith.models.importers.dlib_network import MARK, Layer, open_dat
from reference import dlib_dat as write

if TYPE_CHECKING:
    from pathlib import Path

KERNEL = np.arange(2 * 3 * 3 * 3, dtype=np.float32).reshape(2, 3, 3, 3)
BIAS = np.array([0.5, -1.5], np.float32)
GAMMA, BETA = np.array([2.0, 3.0], np.float32), np.array([-4.0, 5.0], np.float32)
WEIGHTS = np.arange(8, dtype=np.float32).reshape(2, 4)
LAYERS = [
    write.con(KERNEL, BIAS, stride=2, padding=1),
    write.affine(GAMMA, BETA),
    b"",
    write.plain("relu_"),
    write.plain("max_pool_2", 3, 3, 2, 2, 0, 0),
    write.fc(WEIGHTS),
]
SMALL = write.dat(LAYERS, size=(150, 140))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "small.dat"


def refused(path: Path, content: bytes, match: str) -> None:
    path.write_bytes(content)
    with pytest.raises(WeightsUnreadable, match=match) as caught, open_dat(path):
        pass
    assert str(caught.value).startswith("small.dat")
    assert "\n" not in str(caught.value)


def test_everything_that_the_file_says(path: Path) -> None:
    path.write_bytes(SMALL)
    with open_dat(path) as network:
        assert network.mean == write.MEAN
        assert network.size == (150, 140)
        assert network.layers == [
            Layer("con", (3, 3, 2, 2, 1, 1)),
            Layer("affine"),
            Layer(MARK),
            Layer("relu"),
            Layer("max_pool", (3, 3, 2, 2, 0, 0)),
            Layer("fc"),
        ]
        arrays = {
            "con1/filters": KERNEL,
            "con1/bias": BIAS,
            "affine1/gamma": GAMMA,
            "affine1/beta": BETA,
            "fc1/weights": WEIGHTS,
        }
        assert network.names() == list(arrays)
        for name, array in arrays.items():
            assert np.array_equal(network.take(name, *array.shape), array)
        network.finish()


def test_the_file_begins_with_its_magic() -> None:
    assert SMALL.startswith(MAGIC[".dat"])


def test_a_file_cut_anywhere(path: Path) -> None:
    for length in range(len(SMALL)):
        refused(path, SMALL[:length], r"cut short: [\d,]+ more bytes")


def test_bytes_behind_the_end(path: Path) -> None:
    refused(path, SMALL + b"\0", "more than a network")


@given(st.integers(0, len(SMALL) - 1), st.integers(1, 255))
def test_a_damaged_byte_never_breaks_anything_else(
    tmp_path_factory: pytest.TempPathFactory, place: int, flipped: int
) -> None:
    """It is refused, or is another network of the same size; it never fails in another way."""
    content = bytearray(SMALL)
    content[place] ^= flipped
    path = tmp_path_factory.mktemp("damaged") / "small.dat"
    path.write_bytes(content)
    try:
        with open_dat(path) as network:
            total = sum(int(np.prod(network.shape(name))) for name in network.names())
            assert total == 54 + 2 + 4 + 8
    except WeightsUnreadable:
        pass


@pytest.mark.parametrize(
    ("right", "wrong", "match"),
    [
        (b"loss_metric_2", b"loss_metric_3", "'loss_metric_3', expected loss_metric_2"),
        (b"\x05con_4", b"\x05con_\x1b", r"a 'con_\\x1b', expected con_4, affine_"),
        (b"\x05con_4", b"\x05bn_c2", "a 'bn_c2', expected con_4"),
        (b"input_rgb_image_sized", b"input_rgb_image_sizeD", "expected input_rgb_image_sized"),
        (b"\x01\x0dloss", b"\x01\x7floss", "a name of 127 bytes"),
        (b"\x01\x0dloss", b"\x81\x0dloss", "a name of -13 bytes"),
        (b"\x01\x0dloss", b"\x00\x0dloss", "no integer"),
        (b"\x01\x0dloss", b"\x09\x0dloss", "no integer"),
        (b"\x01\x0dloss", b"\x71\x0dloss", "no integer"),
        (b"110\x01\x02", b"11\xff\x01\x02", "no truth value"),
        (b"110\x01\x02", b"110\x01\x03", "a part of version 3, expected 2,"),
        (write.real(0.6), write.integers(1, 32000), "no finite number"),
        (write.real(0.6), write.integers(0, 32002), "no finite number"),
        (write.real(0.6), write.integers(2**63, 1000), "no finite number"),
        (write.real(0.6), write.integers(1, -(2**63)), "no finite number"),
        (write.sizes(2, 56), write.sizes(2, -56), "negative size"),
        (write.sizes(2, 56), write.sizes(2, 2**62, 2**62), r"cut short: [\d,]{40,} more bytes"),
        (write.sizes(1, *KERNEL.shape), write.sizes(1, 2, 3, 3, 4), "con1/filters.* 2 × 3 × 3 × 4"),
        (write.sizes(1, *KERNEL.shape), write.sizes(1, 2, 3, 3, 2), "'con1' has 18 numbers too"),
        (write.sizes(1, 1, 2) * 2, write.sizes(1, 1, 2) + write.sizes(1, 1, 3), "affine1/beta"),
    ],
)
def test_what_is_not_as_it_should_be(path: Path, right: bytes, wrong: bytes, match: str) -> None:
    assert right in SMALL
    refused(path, SMALL.replace(right, wrong, 1), match)


@pytest.mark.parametrize("content", [b"", b"\x89HDF\r\n\x1a\n" * 9, b"\0" * 99, bytes(range(256))])
def test_other_files(path: Path, content: bytes) -> None:
    refused(path, content, "at byte")


def test_a_chain_without_end(path: Path) -> None:
    start = SMALL[: SMALL.index(write.text("input_rgb_image_sized")) - 2 * len(LAYERS)]
    refused(path, start + write.integer(2) * 100_000, "more than 1000 layers")


def test_a_file_too_large(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dlib_network, "MOST_BYTES", len(SMALL))
    path.write_bytes(SMALL)
    with open_dat(path) as network:
        assert len(network.layers) == len(LAYERS)
    refused(path, SMALL + b"\0", f"has more than {len(SMALL):,} bytes")


def test_claimed_sizes_take_no_memory(path: Path) -> None:
    huge = SMALL.replace(write.sizes(2, 56), write.sizes(2, 2**33), 1)
    path.write_bytes(huge)
    tracemalloc.start()
    try:
        with pytest.raises(WeightsUnreadable, match="cut short"), open_dat(path):
            pass
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("encoded", "value"),
    [
        (b"\x01\x00", 0),
        (b"\x01\xff", 255),
        (b"\x81\x1c", -28),
        (b"\x02\x80\x12", 4736),
        (b"\x08" + b"\xff" * 8, 2**64 - 1),
        (b"\x88" + b"\xff" * 8, 1 - 2**64),
    ],
)
def test_integers(encoded: bytes, value: int) -> None:
    assert DatReader(encoded, "x").integer() == value


@pytest.mark.parametrize(
    ("encoded", "value"),
    [  # as they stand in dlib's own files
        (bytes.fromhex("030ad7a3811c"), np.float32(0.04)),
        (bytes.fromhex("039a99998118"), np.float32(0.6)),
        (bytes.fromhex("0383 00ea 8111"), np.float32(117.001)),
    ],
)
def test_real_numbers(encoded: bytes, value: float) -> None:
    assert DatReader(encoded, "x").real() == value
