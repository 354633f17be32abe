"""Weight files that a user has already."""

from __future__ import annotations

import hashlib
import json
import threading
from pathlib import Path

import numpy as np
import pytest

from kith.errors import ModelCorrupt, ModelUnavailable, WeightsUnreadable
from kith.models import ModelStore
from kith.models.catalogue import card
from kith.models.graphs import Record, find_graph, write_graph
from kith.models.importers.graph import INPUT, GraphBuilder
from kith.models.imports import (
    check_import,
    import_file,
    import_record,
    imported_labels,
    remove,
)
from kith.models.session import load_graph
from reference import random_weights
from reference.digests import difference

from .conftest import CONTENT, make_card

RESNET = card("vggface2-resnet50")


def vectors(seed: int) -> dict[str, dict[str, dict[str, object]]]:
    path = Path(__file__).parents[1] / "reference/vectors/resnet50.json"
    return json.loads(path.read_text("utf-8"))["seeds"][str(seed)]


@pytest.fixture(scope="module")
def bare_files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two ResNets without classifier, of different numbers."""
    layout = random_weights.layout("resnet50", classifier=False)
    return [random_weights.write_h5(tmp_path_factory.mktemp("h5"), layout, seed) for seed in (0, 1)]


@pytest.fixture
def store(home: Path) -> ModelStore:
    return ModelStore(home)


def average(store: ModelStore, seed: int) -> float:
    """How far the imported network is from what Keras computed."""
    kept = vectors(seed)["224x224"]["average"]
    count = kept["shape"][0]  # type: ignore[index]
    pixels = random_weights.pictures("resnet50", count, 224, 224, seed)
    session = load_graph(find_graph(RESNET, store, output="average"))
    return difference(session.run(np.ascontiguousarray(pixels.transpose(0, 3, 1, 2)))[0], kept)


def test_an_import_runs_and_the_next_one_takes_its_place(
    store: ModelStore, bare_files: list[Path]
) -> None:
    for seed, file in enumerate(bare_files):
        done = import_file(file, RESNET, store)
        assert (done.roles, done.pinned) == (("descriptor",), False)
        assert done.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
        assert average(store, seed) < 1e-4
        graph = import_record(RESNET, store, "descriptor")
        assert graph is not None
        assert graph.record.source_sha256 == done.sha256
        assert graph.record.source == file.name
        assert graph.record.made_by.startswith("vggface2-resnet50-")
        assert check_import(RESNET, store) == "ok"
    assert average(store, 0) > 0.1
    # Nothing of the first one is left: its graph, its record, and what was made of it.
    names = {path.name.split(".")[0] for path in (store.folder(RESNET) / "imports").iterdir()}
    assert names == {"imports", done.sha256[:12]}


def test_an_import_that_changed_on_the_disk(store: ModelStore, bare_files: list[Path]) -> None:
    path = import_file(bare_files[0], RESNET, store).path
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(ModelCorrupt, match="kith models remove vggface2-resnet50"):
        find_graph(RESNET, store)
    assert check_import(RESNET, store) == "corrupt"
    assert import_file(bare_files[0], RESNET, store).path == path
    assert check_import(RESNET, store) == "ok"


@pytest.mark.parametrize("content", ["[]", "null", "5", '"x"', "[" * 100_000, "{", "\xff"])
def test_a_list_of_imports_that_is_none(store: ModelStore, content: str) -> None:
    listed = store.folder(RESNET) / "imports" / "imports.json"
    listed.parent.mkdir(parents=True)
    listed.write_text(content, encoding="latin-1")
    with pytest.raises(ModelCorrupt, match="kith models remove vggface2-resnet50"):
        find_graph(RESNET, store)
    assert check_import(RESNET, store) == "corrupt"


@pytest.mark.parametrize("content", ["5", "null", '["a"]', '{"a": 1}', "[" * 100_000])
def test_kept_labels_that_are_damaged(store: ModelStore, content: str) -> None:
    folder = store.folder(RESNET) / "imports"
    folder.mkdir(parents=True)
    (folder / "imports.json").write_text('{"labels": "x.labels.json"}')
    (folder / "x.labels.json").write_text(content)
    with pytest.raises(ModelCorrupt, match="labels of vggface2-resnet50 are damaged"):
        imported_labels(RESNET, store)
    assert check_import(RESNET, store) == "corrupt"


def graph_of(*outputs: str) -> bytes:
    """A network that gives its input under other names."""
    builder = GraphBuilder("tiny")
    for name in outputs:
        builder.output(name, builder.relu(INPUT), 3, "height", "width")
    return builder.build()


def test_an_output_that_only_the_earlier_import_has(store: ModelStore, tmp_path: Path) -> None:
    """VGG16 describes faces by a layer that files without the classifier do not have."""
    folder = store.folder(RESNET) / "imports"
    folder.mkdir(parents=True)
    for name, outputs in {"bare": ("average",), "whole": ("average", "fc7")}.items():
        made = tmp_path / name
        made.write_bytes(graph_of(*outputs))
        write_graph(folder / f"{name}.onnx", made, Record("", name, "test", 0, name))
    roles = {"descriptor": "bare.onnx", "classifier": "whole.onnx"}
    (folder / "imports.json").write_text(json.dumps(roles))
    assert find_graph(RESNET, store, output="average").record.source == "bare"
    assert find_graph(RESNET, store, output="fc7").record.source == "whole"
    with pytest.raises(ModelUnavailable, match="imported has no max: import the one that has"):
        find_graph(RESNET, store, output="max")


def test_a_weight_file_with_the_ending_of_labels(
    store: ModelStore, bare_files: list[Path], tmp_path: Path
) -> None:
    renamed = tmp_path / "weights.txt"
    renamed.symlink_to(bare_files[0])
    assert import_file(renamed, RESNET, store).roles == ("descriptor",)


def test_remove_leaves_nothing(store: ModelStore, bare_files: list[Path]) -> None:
    import_file(bare_files[0], RESNET, store)
    assert remove(RESNET, store) > 90_000_000
    assert not store.folder(RESNET).exists()
    assert check_import(RESNET, store) is None
    assert remove(RESNET, store) == 0


def test_two_imports_at_once(store: ModelStore, bare_files: list[Path]) -> None:
    threads = [
        threading.Thread(target=import_file, args=(file, RESNET, store)) for file in bare_files
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert check_import(RESNET, store) == "ok"
    assert min(average(store, 0), average(store, 1)) < 1e-4


def test_a_file_that_the_card_names_is_put_in_its_place(store: ModelStore, tmp_path: Path) -> None:
    known = make_card()
    file = tmp_path / "downloaded (1).onnx"
    file.write_bytes(CONTENT)
    done = import_file(file, known, store)
    assert done.pinned
    assert store.path(known).read_bytes() == CONTENT
    assert file.exists()


def test_labels(store: ModelStore, tmp_path: Path) -> None:
    assert imported_labels(RESNET, store) is None
    names = [f" Zoë_{number}" for number in range(8631)]
    file = tmp_path / "labels.npy"
    np.save(file, np.array(names))
    assert import_file(file, RESNET, store).roles == ("labels",)
    assert imported_labels(RESNET, store) == tuple(names)
    np.save(file, np.array(names[:2622]))
    with pytest.raises(WeightsUnreadable, match="2,622 names; the network tells 8,631"):
        import_file(file, RESNET, store)
    assert imported_labels(RESNET, store) == tuple(names)
    with pytest.raises(WeightsUnreadable, match="sface has no classifier"):
        import_file(file, card("sface"), store)


@pytest.mark.parametrize("model_id", ["vggface2-senet50", "vggface-vgg16"])
def test_a_file_of_another_network(
    store: ModelStore, bare_files: list[Path], model_id: str
) -> None:
    with pytest.raises(WeightsUnreadable, match=r"rcmalli_vggface_tf_notop_resnet50\.h5"):
        import_file(bare_files[0], card(model_id), store)
    assert not list(store.home.rglob("*.onnx"))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is no weight file that kith knows"),
        (b"<!doctype html><p>sign in", "is a web page"),
        (b"\x89HDF\r\n\x1a\n" + CONTENT, "is not a readable .h5 file"),
        (b"PK\x03\x04" + CONTENT, "is no weight file that kith knows (.h5)"),
        (CONTENT, ""),
    ],
)
@pytest.mark.parametrize("model_id", ["sface", "vggface2-resnet50", "vggface-vgg16"])
def test_what_is_no_weight_file(
    store: ModelStore, tmp_path: Path, content: bytes, said: str, model_id: str
) -> None:
    file = tmp_path / "weights.h5"
    file.write_bytes(content)
    known = card(model_id)
    with pytest.raises((WeightsUnreadable, ModelUnavailable)) as raised:
        import_file(file, known, store)
    message = str(raised.value)
    assert "weights.h5" in message
    assert "\n" not in message
    if known.importer:
        assert said in message
    assert not list(store.home.rglob("*.onnx"))


def test_a_path_that_leads_nowhere(store: ModelStore, tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="is not there; name a weight file"):
        import_file(tmp_path / "none.h5", RESNET, store)
    with pytest.raises(ModelUnavailable, match="is a folder; name a weight file"):
        import_file(tmp_path, RESNET, store)
