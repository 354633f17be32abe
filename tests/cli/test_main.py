"""Usage, help, options, and what becomes of errors."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import pytest

from kith import __version__
from kith.cli import main, options

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Kith


def test_version(kith: Kith) -> None:
    assert kith.fine("--version").out == f"kith {__version__}\n"


@pytest.mark.parametrize("group", [[], ["gallery"], ["models"]])
def test_a_name_alone_shows_what_there_is(kith: Kith, group: list[str]) -> None:
    done = kith(*group)
    assert (done.code, done.out) == (2, "")
    assert done.err == kith.fine(*group, "--help").out
    assert "Commands:" in done.err


COMMANDS = {
    "detect": "PATH...",
    "verify": "A B",
    "identify": "PATH...",
    "demo": "",
    "gallery list": "",
    "gallery merge": "INTO OTHER",
    "models info": "ID",
    "models check": "[ID]...",
}


@pytest.mark.parametrize("name", COMMANDS)
def test_usage_is_as_it_is_typed(kith: Kith, name: str) -> None:
    first = kith.fine(*name.split(), "-h").out.splitlines()[0]
    assert first == f"Usage: kith {name} [OPTIONS] {COMMANDS[name]}".rstrip()


def test_both_ways_to_verify(kith: Kith) -> None:
    assert kith.fine("verify", "--help").out.splitlines()[:2] == [
        "Usage: kith verify [OPTIONS] A B",
        "   or: kith verify [OPTIONS] PATH... --against FOLDER",
    ]


def test_both_ways_to_enrol(kith: Kith) -> None:
    assert kith.fine("enroll", "--help").out.splitlines()[:2] == [
        "Usage: kith enroll [OPTIONS] NAME PATH...",
        "   or: kith enroll [OPTIONS] --folder ROOT",
    ]


@pytest.mark.parametrize("name", ["", *COMMANDS, "enroll"])
def test_help_fits_a_screen_of_80(kith: Kith, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    out = kith.fine(*name.split(), "--help").out
    assert all(len(line) <= 80 for line in out.splitlines())
    assert not re.search("<[a-z]", out)  # no types in brackets: words say what is wanted


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("nonsense", "No such command 'nonsense' (see `kith --help`)"),
        ("detct", "Did you mean 'detect'? (see `kith --help`)"),
        ("models pul", "Did you mean 'pull'? (see `kith models --help`)"),
        ("detect", "Missing argument 'PATH...' (see `kith detect --help`)"),
        ("verify a.jpg", "two photos are compared, not 1: kith verify A B"),
        ("verify a b c", "two photos are compared, not 3: kith verify A B, or kith verify PATH"),
        ("verify a b --all", "--all goes with --against FOLDER"),
        ("verify a b --draw d", "--draw goes with --against FOLDER"),
        ("verify a --against nowhere", "nowhere: there is no such file or folder"),
        ("detect --bogus x", "No such option: --bogus (see `kith detect --help`)"),
        ("identify x --top 0", "Invalid value for '--top': Input should be greater than or equal"),
        ("detect x --score two", "Invalid value for '--score': Input should be a valid number"),
        ("detect x --score 2", "the detection score must lie between 0 and 1, not 2.0"),
        ("detect x --score nan", "the detection score must lie between 0 and 1, not nan"),
        ("detect x --min-face -1", "--min-face is a width above 0 in pixels, not -1"),
        ("detect x --min-face nan", "--min-face is a width above 0 in pixels, not nan"),
        ("detect x --min-face inf", "--min-face is a width above 0 in pixels, not inf"),
        ("detect x --crop-size 9999", "Invalid value for '--crop-size'"),
        ("detect x --device toaster", "device 'toaster' is not known; kith runs on: cpu, cuda"),
        ("detect x --detector sface", "there is no detector 'sface'; kith has: yunet"),
        ("verify x y --threshold 5", "a threshold is a cosine between -1 and 1, not 5.0"),
        ("verify x y --embedder nope", "no model is called 'nope' (known: yunet, mtcnn"),
        ("verify x y --embedder yunet", "'yunet' is not an embedder; kith has: sface"),
        ("verify x y --embedder sface+mirror+mirror", "asks for the same thing twice"),
        ("models info nope", "no model is called 'nope'"),
        ("models accept sface extra", "Got unexpected extra argument"),
        ("gallery show Ada", "no gallery at"),
        ("demo --out", "Option '--out' requires an argument"),
    ],
)
def test_wrong_use_is_one_line_and_2(kith: Kith, line: str, complaint: str) -> None:
    done = kith(*line.split())
    assert (done.code, done.out) == (2, "")
    assert complaint in done.complaint


def test_a_device_that_is_not_there(kith: Kith, monkeypatch: pytest.MonkeyPatch) -> None:
    import onnxruntime

    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: ["CPUExecutionProvider"])
    done = kith("detect", "x", "--device", "cuda")
    assert (done.code, done.out) == (2, "")
    assert "device 'cuda' is not available" in done.complaint
    assert "use device 'cpu', or install onnxruntime-gpu" in done.complaint


@pytest.mark.parametrize(
    "line",
    [["detect", ""], ["verify", "", "b"], ["verify", "a", ""], ["enroll", "Ada", "a.jpg", ""]]
    + [["detect", "x", option, ""] for option in ("--draw", "--crops")]
    + [["enroll", "--folder", ""], ["demo", "--out", ""]],
)
def test_a_path_that_is_empty_was_meant_to_be_another(kith: Kith, line: list[str]) -> None:
    done = kith(*line)
    assert (done.code, done.out) == (2, "")
    assert "it is empty; is a variable not set?" in done.complaint


def test_a_licence_comes_first(
    kith: Kith, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KITH_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("KITH_ACCEPT_LICENCES", raising=False)
    done = kith("enroll", "Ada", photos / "obama.jpg", "--embedder", "arcface-mbf")
    assert done.code == 2
    assert "kith models accept arcface-mbf" in done.complaint
    assert not (tmp_path / "home").exists()


def test_a_home_that_cannot_be_written(
    kith: Kith, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in (photos / "obama.jpg", photos / "obama.jpg" / "home"):
        monkeypatch.setenv("KITH_HOME", str(place))
        for line in (["detect", photos], ["demo", "--out", photos / "demo"], ["models", "pull"]):
            done = kith(*line)
            assert (done.code, done.out) == (2, "")
            assert "KITH_HOME" in done.complaint
    assert not (photos / "demo").exists()


class Odd(Exception):
    pass


@pytest.mark.parametrize(
    ("error", "code", "complaint"),
    [
        (OSError(28, "No space left on device"), 2, "the output cannot be written: No space left"),
        (OSError(5, "Input/output error", "/a/b"), 2, "/a/b: Input/output error"),
        (OSError(12, "Cannot allocate memory"), 2, "Cannot allocate memory"),
        (MemoryError(), 2, "out of memory: give smaller photos"),
        (Odd("line\nline"), 2, "unexpected Odd: line line; this is a mistake in kith"),
        (KeyboardInterrupt(), 130, "stopped; what was done is kept"),
    ],
)
def test_no_error_is_an_answer(
    kith: Kith,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    code: int,
    complaint: str,
) -> None:
    """A crash must not look like `different people`, whose exit code is 1."""
    monkeypatch.setattr(options, "make_recognizer", raiser(error))
    monkeypatch.setattr("kith.cli.streams.leave", sys.exit)
    monkeypatch.setattr("kith.cli.streams.lose_stdout", lambda: None)
    done = kith("verify", "a", "b")
    assert done.code == code
    assert complaint in done.complaint


def raiser(error: BaseException) -> object:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


def test_an_interrupted_import_is_an_interruption(
    kith: Kith, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Native modules turn the KeyboardInterrupt that hits them into an ImportError."""

    def fail(*_: object, **__: object) -> None:
        raise ImportError("initialization failed") from KeyboardInterrupt()

    monkeypatch.setattr(options, "make_recognizer", fail)
    monkeypatch.setattr("kith.cli.streams.leave", sys.exit)
    assert kith("detect", "x").code == 130


def test_an_unexpected_error_can_be_looked_at(kith: Kith, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(options, "make_recognizer", raiser(Odd("why")))
    monkeypatch.setenv("KITH_TRACEBACK", "1")
    with pytest.raises(Odd, match="why"):
        main.run(["detect", "x"])
