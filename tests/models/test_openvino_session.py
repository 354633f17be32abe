"""Numbers, threads, precision and what is not there; networks are built here, so none is pulled."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

import numpy as np
import onnxruntime
import pytest

from kith.errors import DeviceUnavailable, MissingExtra, ModelCorrupt
from kith.models import openvino_session
from kith.models.catalogue import card
from kith.models.graphs import find_graph
from kith.models.importers.graph import INPUT, GraphBuilder, Norm
from kith.models.openvino_session import OpenVinoSession, require_openvino

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from kith.models import ModelStore

pytestmark = pytest.mark.timeout(120)

SIDE = 12


def has_openvino() -> bool:
    try:
        require_openvino()
    except MissingExtra:
        return False
    return True


def has_bf16() -> bool:
    try:
        require_openvino("bf16")
    except (MissingExtra, DeviceUnavailable):
        return False
    return True


needs_openvino = pytest.mark.skipif(not has_openvino(), reason="needs kith[openvino]")
needs_bf16 = pytest.mark.skipif(not has_bf16(), reason="needs OpenVINO and a CPU with bfloat16")


def network(path: Path, *, fixed: bool) -> Path:
    """A small network with two outputs: a picture's features, and 16 numbers for all of it."""
    random = np.random.default_rng(7)
    norm = Norm(random.normal(size=32), random.uniform(0.5, 2, 32), 1e-3)
    graph = GraphBuilder("small", size=(SIDE, SIDE) if fixed else None)
    x = graph.conv(INPUT, random.normal(size=(32, 3, 3, 3)) / 5, norm=norm, stride=2, pads=1)
    x = graph.max_pool(graph.relu(x), 3, 1, 1)
    x = graph.conv(x, random.normal(size=(32, 32, 3, 3)) / 12, random.normal(size=32), pads=1)
    last = graph.dense(graph.global_average(x), random.normal(size=(16, 32)))
    graph.output("features", x, 32, *((SIDE // 2,) * 2 if fixed else ("rows", "columns")))
    graph.output("numbers", last, 16)
    path.write_bytes(graph.build())
    return path


@pytest.fixture(scope="module")
def fixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return network(tmp_path_factory.mktemp("ov") / "fixed.onnx", fixed=True)


@pytest.fixture(scope="module")
def free(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return network(tmp_path_factory.mktemp("ov") / "free.onnx", fixed=False)


def batch(count: int, height: int = SIDE, width: int = SIDE) -> npt.NDArray[np.float32]:
    random = np.random.default_rng(count * 1000 + height * 10 + width)
    return random.normal(size=(count, 3, height, width)).astype(np.float32)


def expected(path: Path, pixels: npt.NDArray[np.float32]) -> list[npt.NDArray[np.float32]]:
    """Return what onnxruntime makes of a batch."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    found: list[npt.NDArray[np.float32]] = session.run(None, {session.get_inputs()[0].name: pixels})
    return found


def apart(
    found: list[npt.NDArray[np.float32]], right: list[npt.NDArray[np.float32]]
) -> list[float]:
    """Return the greatest differences, relative to the greatest value."""
    assert [array.shape for array in found] == [array.shape for array in right]
    assert {array.dtype for array in found} == {np.dtype(np.float32)}
    pairs = zip(found, right, strict=True)
    return [float(np.abs(a - b).max() / np.abs(b).max()) for a, b in pairs]


@needs_openvino
@pytest.mark.parametrize("picture", [(SIDE, SIDE), None])
@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_batches_of_all_sizes(fixed: Path, count: int, picture: tuple[int, int] | None) -> None:
    session = OpenVinoSession(fixed, picture=picture)
    session.run(batch(4))
    found = session.run(batch(count))
    assert max(apart(found, expected(fixed, batch(count)))) < 1e-5


@needs_openvino
def test_pictures_of_all_sizes(free: Path) -> None:
    session = OpenVinoSession(free)
    for height, width in ((12, 12), (40, 16), (7, 33), (12, 12), (16, 40)):
        pixels = batch(2, height, width)
        assert max(apart(session.run(pixels), expected(free, pixels))) < 1e-5


@needs_openvino
def test_a_batch_that_lies_otherwise_in_memory(fixed: Path) -> None:
    session = OpenVinoSession(fixed)
    pixels = batch(2)
    turned = np.asfortranarray(pixels)
    assert np.array_equal(session.run(turned)[1], session.run(pixels)[1])


@needs_openvino
def test_results_are_the_callers_own(fixed: Path) -> None:
    session = OpenVinoSession(fixed, picture=(SIDE, SIDE))
    first = session.run(batch(2))
    kept = [array.copy() for array in first]
    pixels = batch(2) + 1
    session.run(pixels)
    assert all(np.array_equal(a, b) for a, b in zip(first, kept, strict=True))
    first[0][:] = 0
    assert np.array_equal(pixels, batch(2) + 1)


@needs_openvino
def test_many_threads_at_once(fixed: Path) -> None:
    session = OpenVinoSession(fixed, picture=(SIDE, SIDE))
    pixels = [batch(n % 4 + 1, SIDE, SIDE) + n for n in range(80)]
    alone = [session.run(picture)[1] for picture in pixels]
    got: dict[int, npt.NDArray[np.float32]] = {}
    start = threading.Barrier(8)

    def work(part: range) -> None:
        start.wait()
        for i in part:
            got[i] = session.run(pixels[i])[1]

    threads = [threading.Thread(target=work, args=(range(k, 80, 8),)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.array_equal(got[i], alone[i]) for i in range(80))


@needs_bf16
def test_bf16_is_another_precision_and_says_so(fixed: Path) -> None:
    exact, rough = OpenVinoSession(fixed), OpenVinoSession(fixed, "bf16")
    assert (exact.precision, rough.precision) == ("float32", "bfloat16")
    away = apart(rough.run(batch(2)), exact.run(batch(2)))
    assert min(away) > 1e-5  # eight bits are not 24
    assert max(away) < 0.05


def pretend(monkeypatch: pytest.MonkeyPatch, path: Path, flags: str | None) -> None:
    """Let OpenVINO say that it can, and the system say what the CPU can."""

    class Core:
        def get_property(self, device: str, name: str) -> list[str]:
            return ["FP32", "BF16"]

    if flags is not None:
        path.write_text(f"processor : 0\nflags : fpu avx2 {flags} sse\n", "utf-8")
    monkeypatch.setattr(openvino_session, "_core", Core)
    monkeypatch.setattr(openvino_session, "_CPU_INFO", path)


@needs_openvino
@pytest.mark.parametrize("flags", ["", "avx512f avx512_vnni", "avx512_bf1", None])
def test_bf16_that_would_be_imitated_is_refused(
    fixed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flags: str | None
) -> None:
    pretend(monkeypatch, tmp_path / "cpuinfo", flags)
    with pytest.raises(DeviceUnavailable, match="no bfloat16 instructions"):
        OpenVinoSession(fixed, "bf16")
    require_openvino()


@needs_openvino
@pytest.mark.parametrize("flags", ["avx512_bf16", "amx_tile amx_bf16"])
def test_a_cpu_with_bf16(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flags: str) -> None:
    pretend(monkeypatch, tmp_path / "cpuinfo", flags)
    require_openvino("bf16")
    no_bf16 = type("Core", (), {"get_property": lambda *_: ["FP32"]})
    monkeypatch.setattr(openvino_session, "_core", no_bf16)
    with pytest.raises(DeviceUnavailable):
        require_openvino("bf16")


@pytest.mark.parametrize("precision", ["f32", "bf16"])
def test_without_openvino_the_extra_is_named(
    fixed: Path, monkeypatch: pytest.MonkeyPatch, precision: str
) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(MissingExtra, match=r"pip install 'kith\[openvino\]'") as caught:
        OpenVinoSession(fixed, precision)
    assert "\n" not in str(caught.value)


@needs_openvino
@pytest.mark.parametrize("content", [b"", b"no network", bytes(range(256)) * 20])
def test_what_is_no_network(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "noise.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelCorrupt, match=r"noise\.onnx is not an ONNX model") as caught:
        OpenVinoSession(path)
    assert "\n" not in str(caught.value)


@needs_openvino
@pytest.mark.models
@pytest.mark.parametrize("model_id", ["yunet", "sface"])
def test_the_default_networks_give_what_onnxruntime_gives(
    networks: ModelStore, model_id: str
) -> None:
    path = find_graph(card(model_id), networks).path
    height, width = (192, 320) if model_id == "yunet" else (112, 112)
    pixels = np.random.default_rng(0).integers(0, 256, (3, 3, height, width)).astype(np.float32)
    assert max(apart(OpenVinoSession(path).run(pixels), expected(path, pixels))) < 1e-4
