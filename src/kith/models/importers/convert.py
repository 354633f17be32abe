"""From a card and a weight file to ONNX: which reader, which family."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from kith.errors import WeightsUnreadable

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from kith.models.card import ModelCard
    from kith.models.importers.tensors import Tensors

MOST_BYTES = 2 << 30
"""Protocol buffers, and so ONNX files, end here."""

_FAMILIES = {
    "vggface": ("vgg16.build", "fc8/kernel"),
    "vggface2-resnet50": ("vggface2.build_resnet50", "classifier/kernel"),
    "vggface2-senet50": ("vggface2.build_senet50", "classifier/kernel"),
    "openface": ("nn4.build", ""),
    "facenet": ("inception_resnet.build", "logits/weight"),
    "dlib-resnet": ("dlib_resnet.build", ""),
}
"""By the name of an importer: module and function of its family, and the array that only a file
with a classifier has."""


def convert(card: ModelCard, path: Path) -> tuple[bytes, int]:
    """Return a weight file as an ONNX file's bytes, and how many classes its classifier has.

    Raises:
        WeightsUnreadable: the file is damaged, or not of this card's network; names layer and
            shapes.
        MissingExtra: the file can only be read with a package that is not installed.
    """
    if path.stat().st_size > MOST_BYTES:
        raise WeightsUnreadable(f"{path.name} has more than {MOST_BYTES >> 30} GiB")
    build, classifier = _FAMILIES[card.importer]
    with _reader(path)(path) as tensors:
        classes = card.classes if classifier in tensors else 0
        return _part(build)(tensors), classes


def _reader(path: Path) -> Callable[[Path], AbstractContextManager[Tensors]]:
    with path.open("rb") as file:
        start = file.read(8)
    if start == b"\x89HDF\r\n\x1a\n":
        return _part("keras_h5.open_h5")
    if start.startswith(b"PK\x03\x04"):
        return _part("pytorch.open_pt")
    raise WeightsUnreadable(f"{path.name} is no weight file that kith knows")


def _part(name: str) -> Callable[..., Any]:
    module, _, attribute = name.rpartition(".")
    return getattr(import_module(f"kith.models.importers.{module}"), attribute)  # type: ignore[no-any-return]
