from __future__ import annotations

import pickle
import struct
from typing import TYPE_CHECKING

import numpy as np
import pytest

from kith.classification.answers import NamedClass
from kith.errors import WeightsUnreadable
from kith.models.labels import bare, read_labels

if TYPE_CHECKING:
    from pathlib import Path

NAMES = [" Sharon_Stone", " Zoë_Kravitz", " A._J._Buckley"]


@pytest.mark.parametrize("kind", ["text", "utf-8 bytes", "latin-1 bytes"])
def test_an_array_of_names(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "labels.npy"
    coded = [name.encode("utf-8" if "utf" in kind else "latin-1") for name in NAMES]
    np.save(path, np.array(NAMES if kind == "text" else coded))
    assert read_labels(path, 3) == tuple(NAMES)


def test_lines_and_the_table_of_vggface2(tmp_path: Path) -> None:
    lines = tmp_path / "labels.txt"
    lines.write_text("\n".join(NAMES) + "\n", encoding="utf-8")
    assert read_labels(lines, 3) == tuple(NAMES)
    table = tmp_path / "identity_meta.csv"
    table.write_text(
        "Class_ID, Name, Sample_Num, Flag, Gender\r\n"
        'n000001," ""14th_Dalai_Lama""",424,0, m\r\n'
        'n000002," ""A_Fine_Frenzy""",315,1, f\r\n'
        'n000003," ""A._A._Gill""",205,1, m\r\n',
        encoding="utf-8",
    )
    assert [bare(name) for name in read_labels(table, 2)] == ["A_Fine_Frenzy", "A._A._Gill"]


def test_the_published_list_of_people(shared_data: Path) -> None:
    table = shared_data / "vggface2_names" / "identity_meta.csv"
    names = [bare(name) for name in read_labels(table, 8631)]
    assert "Sharon_Stone" in names
    assert len(set(names)) > 8000


def test_the_three_ways_to_write_a_name() -> None:
    named = NamedClass(bare(" Sharon_Stone"), 0.99642, " Sharon_Stone")
    assert (named.name, named.shown, named.raw) == ("Sharon_Stone", "Sharon Stone", " Sharon_Stone")


def object_array() -> bytes:
    header = b"{'descr': '|O', 'fortran_order': False, 'shape': (3,), }"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + pickle.dumps(NAMES)


def huge_array() -> bytes:
    header = b"{'descr': '<U80', 'fortran_order': False, 'shape': (99999999999,), }"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + b"\0" * 100


def code_array() -> bytes:
    header = b"{'descr': '<U8', 'fortran_order': False, 'shape': (__import__('os').getpid(),), }"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (object_array(), "not one row of names"),
        (huge_array(), "not one row of names"),
        (code_array(), "not a readable file"),
        (b"\x93NUMPY\x07\x00", "not a readable file"),
        (b"\x93NUM", "not a readable file"),
        (b"<!doctype html>", "not a readable file"),
        (b"", "not a readable file"),
    ],
)
def test_what_is_no_array_of_names(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "labels.npy"
    path.write_bytes(content)
    with pytest.raises(WeightsUnreadable, match=rf"labels\.npy .*{said}"):
        read_labels(path, 3)


@pytest.mark.parametrize(
    ("name", "content"),
    [("x.csv", b""), ("x.csv", b"\xff\xfe\x00"), ("x.txt", b"a\nb\x1b[31m\nc\n")],
)
def test_text_that_is_none(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(WeightsUnreadable, match=rf"^{name} "):
        read_labels(tmp_path / name, 3)


@pytest.mark.parametrize("code", [0x110000, 0xD800, 0x1B, 0x7])
def test_letters_that_are_none(tmp_path: Path, code: int) -> None:
    header = b"{'descr': '<U1', 'fortran_order': False, 'shape': (3,), }"
    text = struct.pack("<3I", 65, code, 66)
    path = tmp_path / "labels.npy"
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + text)
    with pytest.raises(WeightsUnreadable, match=r"labels\.npy"):
        read_labels(path, 3)


def test_labels_of_another_model(tmp_path: Path) -> None:
    path = tmp_path / "labels.npy"
    np.save(path, np.array(NAMES))
    with pytest.raises(WeightsUnreadable, match=r"has 3 names; the network tells 2,622 people"):
        read_labels(path, 2622)
    np.save(path, np.array([" A", "  ", " C"]))
    with pytest.raises(WeightsUnreadable, match="empty"):
        read_labels(path, 3)
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    with pytest.raises(WeightsUnreadable, match=r"other\.csv is not a readable"):
        read_labels(tmp_path / "other.csv", 1)
