"""The names of a classifier's classes, read from the files they come in, safely.

Names stand in the order of the classes. They are kept as they stand in the file (`` Sharon_Stone``
with its blank and its underscore).
"""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

from kith.errors import WeightsUnreadable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ENDINGS = (".npy", ".txt", ".csv")
MOST_BYTES = 64 << 20
_DAMAGE = (
    *(OSError, ValueError, TypeError, KeyError, StopIteration, MemoryError, RecursionError),
    *(SyntaxError, SystemError, csv.Error),
)
_COLUMNS = ["Class_ID", "Name", "Sample_Num", "Flag", "Gender"]


def read_labels(path: Path, classes: int) -> tuple[str, ...]:
    """Return the names of a file, one for each class.

    Args:
        path: ``.npy``: an array of text; ``.txt``: a name on each line; ``.csv``: VGGFace2's
            ``identity_meta.csv``, of which the training people (Flag 1) are taken in order;
            ``.json``: a list of text, as a head of one's own has it.
        classes: how many there have to be.

    Raises:
        WeightsUnreadable: damaged, of another kind, or for another number of classes.
    """
    if path.stat().st_size > MOST_BYTES:
        raise WeightsUnreadable(f"{path.name} has more than {MOST_BYTES >> 20} MiB")
    read = {".npy": _from_array, ".csv": _from_table, ".json": _from_list}.get(
        path.suffix.lower(), _from_lines
    )
    try:
        labels = tuple(read(path))
    except WeightsUnreadable:
        raise
    except _DAMAGE as error:
        raise WeightsUnreadable(f"{path.name} is not a readable file of labels") from error
    try:
        return checked_labels(labels, classes)
    except WeightsUnreadable as error:
        raise WeightsUnreadable(f"{path.name} {error}") from error


def checked_labels(labels: Sequence[Any], classes: int) -> tuple[str, ...]:
    """Return names that can be shown and kept, one for each class.

    Raises:
        WeightsUnreadable: too few or too many, empty ones, or ones that are no text.
    """
    if not isinstance(labels, list | tuple) or len(labels) != classes:
        raise WeightsUnreadable(
            f"has {len(labels):,} names; the network tells {classes:,} people apart"
        )
    if not all(isinstance(label, str) and bare(label).isprintable() for label in labels):
        raise WeightsUnreadable("has names that are no text")
    if not all(bare(label) for label in labels):
        raise WeightsUnreadable("has names that are empty")
    return tuple(labels)


def bare(label: str) -> str:
    """Return a label without the blanks and quotes around it."""
    return label.strip().strip('"').strip()


def _from_array(path: Path) -> list[str]:
    import numpy as np
    from numpy.lib import format as npy

    with path.open("rb") as file:
        version = npy.read_magic(file)
        read_header: Any = (
            npy.read_array_header_1_0 if version < (2, 0) else npy.read_array_header_2_0
        )
        shape, _, dtype = read_header(file)
        # Objects are pickled, and so never read; a wrong size would be reserved before it is read.
        size = dtype.itemsize * (shape[0] if len(shape) == 1 else 0)
        if dtype.kind not in "US" or not 0 < size <= path.stat().st_size:
            raise WeightsUnreadable(f"{path.name} is not one row of names")
        file.seek(0)
        names = np.load(file, allow_pickle=False)
    return [_text(name) for name in names.tolist()]


def _from_list(path: Path) -> list[str]:
    names = json.loads(path.read_text("utf-8"))
    if not isinstance(names, list):
        raise WeightsUnreadable(f"{path.name} is no list of names")
    return names


def _from_lines(path: Path) -> list[str]:
    return _decoded(path.read_bytes()).splitlines()


def _from_table(path: Path) -> list[str]:
    rows = csv.reader(io.StringIO(_decoded(path.read_bytes())), skipinitialspace=True)
    if [column.strip() for column in next(rows)] != _COLUMNS:
        raise ValueError("other columns")
    # Many rows lack the number of photos, so that the flag is only known to stand before the last.
    people = ([cell.strip() for cell in row if cell.strip()] for row in rows)
    # A blank before the name, as the official label files have it.
    return [f" {bare(cells[1])}" for cells in people if len(cells) > 3 and cells[-2] == "1"]


def _text(name: str | bytes) -> str:
    return name if isinstance(name, str) else _decoded(name)


def _decoded(text: bytes) -> str:
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError:
        return text.decode("latin-1")  # every byte is a letter there; older files have it
