"""The names that kith promises, and that importing it costs next to nothing."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from importlib import import_module, metadata
from pathlib import Path

import pytest

import kith

PROMISED = [
    "Appearance",
    "BestFace",
    "Box",
    "Calibration",
    "CalibrationReport",
    "Candidate",
    "Classification",
    "Classifier",
    "ContractMismatch",
    "EmbeddingContract",
    "EnrollReport",
    "EnrolmentError",
    "Face",
    "Gallery",
    "GalleryError",
    "Identification",
    "InputError",
    "KithError",
    "LicenceNotAccepted",
    "Limits",
    "Mask",
    "MaskState",
    "ModelError",
    "NamedClass",
    "PhotoClasses",
    "PhotoError",
    "PhotoFaces",
    "PhotoIdentities",
    "Promise",
    "Quality",
    "Recognizer",
    "Timeline",
    "TimelinePerson",
    "Verdict",
    "Verification",
    "WatchEvent",
    "__version__",
    "calibrate",
    "classify",
    "decide",
    "largest_central",
    "load_photo",
    "timeline",
    "verify",
    "watch",
]


def in_a_new_process(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


def test_the_exported_names() -> None:
    """A name that goes or changes breaks somebody's code: the changelog has to say so."""
    assert kith.__all__ == PROMISED
    assert sorted(PROMISED) == PROMISED
    assert dir(kith) == PROMISED


@pytest.mark.parametrize("name", PROMISED)
def test_every_name_is_there_and_explained(name: str) -> None:
    value = getattr(kith, name)
    if name == "__version__":
        assert value == metadata.version("kith")
        return
    assert value.__name__ == name
    explained = inspect.getdoc(value) or ""
    assert len(explained) > 20
    # Not what Python writes for a dataclass or a named tuple without one.
    assert not explained.startswith(f"{name}(")


def test_public_methods_are_explained_too() -> None:
    for name in PROMISED:
        value = getattr(kith, name)
        if inspect.isclass(value) and not issubclass(value, (Exception, str)):
            for method, function in vars(value).items():
                if method[0] != "_" and callable(function):
                    assert inspect.getdoc(function), f"{name}.{method}"


def test_what_is_shown_to_type_checkers_is_what_is_there() -> None:
    tree = ast.parse(Path(kith.__file__).read_text("utf-8"))
    (guarded,) = [node for node in tree.body if isinstance(node, ast.If)]
    shown = {
        alias.name: node.module
        for node in guarded.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert shown == kith._HOME
    assert sorted([*shown, "__version__"]) == PROMISED
    for name, module in shown.items():
        assert getattr(import_module(str(module)), name) is getattr(kith, name)


def test_other_names_are_not_there() -> None:
    with pytest.raises(AttributeError, match="module 'kith' has no attribute 'nonsense'"):
        _ = kith.nonsense  # type: ignore[attr-defined]


def test_importing_loads_nothing_heavy() -> None:
    code = "import sys; before = set(sys.modules); import kith; print(*set(sys.modules) - before)"
    loaded = set(in_a_new_process(code).split())
    assert {name for name in loaded if name.startswith("kith")} == {"kith", "kith._version"}
    heavy = {"numpy", "cv2", "onnx", "onnxruntime", "PIL", "sqlalchemy", "faiss", "rich", "typer"}
    assert not {name.partition(".")[0] for name in loaded} & heavy


def test_errors_and_types_need_no_runtime() -> None:
    code = (
        "import sys, kith; kith.KithError, kith.PhotoError, kith.Verdict; "
        "print(*sorted({'cv2', 'onnx', 'onnxruntime', 'PIL', 'sqlalchemy'} & set(sys.modules)))"
    )
    assert in_a_new_process(code) == ""


def test_everything_can_be_imported_with_a_star() -> None:
    code = "from kith import *; print(Recognizer.__module__, callable(verify), Verdict('match'))"
    assert in_a_new_process(code) == "kith.recognizer.recognizer True match"


def test_type_checkers_may_believe_the_types() -> None:
    assert Path(kith.__file__).with_name("py.typed").is_file()
    assert "Typing :: Typed" in metadata.metadata("kith").get_all("Classifier", [])


def test_every_error_is_one_of_kiths() -> None:
    from kith import errors

    kinds = [value for _, value in inspect.getmembers(errors, inspect.isclass)]
    written = [kind for kind in kinds if kind.__module__ == errors.__name__]
    assert len(written) > 20
    for kind in written:
        assert issubclass(kind, kith.KithError)
        assert kind.__name__ in str(errors.__doc__)  # the tree at the top of its file is complete
    exported = {name for name in PROMISED if inspect.isclass(getattr(kith, name))}
    assert {kind.__name__ for kind in written} & exported == {
        "ContractMismatch",
        "EnrolmentError",
        "GalleryError",
        "InputError",
        "KithError",
        "LicenceNotAccepted",
        "ModelError",
        "PhotoError",
    }
