"""Running commands: in this process where only the answer counts, else in one of their own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from kith.cli import main
from kith.models.home import home


@dataclass(frozen=True)
class Done:
    """What became of a command."""

    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        """What stands on stdout, which has to be JSON Lines and nothing else."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def complaint(self) -> str:
        """The one line that stands on stderr."""
        [line] = self.err.splitlines()
        assert line.startswith("kith: ")
        return line.removeprefix("kith: ")


class Kith:
    """The command, run in this process."""

    def __init__(self, capture: pytest.CaptureFixture[str]) -> None:
        self._capture = capture

    def __call__(self, *arguments: object) -> Done:
        self._capture.readouterr()
        handler = signal.getsignal(signal.SIGINT)
        try:
            with pytest.raises(SystemExit) as stopped:
                main.run([str(argument) for argument in arguments])
        finally:
            signal.signal(signal.SIGINT, handler)  # the command's own process ends here
        assert isinstance(stopped.value.code, int)
        out, err = self._capture.readouterr()
        assert "Traceback" not in err
        return Done(stopped.value.code, out, err)

    def fine(self, *arguments: object) -> Done:
        """Run what has to go well, without a word on stderr."""
        done = self(*arguments)
        assert (done.code, done.err) == (0, ""), done
        return done


@pytest.fixture
def kith(
    capsys: pytest.CaptureFixture[str],
    networks: object,
    gallery: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Kith:
    monkeypatch.delenv("COLUMNS", raising=False)
    return Kith(capsys)


@pytest.fixture
def gallery(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The gallery that commands use where none is named; not there yet."""
    path = tmp_path / "default" / "people.kith"
    monkeypatch.setenv("KITH_GALLERY", str(path))
    return path


@pytest.fixture
def environment(recognizer: object, gallery: Path) -> dict[str, str]:
    """For a process of its own: the same weights, this test's gallery."""
    scripts = str(Path(sys.executable).parent)
    return {
        **os.environ,
        "KITH_HOME": str(home()),
        "KITH_GALLERY": str(gallery),
        "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
    }


class Spawn:
    """The command, run by a shell or by itself, in a process of its own."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.environment = environment

    def shell(self, line: str, **variables: str) -> Done:
        """Run a line of bash; its exit code is that of the first command in a pipe."""
        return self._run(["bash", "-c", f"{line}; exit ${{PIPESTATUS[0]}}"], variables)

    def __call__(self, *arguments: object, **variables: str) -> Done:
        return self._run(["kith", *map(str, arguments)], variables)

    def start(self, *arguments: object) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["kith", *map(str, arguments)],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def _run(self, command: list[str], variables: dict[str, str]) -> Done:
        done = subprocess.run(
            command,
            cwd=self.folder,
            env={**self.environment, **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=120,
            check=False,
        )
        out, err = (text.decode("utf-8", "surrogateescape") for text in (done.stdout, done.stderr))
        assert "Traceback" not in err, err
        return Done(done.returncode, out, err)


@pytest.fixture
def spawn(photos: Path, environment: dict[str, str]) -> Spawn:
    """Commands run in the folder with the photos."""
    return Spawn(photos, environment)


@pytest.fixture
def photos(tmp_path: Path, presidents: Path) -> Path:
    """A folder of its own for each test, with a photo of each kind."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in ("obama.jpg", "obama2.jpg", "biden.jpg"):
        shutil.copy(presidents / name, folder)
    Image.fromarray(np.full((200, 200, 3), (20, 90, 30), np.uint8)).save(folder / "green.png")
    obama, biden = (Image.open(folder / name) for name in ("obama.jpg", "biden.jpg"))
    pair = Image.new("RGB", (1200, 750))
    pair.paste(obama.resize((600, 750)), (0, 0))
    pair.paste(biden.resize((330, 750)), (870, 0))
    pair.save(folder / "pair.jpg")
    return folder


@pytest.fixture
def bad(tmp_path: Path, photos: Path) -> Path:
    """A folder of files that are no photos, whatever they are called."""
    folder = tmp_path / "bad"
    folder.mkdir()
    whole = (photos / "obama.jpg").read_bytes()
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "torn.jpg").write_bytes(whole[: len(whole) // 3])
    (folder / "text.jpg").write_text("not a photo")
    (folder / "film.jpg").write_bytes(b"\0\0\0\x18ftypmp42" + b"\0" * 100)
    (folder / "gone.jpg").symlink_to("nowhere.jpg")
    (folder / "ring.jpg").symlink_to("ring.jpg")
    return folder
