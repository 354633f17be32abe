"""The programs that people know, with nothing but their imports changed."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

import kith
from kith.embedding import distance
from kith.models.catalogue import card

if TYPE_CHECKING:
    from pathlib import Path

    from kith.models import ModelStore

pytestmark = pytest.mark.models

IDENTIFY = """
from sys import argv
from numpy import asarray, expand_dims
from PIL import Image
from kith.compat.mtcnn.mtcnn import MTCNN
from kith.compat.keras_vggface.vggface import VGGFace
from kith.compat.keras_vggface.utils import preprocess_input, decode_predictions

def extract_face(filename, required_size=(224, 224)):
    pixels = asarray(Image.open(filename))
    results = MTCNN().detect_faces(pixels)
    x1, y1, width, height = results[0]['box']
    face = pixels[y1:y1 + height, x1:x1 + width]
    return asarray(Image.fromarray(face).resize(required_size))

pixels = extract_face(argv[1])
samples = expand_dims(pixels.astype('float32'), axis=0)
samples = preprocess_input(samples, version=2)
model = VGGFace(model='resnet50')
print('Inputs: %s' % model.inputs)
print('Outputs: %s' % model.outputs)
results = decode_predictions(model.predict(samples))
for result in results[0]:
    print('%s: %.3f%%' % (result[0], result[1] * 100))
"""

VERIFY = """
from sys import argv
from PIL import Image
from numpy import asarray, dot
from numpy.linalg import norm
from kith.compat.mtcnn.mtcnn import MTCNN
from kith.compat.keras_vggface.vggface import VGGFace
from kith.compat.keras_vggface.utils import preprocess_input

def cosine(a, b):
    return 1 - dot(a, b) / (norm(a) * norm(b))

def extract_face(filename):
    pixels = asarray(Image.open(filename))
    x1, y1, width, height = MTCNN().detect_faces(pixels)[0]['box']
    return asarray(Image.fromarray(pixels[y1:y1 + height, x1:x1 + width]).resize((224, 224)))

def get_embeddings(filenames):
    samples = asarray([extract_face(f) for f in filenames], 'float32')
    samples = preprocess_input(samples, version=2)
    model = VGGFace(model='resnet50', include_top=False, input_shape=(224, 224, 3), pooling='avg')
    return model.predict(samples)

embeddings = get_embeddings(argv[1:])
for other in embeddings[1:]:
    score = cosine(embeddings[0], other)
    print('match' if score <= 0.5 else 'no match', '%.3f <= 0.5' % score, other.shape)
"""


@pytest.fixture
def environment(vggface2_home: Path, networks: ModelStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """The random VGGFace2, and the real MTCNN from the user's own folder."""
    mtcnn = networks.path(card("mtcnn"))
    monkeypatch.setenv("KITH_MODEL_MIRROR", str(mtcnn.parents[1]))
    monkeypatch.setenv("KITH_HOME", str(vggface2_home))


def run(program: str, *photos: Path) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, *map(str, photos)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.mark.usefixtures("environment")
def test_identify_a_photo(presidents: Path) -> None:
    lines = run(IDENTIFY, presidents / "obama.jpg")
    assert "shape=(None, 224, 224, 3)" in lines[0]
    assert "shape=(None, 8631)" in lines[1]
    shares = []
    for line in lines[2:]:
        found = re.fullmatch(r"b' Zo\\xc3\\xab_Person_\d{4}': (\d+\.\d{3})%", line)
        assert found, line
        shares.append(float(found[1]))
    assert len(shares) == 5
    assert shares == sorted(shares, reverse=True)


@pytest.mark.usefixtures("environment")
def test_verify_by_cosine(presidents: Path) -> None:
    photos = [presidents / name for name in ("obama.jpg", "obama2.jpg", "biden.jpg")]
    lines = run(VERIFY, *photos)
    assert len(lines) == 2
    assert all(re.fullmatch(r"match 0\.\d{3} <= 0\.5 \(2048,\)", line) for line in lines)


@pytest.mark.parametrize("embedder", ["facenet-vggface2", "facenet-128"])
def test_facenet_tells_people_apart(celebrities: Path, embedder: str) -> None:
    """The course's program: MTCNN, FaceNet, nearest of one photo per person."""
    people = sorted(path.name for path in (celebrities / "train").iterdir())
    with kith.Recognizer("mtcnn", embedder) as recognizer:

        def rows(photos: list[Path]) -> np.ndarray:
            found = recognizer.stream(photos)
            chosen = [kith.largest_central(p.faces, p.width, p.height) for p in found]
            return np.array([face.embedding for face in chosen if face is not None])

        known = rows([sorted((celebrities / "train" / name).iterdir())[0] for name in people])
        probes = [
            photo for name in people for photo in sorted((celebrities / "val" / name).iterdir())
        ]
        seen = rows(probes)
    assert len(known) == len(people)
    assert len(seen) == len(probes)
    nearest = [
        people[int(np.argmin([distance(row, one, "euclidean") for one in known]))] for row in seen
    ]
    right = sum(name == photo.parent.name for name, photo in zip(nearest, probes, strict=True))
    assert right / len(probes) >= 0.9
