from __future__ import annotations

import logging
import shutil
import subprocess
import sys
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import helper, numpy_helper

from kith.errors import DeviceUnavailable, LicenceNotAccepted, ModelCorrupt, ModelUnavailable
from kith.models import CARDS, ModelStore, graphs, rewrite
from kith.models.graphs import find_graph
from kith.models.session import OnnxSession, open_session

from .conftest import BOUND, make_card

if TYPE_CHECKING:
    from pathlib import Path

    from kith.models import ModelCard

pytestmark = pytest.mark.timeout(120)


def tiny_network() -> bytes:
    """Convolution, normalisation, PRelu: what the rewriter changes."""
    random = np.random.default_rng(4)
    weights = {
        "w": random.normal(size=(8, 3, 3, 3)),
        "scale": random.uniform(0.5, 2, 8),
        "shift": random.normal(size=8),
        "mean": random.normal(size=8),
        "var": random.uniform(0.5, 2, 8),
        "slope": random.uniform(0, 1, (8, 1, 1)),
    }
    nodes = [
        helper.make_node("Conv", ["data", "w"], ["a"], kernel_shape=[3, 3]),
        helper.make_node("BatchNormalization", ["a", "scale", "shift", "mean", "var"], ["b"]),
        helper.make_node("PRelu", ["b", "slope"], ["c"]),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("data", onnx.TensorProto.FLOAT, [1, 3, 6, 6])],
        [helper.make_tensor_value_info("c", onnx.TensorProto.FLOAT, [1, 8, 4, 4])],
        [numpy_helper.from_array(a.astype(np.float32), name) for name, a in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    return bytes(model.SerializeToString())


CONTENT = tiny_network()


def prepared(card: ModelCard, store: ModelStore) -> Path:
    return find_graph(card, store).path


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "home")


@pytest.fixture
def tiny(store: ModelStore) -> ModelCard:
    """A card without sources whose file was put in its place by hand."""
    card = make_card(content=CONTENT)
    place(store, card, CONTENT)
    return card


def place(store: ModelStore, card: ModelCard, content: bytes) -> None:
    path = store.location(card)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def numbers(opened: OnnxSession) -> list[float]:
    batch = np.linspace(-1, 1, 108, dtype=np.float32).reshape(1, 3, 6, 6)
    return [float(value) for value in opened.run(batch)[0].ravel()]


def original_numbers() -> list[float]:
    opened = onnxruntime.InferenceSession(CONTENT, providers=["CPUExecutionProvider"])
    batch = np.linspace(-1, 1, 108, dtype=np.float32).reshape(1, 3, 6, 6)
    return [float(value) for value in opened.run(None, {"data": batch})[0].ravel()]


@pytest.fixture
def rewrites(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Counts the times that a graph was rewritten."""
    times: list[int] = []
    real = rewrite.rewrite

    def counted(*args: object) -> bytes:
        times.append(1)
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(rewrite, "rewrite", counted)
    return times


def test_the_numbers_are_those_of_the_original(store: ModelStore, tiny: ModelCard) -> None:
    assert numbers(open_session(tiny, store)) == pytest.approx(original_numbers(), abs=1e-5)


def test_a_graph_is_rewritten_once(store: ModelStore, tiny: ModelCard, rewrites: list[int]) -> None:
    graph = prepared(tiny, store)
    assert graph.parent == store.location(tiny).parent
    assert len(rewrites) == 1
    before = graph.stat().st_mtime_ns
    for _ in range(3):
        assert prepared(tiny, store) == graph
    assert len(rewrites) == 1
    assert graph.stat().st_mtime_ns == before


def test_no_half_written_file_is_left(store: ModelStore, tiny: ModelCard) -> None:
    graph = prepared(tiny, store)
    assert not list(graph.parent.glob("*.part"))


@pytest.mark.parametrize("what", ["graph", "cut", "digest", "no digest", "empty digest"])
def test_a_graph_that_is_not_what_was_written_is_made_anew(
    store: ModelStore, tiny: ModelCard, rewrites: list[int], what: str
) -> None:
    graph = prepared(tiny, store)
    good = graph.read_bytes()
    digest = graph.with_suffix(".json")
    if what == "graph":
        graph.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
    elif what == "cut":
        graph.write_bytes(good[: len(good) // 2])
    elif what == "digest":
        digest.write_bytes(b"\xff" * 64)
    elif what == "no digest":
        digest.unlink()
    else:
        digest.write_bytes(b"")
    assert numbers(open_session(tiny, store)) == pytest.approx(original_numbers(), abs=1e-5)
    assert graph.read_bytes() == good
    assert len(rewrites) == 2


def test_new_passes_make_a_new_graph(
    store: ModelStore, tiny: ModelCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = prepared(tiny, store)
    monkeypatch.setattr("kith.models.rewrite_version.VERSION", 999)
    second = prepared(tiny, store)
    assert first != second
    assert first.exists()
    assert second.read_bytes() == first.read_bytes()


def test_other_weights_make_a_new_graph(store: ModelStore, tiny: ModelCard) -> None:
    first = prepared(tiny, store)
    changed = CONTENT.replace(b"tiny", b"TINY")
    other = make_card(content=changed)
    with pytest.raises((ModelCorrupt, ModelUnavailable)):
        prepared(other, store)  # what lies there is not its file
    place(store, other, changed)
    assert prepared(other, store) != first


def test_the_graph_is_enough_once_it_is_there(store: ModelStore, tiny: ModelCard) -> None:
    expected = numbers(open_session(tiny, store))
    store.location(tiny).unlink()
    assert numbers(open_session(tiny, store)) == expected


def test_without_either_file_there_is_no_session(store: ModelStore, tiny: ModelCard) -> None:
    store.location(tiny).unlink()
    with pytest.raises(ModelUnavailable, match="tiny"):
        open_session(tiny, store)


def test_a_graph_that_is_there_still_needs_its_licence(
    store: ModelStore, tiny: ModelCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    bound = replace(tiny, licence=BOUND)
    monkeypatch.setenv("KITH_ACCEPT_LICENCES", "tiny")
    expected = numbers(open_session(bound, store))
    monkeypatch.delenv("KITH_ACCEPT_LICENCES")
    with pytest.raises(LicenceNotAccepted, match="tiny"):
        open_session(bound, store)
    store.accept(bound)
    assert numbers(open_session(bound, store)) == expected


@pytest.mark.parametrize("device", ["tpu", "", "CPU", "cuda:0"])
def test_a_device_that_is_none_is_refused_before_anything_is_done(
    store: ModelStore, tiny: ModelCard, rewrites: list[int], device: str
) -> None:
    with pytest.raises(DeviceUnavailable, match="kith runs on: cpu, cuda"):
        open_session(tiny, store, device)
    assert rewrites == []


def test_a_gpu_that_is_not_there_is_not_replaced(
    store: ModelStore, tiny: ModelCard, rewrites: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: ["CPUExecutionProvider"])
    with pytest.raises(DeviceUnavailable, match="onnxruntime-gpu"):
        open_session(tiny, store, "cuda")
    assert rewrites == []


@pytest.mark.filterwarnings("ignore:Specified provider")
@pytest.mark.skipif(
    "CUDAExecutionProvider" in onnxruntime.get_available_providers(), reason="has CUDA"
)
def test_a_gpu_that_fails_to_start_is_not_replaced_either(
    store: ModelStore, tiny: ModelCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """onnxruntime-gpu on a machine without a driver: promised, then quietly run on the CPU."""
    promised = ["CUDAExecutionProvider", "CPUExecutionProvider"]
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: promised)
    with pytest.raises(DeviceUnavailable):
        open_session(tiny, store, "cuda")


def test_what_is_no_network_at_all(tmp_path: Path) -> None:
    path = tmp_path / "noise.onnx"
    path.write_bytes(np.random.default_rng(0).bytes(4000))
    with pytest.raises(ModelCorrupt, match=r"noise\.onnx is not an ONNX model"):
        OnnxSession(path)


def test_one_session_from_many_threads(store: ModelStore, tiny: ModelCard) -> None:
    opened = open_session(tiny, store)
    random = np.random.default_rng(1)
    batches = [random.normal(size=(n % 3 + 1, 3, 6, 6)).astype(np.float32) for n in range(60)]
    expected = [opened.run(batch)[0] for batch in batches]
    got: dict[int, np.ndarray] = {}

    def work(part: range) -> None:
        for i in part:
            got[i] = opened.run(batches[i])[0]

    threads = [threading.Thread(target=work, args=(range(k, 60, 4),)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.array_equal(got[i], expected[i]) for i in range(60))


def test_four_threads_that_prepare_at_once(
    store: ModelStore, tiny: ModelCard, rewrites: list[int]
) -> None:
    start, graphs = threading.Barrier(4), []

    def work() -> None:
        start.wait()
        graphs.append(prepared(tiny, store))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(graphs)) == 1
    assert len(graphs) == 4
    assert len(rewrites) == 1


PREPARE = """
import hashlib, logging, sys
from pathlib import Path
from kith.models import CARDS, ModelStore
from kith.models.graphs import find_graph
from kith.models.session import open_session
logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(message)s")
print("ready", flush=True)
sys.stdin.readline()
store = ModelStore(Path(sys.argv[1]))
open_session(CARDS["yunet"], store)
print(hashlib.sha256(find_graph(CARDS["yunet"], store).path.read_bytes()).hexdigest())
"""


def test_two_processes_that_prepare_at_once(networks: ModelStore, tmp_path: Path) -> None:
    card = CARDS["yunet"]
    there = ModelStore(tmp_path / "home")
    there.location(card).parent.mkdir(parents=True)
    shutil.copy(networks.path(card), there.location(card))
    command = [sys.executable, "-c", PREPARE, str(there.home)]
    running = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    said = []
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in running:
        said.append(process.communicate(timeout=60)[0].splitlines())
        assert process.returncode == 0
    assert said[0][-1] == said[1][-1]
    # One of them wrote the graph, the other one waited for it.
    assert sum("preparing yunet" in line for lines in said for line in lines) == 1
    graph = prepared(card, there)
    left = {path.name for path in graph.parent.iterdir()}
    assert left == {
        card.weights.file,
        graph.name,
        graph.with_suffix(".json").name,
    }


def test_a_rewrite_is_told_of(
    store: ModelStore, tiny: ModelCard, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger=graphs.__name__):
        prepared(tiny, store)
        prepared(tiny, store)
    assert [record.getMessage() for record in caplog.records] == ["preparing tiny for onnxruntime"]


def test_a_network_for_one_picture_size_takes_no_other(tmp_path: Path) -> None:
    shape = [1, 3, "height", "width"]
    graph = helper.make_graph(
        [helper.make_node("Relu", ["data"], ["c"])],
        "any size",
        [helper.make_tensor_value_info("data", onnx.TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("c", onnx.TensorProto.FLOAT, shape)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    path = tmp_path / "any.onnx"
    path.write_bytes(model.SerializeToString())
    picture, other = (np.ones((1, 3, height, 8), np.float32) for height in (6, 5))
    anything = OnnxSession(path)
    assert [anything.run(one)[0].shape for one in (picture, other)] == [picture.shape, other.shape]
    one_size = OnnxSession(path, picture=(6, 8))
    assert one_size.run(picture)[0].shape == picture.shape
    with pytest.raises(onnxruntime.capi.onnxruntime_pybind11_state.InvalidArgument):
        one_size.run(other)
