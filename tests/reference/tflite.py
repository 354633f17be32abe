"""Let TensorFlow Lite itself compute networks, and keep what it says.

Needs an environment of its own: ``pip install ai-edge-litert==2.3.0 flatbuffers numpy``, and the
two published files.

    python tests/reference/tflite.py --landmarks face_landmarker.task --masks FILE.tflite

Writes ``vectors/tflite.json`` beside this file: digests of what the networks of
`tflite_files.CASES` and the published ones give for random pictures and for smooth ones. Its plain
kernels compute, not the delegates, which round otherwise.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import json
import sys
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
# Not this script's folder: its files are called like the packages they need.
sys.path = [str(HERE.parent), *(p for p in sys.path if Path(p).resolve() != HERE)]

import numpy as np  # noqa: E402
import numpy.typing as npt  # noqa: E402
from ai_edge_litert.interpreter import Interpreter, OpResolverType  # noqa: E402

from reference import tflite_files as made  # noqa: E402
from reference.digests import digest  # noqa: E402

MEMBER = "face_landmarks_detector.tflite"


def run(content: bytes, pictures: npt.NDArray[np.float32]) -> list[npt.NDArray[np.float32]]:
    """Return each output for all pictures, one behind the other."""
    interpreter = Interpreter(
        model_content=content,
        num_threads=1,
        experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    )
    interpreter.allocate_tensors()
    rows = []
    for picture in pictures:
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], picture[np.newaxis])
        interpreter.invoke()
        outputs = interpreter.get_output_details()
        rows.append([interpreter.get_tensor(one["index"]).copy() for one in outputs])
    return [np.concatenate(one) for one in zip(*rows, strict=True)]


def published(content: bytes, side: int) -> list[list[dict[str, object]]]:
    return [
        [digest(one) for one in run(content, pictures)[:2]] for pictures in made.published(side)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--landmarks", type=Path, required=True)
    parser.add_argument("--masks", type=Path, required=True)
    arguments = parser.parse_args()
    with zipfile.ZipFile(arguments.landmarks) as archive:
        landmarks = archive.read(MEMBER)
    files = (arguments.landmarks, arguments.masks)
    kept = {
        "made_with": {"ai-edge-litert": importlib.metadata.version("ai-edge-litert")},
        "sha256": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files},
        "face-landmarker": published(landmarks, 256),
        "mask-aizoo": published(arguments.masks.read_bytes(), 260),
        "cases": {
            name: digest(run(made.case(name)[0], made.pictures(name))[0]) for name in made.CASES
        },
    }
    text = json.dumps(kept, separators=(",", ":")).replace("},", "},\n")
    (HERE / "vectors" / "tflite.json").write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
