"""Let dlib compute face descriptors, and keep what it says.

Needs an environment of its own: ``pip install dlib-bin==20.0.1 numpy``, and dlib's
``dlib_face_recognition_resnet_model_v1.dat``.

    python tests/reference/dlib.py --official FILE

Writes ``vectors/dlib.json`` beside this file: descriptors of the pictures of `dlib_dat.chips`, by
random networks and by the official one.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
# Not this script's folder: in there, this very file would be found as dlib.
sys.path = [str(HERE.parent), *(p for p in sys.path if Path(p).resolve() != HERE)]

import dlib  # noqa: E402
import numpy as np  # noqa: E402

from reference import dlib_dat  # noqa: E402

SEEDS = (0, 1)


def descriptors(file: Path, seed: int) -> list[list[float]]:
    network = dlib.face_recognition_model_v1(str(file))
    rows = [np.array(network.compute_face_descriptor(chip)) for chip in dlib_dat.chips(seed)]
    return [[float(f"{value:.9g}") for value in row] for row in rows]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--official", type=Path, required=True)
    official = parser.parse_args().official
    with tempfile.TemporaryDirectory() as folder:
        random = {
            str(seed): descriptors(dlib_dat.write(Path(folder) / f"seed{seed}.dat", seed), seed)
            for seed in SEEDS
        }
    kept = {
        "made_with": {"dlib": dlib.__version__},
        "official_sha256": hashlib.sha256(official.read_bytes()).hexdigest(),
        "official": {str(seed): descriptors(official, seed) for seed in SEEDS},
        "random": random,
    }
    text = json.dumps(kept, separators=(",", ":")).replace("]]", "]]\n").replace("],[", "],\n[")
    (HERE / "vectors" / "dlib.json").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
