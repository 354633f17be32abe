"""The reader of Torch7's files: small trees written byte by byte, whole and damaged."""

from __future__ import annotations

import random
import tracemalloc
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from kith.errors import WeightsUnreadable
from kith.models.importers.torch7 import open_t7
from kith.models.importers.torch7_objects import DEEPEST, MOST_OBJECTS
from reference.torch7_files import (
    Module,
    Storage,
    Torch7,
    integers,
    longs,
    sequence,
    text,
)

if TYPE_CHECKING:
    from pathlib import Path

KERNEL = np.arange(24, dtype=np.float32).reshape(2, 3, 2, 2)
BIAS = np.array([0.5, -1.5], np.float32)
MEAN = np.array([7.0, 8.0], np.float32)


def tree() -> Module:
    conv = Module("nn.SpatialConvolution", weight=KERNEL, bias=BIAS, gradBias=MEAN, kW=2)
    norm = Module("nn.SpatialBatchNormalization", running_mean=MEAN, bias=BIAS, affine=True)
    empty = np.zeros((0,), np.float32)
    branch = sequence("nn.Sequential", [Module("nn.ReLU", output=empty), norm], dimension="two")
    return sequence("nn.Sequential", [conv, branch], nothing=None)


SMALL = Torch7().encode(tree())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "small.t7"


def refused(path: Path, content: bytes, match: str) -> None:
    path.write_bytes(content)
    with pytest.raises(WeightsUnreadable, match=match) as caught, open_t7(path):
        pass
    assert str(caught.value).startswith("small.t7 ")
    assert "\n" not in str(caught.value)


def test_what_modules_learned_is_named_by_their_place(path: Path) -> None:
    path.write_bytes(SMALL)
    with open_t7(path) as tensors:
        assert tensors.names() == ["1/weight", "1/bias", "2.2/bias", "2.2/running_mean"]
        np.testing.assert_array_equal(tensors.take("1/weight", 2, 3, 2, 2), KERNEL)
        np.testing.assert_array_equal(tensors.take("2.2/bias", 2), BIAS)
        np.testing.assert_array_equal(tensors.take("2.2/running_mean", 2), MEAN)


def test_windows_on_one_storage(path: Path) -> None:
    shared = Storage(np.arange(10, dtype=np.float32))
    writer = Torch7()
    whole = writer.encode(Module("nn.Linear", weight="W", bias="B"))

    def window(shape: tuple[int, ...], steps: tuple[int, ...], first: int, index: int) -> bytes:
        head = integers(4, index) + text("V 1") + text("torch.FloatTensor") + integers(len(shape))
        return head + longs(*shape, *steps, first) + writer.encode(shared)

    weight, bias = window((2, 3), (3, 1), 3, 90), window((2,), (1,), 9, 91)
    content = whole.replace(integers(2) + text("W"), weight).replace(integers(2) + text("B"), bias)
    path.write_bytes(content)
    with open_t7(path) as tensors:
        assert tensors.take("0/weight", 2, 3).tolist() == [[2, 3, 4], [5, 6, 7]]
        assert tensors.take("0/bias", 2).tolist() == [8, 9]


@pytest.mark.parametrize(
    ("shape", "steps", "first"),
    [
        ((2, 3), (3, 1), 6),  # past the end
        ((2, 3), (3, 1), 0),  # before the beginning
        ((2, 3), (1, 2), 1),  # on its side
        ((1 << 40, 1 << 40), (1 << 40, 1), 1),
        ((1 << 40,), (0,), 1),  # one number without end
        ((-2, -3), (-3, 1), 1),
        ((0, 3), (3, 1), 1),
    ],
)
def test_a_window_that_does_not_fit(
    path: Path, shape: tuple[int, ...], steps: tuple[int, ...], first: int
) -> None:
    head = integers(4, 1) + text("V 1") + text("torch.FloatTensor") + integers(len(shape))
    storage = Torch7().encode(Storage(np.arange(10, dtype=np.float32)))
    storage = storage.replace(integers(4, 1), integers(4, 2), 1)
    refused(path, head + longs(*shape, *steps, first) + storage, "does not fit its numbers")


def test_a_class_without_a_version(path: Path) -> None:
    """As Torch7 wrote before it counted versions."""
    path.write_bytes(SMALL.replace(text("V 1"), b""))
    with open_t7(path) as tensors:
        assert len(tensors.names()) == 4


def test_a_file_cut_anywhere(path: Path) -> None:
    for length in range(len(SMALL)):
        path.write_bytes(SMALL[:length])
        with pytest.raises(WeightsUnreadable), open_t7(path):
            pass


def test_a_file_with_more_behind_its_end(path: Path) -> None:
    refused(path, SMALL + b"\0", "holds more than a network")


def test_flipped_bits_never_do_worse_than_other_numbers(path: Path) -> None:
    dice = random.Random(7)
    outcomes = set()
    for _ in range(2000):
        content = bytearray(SMALL)
        for _ in range(dice.choice([1, 1, 1, 8])):
            content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
        path.write_bytes(content)
        try:
            with open_t7(path) as tensors:
                for name in tensors.names():
                    tensors.take(name, *tensors.shape(name))
            outcomes.add("read")
        except WeightsUnreadable:
            outcomes.add("refused")
    assert outcomes == {"read", "refused"}


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", "ends too early"),
        (b"PK\x03\x04 and more", "kind 67324752: a function, or no Torch7 at all"),
        (integers(6, 1, 3) + b"abc", "kind 6: a function"),
        (integers(8, 1, 3) + b"abc", "kind 8: a function"),
        (integers(3, 1, 1 << 30), "ends within 1,073,741,824 entries"),
        (integers(3, 1, -1), "ends within -1 entries"),
        (integers(2, -5), "ends within -5 entries"),
        (integers(2, 5000) + b"a" * 5000, "a word of 5,000 letters"),
        (integers(4, 1) + text("torch.FloatStorage") + longs(1 << 60), "numbers"),
        (integers(4, 1) + text("torch.FloatStorage") + longs(-1), "ends within -1 numbers"),
        (integers(4, 1) + text("torch.FloatTensor") + integers(1 << 30), "of 1,073,741,824 axes"),
        (integers(4, 1) + text("torch.FloatTensor") + integers(-1), "of -1 axes"),
        (integers(4, 1) + text("torch.CudaTensor") + integers(0), "without fields"),
        (integers(4, 1) + text("nn.ReLU") + integers(0), "a nn.ReLU without fields"),
        (integers(3, 1, 1, 3, 2, 0, 0) + bytes(8), "keys are neither numbers nor words"),
        (Torch7().encode({}), "no tree of modules"),
        (Torch7().encode(3.5), "no tree of modules"),
        (Torch7().encode(Module("nn.Sequential", modules={1: "no module"})), "no tree of modules"),
        (Torch7().encode(Module("nn.Sequential", modules={2: Module("nn.ReLU")})), "without order"),
        (Torch7().encode(Module("nn.Sequential", modules="none")), "without order"),
    ],
)
def test_what_no_torch7_wrote(path: Path, content: bytes, match: str) -> None:
    refused(path, content, match)


def test_a_module_inside_itself(path: Path) -> None:
    outer = Module("nn.Sequential", modules={})
    outer.fields["modules"][1] = outer
    refused(path, Torch7().encode(outer), "no tree of modules")


def test_a_module_in_two_places(path: Path) -> None:
    """Else a few of them, one inside the other, would make a tree of millions."""
    inner = Module("nn.Linear", weight=KERNEL)
    for _ in range(15):
        inner = sequence("nn.Sequential", [inner, inner])
    refused(path, Torch7().encode(inner), "no tree of modules")


def test_a_table_inside_itself_is_harmless(path: Path) -> None:
    module = Module("nn.Linear", weight=BIAS)
    module.fields["self"] = module.fields
    path.write_bytes(Torch7().encode(module))
    with open_t7(path) as tensors:
        assert tensors.take("0/weight", 2).tolist() == [0.5, -1.5]


def nested(depth: int) -> Any:
    found: Any = {}
    for _ in range(depth):
        found = {1: found}
    return found


def test_objects_without_end(path: Path) -> None:
    fits = Module("nn.Linear", weight=BIAS, notes=nested(DEEPEST - 2))
    path.write_bytes(Torch7().encode(fits))
    with open_t7(path):
        pass
    refused(path, Torch7().encode(nested(DEEPEST + 1)), "nests deeper")
    refused(path, Torch7().encode(nested(300)), "nests deeper")
    many = integers(3, 1, MOST_OBJECTS) + integers(5, 1, 0) * MOST_OBJECTS
    refused(path, many, "holds more, than a network does")


def test_a_chain_of_modules_that_is_written_flat(path: Path) -> None:
    """Each named by its index alone: only the tree is deep, not the file."""
    modules = [sequence("nn.Sequential", [])]
    for _ in range(5000):
        modules.append(sequence("nn.Sequential", [modules[-1]]))
    writer = Torch7()
    known = dict(enumerate(modules))
    root = writer.encode(Module("nn.Sequential", known=known, modules={1: modules[-1]}))
    refused(path, root, "no tree of modules")


def test_a_small_file_takes_little_memory(path: Path) -> None:
    many = integers(3, 1, MOST_OBJECTS) + (integers(1) + b"\x01" * 8 + integers(0)) * 20_000
    huge = integers(4, 1) + text("torch.DoubleStorage") + longs(1 << 40)
    tracemalloc.start()
    for content in (many, huge, SMALL):
        path.write_bytes(content)
        try:
            with open_t7(path) as tensors:
                tensors.names()
        except WeightsUnreadable:
            pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000


def test_a_file_that_is_not_there(path: Path) -> None:
    with pytest.raises(WeightsUnreadable, match=r"small\.t7 cannot be read"), open_t7(path):
        pass
