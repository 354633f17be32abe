# ruff: noqa: T201 (a command speaks to its user)
"""Run keras-vggface's own networks, and keep what they are and what they compute.

Needs an environment of its own: ``pip install tensorflow-cpu==2.21.0 tf_keras==2.21.0 h5py`` and
``pip install --no-deps keras-vggface==0.6``. keras-vggface was written for Keras 2.1; three
modules that later versions lack are replaced by the few functions it takes from them.

    python tests/reference/keras_vggface.py --out FOLDER --network all --seeds 0 1 2

Writes ``layouts/*.json`` and ``vectors/*.json`` beside this file, and into FOLDER each seed's
weight files as tf_keras saves them, having checked that `random_weights.write_h5` writes the same.
"""

from __future__ import annotations

import argparse
import gc
import importlib.metadata
import json
import os
import sys
import types
from pathlib import Path
from typing import Any

os.environ["TF_USE_LEGACY_KERAS"] = "1"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"  # its convolutions trade digits for speed
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

HERE = Path(__file__).resolve().parent
# Not this script's folder: in there, this very file would be found as keras_vggface.
sys.path = [str(HERE.parent), *(p for p in sys.path if Path(p).resolve() != HERE)]

import h5py  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
import tf_keras  # noqa: E402

from reference import random_weights  # noqa: E402
from reference.digests import digest  # noqa: E402

PARAMETERS = {
    "vgg16": (145_002_878, 14_714_688),
    "resnet50": (41_246_071, 23_561_152),
    "senet50": (43_777_063, 26_092_144),
}
FILES = {name: f"rcmalli_vggface_tf_{{}}{name}.h5" for name in PARAMETERS}
OTHER_SIZE = {"vgg16": (97, 130), "resnet50": (449, 454), "senet50": (449, 454)}
"""Height and width without the classifier: odd and even, and several windows of the last pool."""

PICTURES = 2

EMPTY = {"weight_names": (np.dtype("f8"), [])}


def reference() -> Any:
    """Import keras-vggface with tf_keras in place of the Keras it was written for."""

    def input_shape(shape: Any, default_size: int, **_: object) -> Any:
        return shape or (default_size, default_size, 3)

    def no_download(*_: object, **__: object) -> None:
        raise RuntimeError("the reference takes random weights")

    parts: dict[str, dict[str, Any]] = {
        "keras.utils.layer_utils": {},
        "keras.engine": {},
        "keras.engine.topology": {"get_source_inputs": tf_keras.utils.get_source_inputs},
        "keras.utils.data_utils": {"get_file": no_download},
        "keras_applications": {},
        "keras_applications.imagenet_utils": {"_obtain_input_shape": input_shape},
    }
    sys.modules["keras"] = tf_keras
    for name in ("backend", "layers", "models", "utils"):
        sys.modules[f"keras.{name}"] = getattr(tf_keras, name)
    for name, functions in parts.items():
        module = types.ModuleType(name)
        vars(module).update(functions)
        sys.modules[name] = module
    tf_keras.utils.layer_utils = sys.modules["keras.utils.layer_utils"]
    from keras_vggface.vggface import VGGFace

    return VGGFace


def build(network: str, **options: Any) -> Any:
    """Build a network with the names that it has in a fresh process."""
    tf_keras.backend.clear_session()
    gc.collect()
    return reference()(model=network, weights=None, **options)


def keep_layout(network: str, out: Path) -> None:
    """Write what Keras would write into the two official files, without the numbers."""
    stored: dict[str, Any] = {"attributes": {}}
    for classifier, prefix in ((True, ""), (False, "notop_")):
        model = build(network, include_top=classifier)
        if model.count_params() != PARAMETERS[network][not classifier]:
            raise SystemExit(f"{network}: {model.count_params():,} parameters")
        path = out / FILES[network].format(prefix)
        model.save_weights(path)
        layers = []
        with h5py.File(path) as file:
            stored["attributes"] = {k: file.attrs[k] for k in ("backend", "keras_version")}
            for layer in file.attrs["layer_names"]:
                names = file[layer].attrs["weight_names"]
                layers.append([layer, [[n, list(file[layer][n].shape)] for n in names]])
        if classifier:
            stored["layers"] = layers
        elif layers != stored["layers"][: len(layers)]:
            raise SystemExit(f"{network}: without the classifier other layers come first")
        key = "classifier" if classifier else "no_classifier"
        stored[key] = {"file": path.name, "layers": len(layers)}
        path.unlink()
    target = HERE / "layouts" / f"{network}.json"
    lines = [json.dumps(layer) for layer in stored.pop("layers")]
    head = json.dumps(stored, indent=1)[:-2]
    target.write_text(f'{head},\n "layers": [\n  ' + ",\n  ".join(lines) + "\n ]\n}\n", "utf-8")


def give_weights(model: Any, plan: random_weights.Layout, seed: int) -> None:
    """Set a model's weights by their names."""
    values = dict(random_weights.arrays(plan, seed))
    for variable in model.weights:
        variable.assign(values.pop(variable.name))
    if values:
        raise SystemExit(f"not in the model: {sorted(values)}")


def keep_file(model: Any, plan: random_weights.Layout, seed: int, out: Path) -> None:
    """Save a model's weights, and check that ours writes the same file."""
    saved, own = out / f"seed{seed}", out / "own"
    saved.mkdir(parents=True, exist_ok=True)
    own.mkdir(parents=True, exist_ok=True)
    model.save_weights(saved / plan.file)
    path = random_weights.write_h5(own, plan, seed)
    # Keras 2.1, which saved the official files, did not have this empty group yet.
    same = {**contents(path), "top_level_model_weights": EMPTY} == contents(saved / plan.file)
    print(f"{plan.file} seed {seed}: {'the same' if same else 'OTHER'} contents", flush=True)
    model.load_weights(path)
    path.unlink()
    if not same:
        raise SystemExit("random_weights.py does not write what tf_keras writes")


def contents(path: Path) -> dict[str, Any]:
    """Return all names, attributes (with their types), shapes and values of a file."""
    found: dict[str, Any] = {}

    def visit(name: str, item: Any) -> None:
        found[name] = {
            key: (item.attrs.get_id(key).dtype, np.array(value).tolist())
            for key, value in item.attrs.items()
        }
        if isinstance(item, h5py.Dataset):
            found[f"{name}="] = (item.dtype, item.shape, hash(item[()].tobytes()))

    with h5py.File(path) as file:
        visit("", file)
        file.visititems(visit)
    return found


def outputs(network: str, seed: int, out: Path) -> dict[str, Any]:
    """Return digests of everything that the networks of a seed compute."""
    kept: dict[str, Any] = {}
    plan = random_weights.layout(network, classifier=True)
    pixels = random_weights.pictures(network, PICTURES, 224, 224, seed)
    model = build(network, include_top=True)
    give_weights(model, plan, seed)
    keep_file(model, plan, seed, out)
    named = {"probabilities": model.output}
    if network == "vgg16":
        named |= {f: model.get_layer(f"{f}/relu").output for f in ("fc6", "fc7")}
    found = tf_keras.Model(model.input, named).predict(pixels, verbose=0)
    top = np.sort(found["probabilities"], axis=1)[:, ::-1]
    print(f"  greatest probabilities {top[:, :3].tolist()}, median {np.median(top):.2e}")
    kept["classifier"] = {name: digest(array) for name, array in found.items()}
    plan = random_weights.layout(network, classifier=False)
    for height, width in ((224, 224), OTHER_SIZE[network]):
        pixels = random_weights.pictures(network, PICTURES, height, width, seed)
        here = kept[f"{height}x{width}"] = {}
        for output, pooling in (("features", None), ("average", "avg"), ("max", "max")):
            shape = (height, width, 3)
            model = build(network, include_top=False, pooling=pooling, input_shape=shape)
            give_weights(model, plan, seed)
            if pooling is None and height == 224:
                keep_file(model, plan, seed, out)
            array = model.predict(pixels, verbose=0)
            if pooling is None:
                array = np.ascontiguousarray(array.transpose(0, 3, 1, 2))
            print(
                f"  {height}x{width} {output} {array.shape}: mean {array.mean():.3g}, "
                f"greatest {array.max():.3g}, zero {np.mean(array == 0):.0%}, "
                f"pictures differ by {np.abs(array[0] - array[1]).mean() / array.mean():.2f}"
            )
            here[output] = digest(array)
    return kept


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="folder for the weight files")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--network", choices=[*PARAMETERS, "all"], default="all")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    versions = {name: importlib.metadata.version(name) for name in ("keras-vggface", "tf_keras")}
    versions["tensorflow"] = tf.__version__
    for network in PARAMETERS if arguments.network == "all" else [arguments.network]:
        keep_layout(network, arguments.out)
        seeds = {str(seed): outputs(network, seed, arguments.out) for seed in arguments.seeds}
        text = json.dumps({"made_with": versions, "seeds": seeds}, separators=(",", ":"))
        text = text.replace('},"', '},\n"') + "\n"
        (HERE / "vectors" / f"{network}.json").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
