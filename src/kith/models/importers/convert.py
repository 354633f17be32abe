"""From a card and a weight file to ONNX: which reader, which family."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kith.errors import MissingExtra, WeightsUnreadable
from kith.models.apart import BrokeOff, run_apart

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from kith.models.card import ModelCard
    from kith.models.importers.tensors import Tensors

MOST_BYTES = 2 << 30
"""Protocol buffers, and so ONNX files, end here."""


@dataclass(frozen=True, slots=True)
class _Family:
    """A family of networks.

    Attributes:
        build: module and function that write its graph.
        formats: that its weights come in.
        classifier: the array that only a file with a classifier has.
        beside: ending of the second file, for formats that keep a network in two.
    """

    build: str
    formats: tuple[str, ...]
    classifier: str = ""
    beside: str = ""


_FAMILIES = {
    "vggface": _Family("vgg16.build", (".h5",), "fc8/kernel"),
    "vggface2-resnet50": _Family("vggface2.build_resnet50", (".h5",), "classifier/kernel"),
    "vggface2-senet50": _Family("vggface2.build_senet50", (".h5",), "classifier/kernel"),
    "openface": _Family("nn4.build", (".t7", ".h5")),
    "facenet": _Family("inception_resnet.build", (".h5", ".pt", ".pb"), "logits/weight"),
    "dlib-resnet": _Family("dlib_resnet.build", (".dat",)),
    "retail-0095": _Family("openvino_network.build_retail_0095", (".xml",), beside=".bin"),
    "face-landmarker": _Family("tflite_network.build_face_landmarker", (".task", ".tflite")),
    "mask-aizoo": _Family("tflite_network.build_mask_aizoo", (".tflite",)),
}
"""By the name of an importer."""

MAGIC = {
    ".h5": (b"\x89HDF\r\n\x1a\n",),
    ".pt": (b"PK\x03\x04", b"\x80\x02\x8a\x0al\xfc\x9cF"),  # a zip; before 2020 a number of its own
    ".t7": (b"\x04\x00\x00\x00",),  # an object, as a little-endian number
    ".pb": (b"\x0a",),  # the first field of a graph: a node
    ".dat": (b"\x01\x01\x01\x0dloss",),  # the first layer's class, behind two versions
    ".xml": (b"<?xml ", b"<net "),
    ".task": (b"PK\x03\x04", b"\0\0PK\x03\x04"),  # a zip; MediaPipe's begins at byte 2
    ".tflite": (b"TFL3",),
}
_MAGIC_AT = {".tflite": 4}
"""Where that stands, for formats that begin with something else."""

_DAMAGED = "{}: reading it {}; the file is damaged"

_READERS = {
    ".h5": "keras_h5.open_h5",
    ".pt": "pytorch.open_pt",
    ".t7": "torch7.open_t7",
    ".pb": "frozen_graph.open_pb",
    ".dat": "dlib_network.open_dat",
    ".xml": "openvino_ir.open_ir",
    ".task": "tflite.open_task",
    ".tflite": "tflite.open_tflite",
}


def convert(card: ModelCard, path: Path, target: Path) -> int:
    """Write a weight file as an ONNX file; return how many classes its classifier has, or 0.

    A process of its own does it, with bounds on its memory and time (see `child`).

    Raises:
        WeightsUnreadable: the file is damaged, or not of this card's network; names layer and
            shapes.
        MissingExtra: the file can only be read with a package that is not installed.
    """
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise WeightsUnreadable(f"{path.name} has more than {MOST_BYTES >> 30} GiB")
    script = Path(__file__).with_name("child.py")
    arguments = [card.importer, card.classes, path.absolute(), target]
    try:
        answer = run_apart(script, arguments, size)
    except BrokeOff as error:
        raise WeightsUnreadable(_DAMAGED.format(path.name, error)) from error
    if "error" in answer:
        kind = MissingExtra if answer["error"] == "MissingExtra" else WeightsUnreadable
        raise kind(str(answer["message"]))
    return int(answer["classes"])


def files_of(importer: str, path: Path) -> tuple[Path, ...]:
    """Return the files that hold the network of which `path` is the first: all that are there."""
    beside = _FAMILIES[importer].beside
    second = path.with_suffix(beside)
    return (path, second) if beside and second != path and second.is_file() else (path,)


def build(importer: str, classes: int, path: Path) -> tuple[bytes, int]:
    """Return a weight file as an ONNX file's bytes, and the classes of its classifier, or 0.

    Raises:
        WeightsUnreadable, MissingExtra: as for `convert`.
    """
    family = _FAMILIES[importer]
    with _reader(path, family)(path) as tensors:
        count = classes if family.classifier in tensors else 0
        return _part(family.build)(tensors), count


def _reader(path: Path, family: _Family) -> Callable[[Path], AbstractContextManager[Tensors]]:
    """Return the reader of a file, told by its first bytes: names are often not to be trusted."""
    with path.open("rb") as file:
        start = file.read(8)
    for kind in family.formats:
        if start.startswith(MAGIC[kind], _MAGIC_AT.get(kind, 0)):
            return _part(_READERS[kind])
    kinds = " or ".join(family.formats)
    raise WeightsUnreadable(f"{path.name} is no weight file that kith knows ({kinds})")


def _part(name: str) -> Callable[..., Any]:
    module, _, attribute = name.rpartition(".")
    return getattr(import_module(f"kith.models.importers.{module}"), attribute)  # type: ignore[no-any-return]
