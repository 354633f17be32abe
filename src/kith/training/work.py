"""The folder of a training: one process at a time, and always of one and the same training."""

from __future__ import annotations

import hashlib
import json
import shutil
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from kith import __version__
from kith.errors import OptionError, OutputError

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Sequence

    from kith.training.records import TrainingSet
    from kith.training.settings import Settings


def check_place(folder: Path, *photos: str | os.PathLike[str] | None) -> None:
    """Refuse a folder among the photos: what is made in it would be taken for more of them.

    Args:
        folder: of the training.
        photos: folders of people.

    Raises:
        OptionError: it lies in one of them.
    """
    for root in photos:
        if root is not None and folder.resolve().is_relative_to(Path(root).resolve()):
            raise OptionError(
                f"{folder} lies among the photos, and what is made there would be taken for some: "
                "give another --work"
            )


@contextmanager
def opened(folder: Path) -> Iterator[None]:
    """Make a folder, readable by its owner alone, and hold it against other processes.

    Raises:
        OutputError: it cannot be made or written to.
        OptionError: another process trains in it.
    """
    from filelock import FileLock, Timeout

    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = FileLock(folder / ".lock")
        lock.acquire(timeout=0)
    except Timeout as error:
        raise OptionError(
            f"another process trains in {folder}: wait for it, or give another --work"
        ) from error
    except OSError as error:
        raise OutputError(
            f"{folder} cannot be used ({error.strerror}); give another --work"
        ) from error
    try:
        yield
    finally:
        lock.release()


def identity(settings: Settings, sets: Sequence[TrainingSet], graph: bytes) -> str:
    """Return what stands for a training: the same value, the same result.

    Args:
        settings: of the training.
        sets: the faces learned from, and others that are judged on: whose each is, and in which
            order they stand, which their fingerprints do not say.
        graph: that it begins from, as ONNX.
    """
    parts = {
        "kith": __version__,
        "settings": asdict(settings),
        "photos": [[one.person.tolist(), one.digests] for one in sets],
        "graph": hashlib.sha256(graph).hexdigest(),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def clear(folder: Path, *, crops: bool) -> None:
    """Take away what a training that is done needs no more: faces, and what it could go on from.

    Args:
        folder: of the training.
        crops: also the squares of the faces.
    """
    for name in ("checkpoint.pt", "best.pt"):
        (folder / name).unlink(missing_ok=True)
    if crops:
        shutil.rmtree(folder / "crops", ignore_errors=True)
