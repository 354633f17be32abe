# ruff: noqa: T201 (a command speaks to its user)
"""Let other implementations compute FaceNet descriptors, and keep what they say.

Each command needs an environment of its own, and the official file that it names; the pictures
and the random networks are those of `facenet_files` and
`torch7_files`.

    pip install "opencv-python-headless==4.10.0.84" "numpy<2.3"   (OpenCV 5 reads Torch7 no more)
    python tests/reference/facenet.py opencv openface_nn4.small2.v1.t7
    pip install tensorflow-cpu==2.21.0 tf_keras==2.21.0 h5py
    python tests/reference/facenet.py tensorflow 20180402-114759.pb
    python tests/reference/facenet.py keras facenet_keras.h5
    pip install torch==2.13.0 numpy requests tqdm && pip install --no-deps facenet-pytorch==2.6.0
    python tests/reference/facenet.py pytorch

Each writes ``vectors/facenet_<command>.json`` beside this file; ``pytorch`` also the layout of
facenet-pytorch's network.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import importlib.metadata
import json
import os
import sys
import tempfile
import types
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).resolve().parent
# Not this script's folder: in there, modules would be found under the names of packages.
sys.path = [str(HERE.parent), *(p for p in sys.path if Path(p).resolve() != HERE)]
os.environ["TF_USE_LEGACY_KERAS"] = "1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np  # noqa: E402

from reference import facenet_files as files  # noqa: E402
from reference import torch7_files  # noqa: E402
from reference.digests import digest  # noqa: E402

SEED = 0
CLASSES = 8631


def opencv(official: Path) -> dict[str, Any]:
    import cv2

    blob = files.planes(files.pictures(96) / 255.0)

    def run(path: Path) -> Any:
        network = cv2.dnn.readNetFromTorch(str(path))
        network.setInput(blob)
        return network.forward()

    with tempfile.TemporaryDirectory() as folder:
        random = Path(folder) / "random.t7"
        random.write_bytes(torch7_files.Torch7().encode(torch7_files.Nn4(SEED).network()))
        found = {"random": run(random), "official": run(official)}
    return {"made_with": {"opencv": cv2.__version__}} | digests(found)


def tensorflow(official: Path) -> dict[str, Any]:
    import tensorflow as tf

    graph_def = tf.compat.v1.GraphDef.FromString(official.read_bytes())
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        tf.import_graph_def(graph_def, name="")
        shown = (files.pictures(160).astype(np.float32) - 127.5) / 128.0
        feed = {"input:0": shown, "phase_train:0": False}
        found = {"official": session.run("embeddings:0", feed)}
    return {"made_with": {"tensorflow": tf.__version__}} | digests(found)


def keras(official: Path) -> dict[str, Any]:
    import h5py
    import tf_keras

    class Share(tf_keras.layers.Layer):  # type: ignore[misc]
        """Stands for the file's Lambda layers, whose code is not run: x + share · y."""

        def __init__(self, share: float, **options: Any) -> None:
            super().__init__(**options)
            self.share = share

        @classmethod
        def from_config(cls, config: dict[str, Any]) -> Any:
            return cls(config["arguments"]["scale"], name=config["name"])

        def call(self, inputs: Any) -> Any:
            return inputs[0] + self.share * inputs[1]

    with h5py.File(official) as file:
        config = json.loads(file.attrs["model_config"])
    for layer in config["config"]["layers"]:
        if layer["class_name"] == "Lambda":
            layer["class_name"] = "Share"
            layer["config"] = {key: layer["config"][key] for key in ("name", "arguments")}
    model = tf_keras.models.model_from_json(json.dumps(config), {"Share": Share})
    model.load_weights(official)
    found = {"official": model.predict(files.standardised(files.pictures(160)), verbose=0)}
    return {"made_with": {"tf_keras": tf_keras.__version__}} | digests(found)


def pytorch() -> dict[str, Any]:
    import torch

    InceptionResnetV1 = network_of_facenet_pytorch()  # noqa: N806 - it is a class
    shown = torch.from_numpy(files.planes((files.pictures(160) - 127.5) / 128.0))
    layout = [
        [name.removesuffix(".weight"), list(tensor.shape)]
        for name, tensor in InceptionResnetV1(classify=True, num_classes=CLASSES)
        .state_dict()
        .items()
        if name.endswith(".weight") and tensor.ndim > 1
    ]
    lines = ",\n ".join(json.dumps(layer) for layer in layout)
    (HERE / "layouts" / "facenet_pytorch.json").write_text(f"[\n {lines}\n]\n", "utf-8")

    def run(*, classify: bool) -> Any:
        model = InceptionResnetV1(classify=classify, num_classes=CLASSES if classify else None)
        state = files.pytorch_state(SEED, classes=CLASSES if classify else 0)
        counters = {k: v for k, v in model.state_dict().items() if k.endswith("_tracked")}
        model.load_state_dict({k: torch.from_numpy(v) for k, v in state.items()} | counters)
        with torch.no_grad():
            found = model.eval()(shown)
        return (torch.softmax(found, dim=1) if classify else found).numpy()

    found = {"descriptor": run(classify=False), "probabilities": run(classify=True)}
    versions = {
        "torch": torch.__version__,
        "facenet-pytorch": importlib.metadata.version("facenet-pytorch"),
    }
    return {"made_with": versions} | digests(found)


def network_of_facenet_pytorch() -> Any:
    """Import the network alone: the package's detector needs torchvision, which is not used."""
    folder = Path(str(importlib.metadata.distribution("facenet-pytorch").locate_file("")))
    for name in ("facenet_pytorch", "facenet_pytorch.models"):
        package = types.ModuleType(name)
        package.__path__ = [str(folder / name.replace(".", "/"))]
        sys.modules[name] = package
    return importlib.import_module("facenet_pytorch.models.inception_resnet_v1").InceptionResnetV1


def digests(found: dict[str, Any]) -> dict[str, Any]:
    for name, rows in found.items():
        lengths = np.linalg.norm(rows, axis=1)
        print(f"{name}: {rows.shape}, lengths {lengths.min():.4f} to {lengths.max():.4f}", end=", ")
        units = rows / lengths[:, None]
        apart = np.linalg.norm(units[:, None] - units, axis=2)[np.triu_indices(len(rows), 1)]
        print(f"directions apart by {apart.min():.3f} to {apart.max():.3f}")
    return {name: digest(np.ascontiguousarray(rows)) for name, rows in found.items()}


COMMANDS: dict[str, Callable[..., dict[str, Any]]] = {
    "opencv": opencv,
    "tensorflow": tensorflow,
    "keras": keras,
    "pytorch": pytorch,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("official", type=Path, nargs="?", help="none for pytorch")
    arguments = parser.parse_args()
    found = COMMANDS[arguments.command](*filter(None, [arguments.official]))
    if arguments.official is not None:
        found["sha256"] = hashlib.sha256(arguments.official.read_bytes()).hexdigest()
    text = json.dumps(found, separators=(",", ":")).replace('},"', '},\n"') + "\n"
    (HERE / "vectors" / f"facenet_{arguments.command}.json").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
