"""The reader of PyTorch's state dicts; most of this needs PyTorch, which kith does without."""

from __future__ import annotations

import io
import random
import sys
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from kith.errors import MissingExtra, WeightsUnreadable
from kith.models.importers.pytorch import open_pt

if TYPE_CHECKING:
    from pathlib import Path

KERNEL = np.arange(24, dtype=np.float32).reshape(2, 3, 2, 2)
BIAS = np.array([0.5, -1.5], np.float32)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "small.pt"


@pytest.fixture
def torch() -> Any:
    return pytest.importorskip("torch", reason="needs PyTorch")


def state(torch: Any) -> dict[str, Any]:
    return {
        "block.0.conv.weight": torch.from_numpy(KERNEL.copy()),
        "block.0.bn.bias": torch.from_numpy(BIAS.copy()),
        "block.0.bn.num_batches_tracked": torch.tensor(7),
    }


def saved(torch: Any, value: object, **how: bool) -> bytes:
    sink = io.BytesIO()
    torch.save(value, sink, **how)
    return sink.getvalue()


def refused(path: Path, content: bytes, match: str) -> None:
    path.write_bytes(content)
    with pytest.raises(WeightsUnreadable, match=match) as caught, open_pt(path):
        pass
    assert str(caught.value).startswith("small.pt")
    assert "\n" not in str(caught.value)


def test_without_pytorch(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_bytes(b"PK\x03\x04")
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingExtra, match=r"^small\.pt .*: pip install torch$"), open_pt(path):
        pass


@pytest.mark.parametrize("packed", [True, False], ids=["today's format", "before PyTorch 1.6"])
def test_the_tensors_of_a_state_dict(path: Path, torch: Any, packed: bool) -> None:
    path.write_bytes(saved(torch, state(torch), _use_new_zipfile_serialization=packed))
    with open_pt(path) as tensors:
        assert tensors.names() == ["block.0.conv/weight", "block.0.bn/bias"]
        np.testing.assert_array_equal(tensors.take("block.0.conv/weight", 2, 3, 2, 2), KERNEL)
        np.testing.assert_array_equal(tensors.take("block.0.bn/bias", 2), BIAS)


def test_other_numbers_and_orders_in_memory(path: Path, torch: Any) -> None:
    kernel = torch.from_numpy(KERNEL).to(memory_format=torch.channels_last)
    half = torch.from_numpy(BIAS).to(torch.bfloat16)
    path.write_bytes(saved(torch, {"conv.weight": kernel, "conv.bias": half}))
    with open_pt(path) as tensors:
        np.testing.assert_array_equal(tensors.take("conv/weight", 2, 3, 2, 2), KERNEL)
        np.testing.assert_array_equal(tensors.take("conv/bias", 2), BIAS)


def test_what_is_no_state_dict(path: Path, torch: Any) -> None:
    tensor = torch.zeros(2)
    endless = torch.zeros(1).expand(1 << 40)
    for value, match in (
        (tensor, "is no state dict"),
        ([tensor], "is no state dict"),
        ({"epoch": 3}, "holds 'epoch', which is no tensor"),
        ({"state_dict": {"weight": tensor}}, "holds 'state_dict', which is no tensor"),
        ({5: tensor}, "holds '5', which is no tensor"),
        ({"a.weight": tensor.long()}, "'a.weight' holds no plain numbers"),
        ({"a.weight": tensor.to(torch.complex64)}, "'a.weight' holds no plain numbers"),
        ({"a.weight": tensor.to_sparse()}, "'a.weight' holds no plain numbers|no.* readable"),
        ({"a.weight": endless}, "'a.weight' holds no plain numbers"),
    ):
        refused(path, saved(torch, value), match)


class Trap:
    """What runs code when it is unpickled without care."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        return type(self.marker).touch, (self.marker,)


@pytest.mark.parametrize("packed", [True, False])
def test_code_in_a_file_is_not_run(path: Path, torch: Any, packed: bool) -> None:
    marker = path.with_name("ran")
    content = saved(torch, {"a": Trap(marker)}, _use_new_zipfile_serialization=packed)
    refused(path, content, "not a readable PyTorch file of weights alone")
    assert not marker.exists()


def test_an_archive_that_unpacks_to_more_than_it_is(path: Path, torch: Any) -> None:
    whole = saved(torch, {"a.weight": torch.zeros(1_000_000)})
    sink = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(whole)) as plain,
        zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        for member in plain.infolist():
            packed.writestr(member.filename, plain.read(member))
    refused(path, sink.getvalue(), "is packed, which PyTorch does to no file")


@pytest.mark.parametrize("packed", [True, False])
def test_damaged_files_are_refused_or_hold_other_numbers(
    path: Path, torch: Any, packed: bool
) -> None:
    content = saved(torch, state(torch), _use_new_zipfile_serialization=packed)
    dice = random.Random(7)
    damaged = [content[:length] for length in range(0, len(content), 7)]
    for _ in range(400):
        flipped = bytearray(content)
        for _ in range(dice.choice([1, 1, 8])):
            flipped[dice.randrange(len(flipped))] ^= 1 << dice.randrange(8)
        damaged.append(bytes(flipped))
    outcomes = set()
    for example in damaged:
        path.write_bytes(example)
        try:
            with open_pt(path) as tensors:
                for name in tensors.names():
                    tensors.take(name, *tensors.shape(name))
            outcomes.add("read")
        except WeightsUnreadable:
            outcomes.add("refused")
    assert outcomes == {"read", "refused"}


def test_a_file_that_is_not_there(path: Path, torch: Any) -> None:
    with pytest.raises(WeightsUnreadable, match=r"small\.pt is not a readable"), open_pt(path):
        pass
