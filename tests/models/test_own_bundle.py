"""Models from anybody: nothing of one that is not sound is kept, and one line says why."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import zipfile
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from kith.errors import KithError, ModelError, OptionError, WeightsUnreadable
from kith.models import ModelStore
from kith.models.bundle import export_own, import_own, is_bundle
from kith.models.catalogue import CARDS, card
from kith.models.own import keep_own, own_card
from kith.models.own_look import look

from .own_graphs import (
    DIMENSION,
    NAMES,
    embedder_graph,
    embedder_model,
    head_card,
    head_graph,
    model,
    origin,
)

if TYPE_CHECKING:
    from pathlib import Path

Change = Callable[[dict[str, Any]], object]


@pytest.fixture(scope="module")
def sound(owned: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A sound file of an embedder called mine."""
    file = tmp_path_factory.mktemp("exporting") / "mine.zip"
    export_own(card("mine", owned), ModelStore(owned), file)
    return file.read_bytes()


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as container:
        return {info.filename: container.read(info) for info in container.infolist()}


def packed(parts: dict[str, bytes], **how: Any) -> bytes:
    """Return a zip of members; the manifest names what they really are."""
    manifest = json.loads(parts["manifest.json"])
    manifest["sha256"] = {
        name: hashlib.sha256(data).hexdigest()
        for name, data in parts.items()
        if name != "manifest.json"
    }
    return zipped(list((parts | {"manifest.json": json.dumps(manifest).encode()}).items()), **how)


def zipped(parts: list[tuple[str, bytes]], kind: int = zipfile.ZIP_STORED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", kind) as container:
        for name, data in parts:
            container.writestr(name, data)
    return file.getvalue()


def changed(data: bytes, change: Change) -> bytes:
    """Return a file whose card was changed."""
    parts = members(data)
    whole = json.loads(parts["card.json"])
    change(whole["card"])
    return packed(parts | {"card.json": json.dumps(whole).encode()})


def of_graph(data: bytes, graph: bytes, **card: Any) -> bytes:
    """Return a file that has another graph, named as it should be."""
    digest = hashlib.sha256(graph).hexdigest()
    weights = {"file": f"mine-{digest[:12]}.onnx", "sha256": digest, "size": len(graph)}
    whole = json.loads(members(data)["card.json"])
    whole["card"]["weights"] = weights | {"sources": []}
    whole["card"] |= card
    parts = members(data) | {"graph.onnx": graph, "card.json": json.dumps(whole).encode()}
    return packed(parts)


def refused(data: bytes, tmp_path: Path, match: str | None = None) -> str:
    """Return the line that an import ends with; nothing may be kept."""
    file, store = tmp_path / "model.zip", ModelStore(tmp_path / "home")
    file.write_bytes(data)
    with pytest.raises((ModelError, OptionError), match=match) as raised:
        import_own(file, store)
    said = str(raised.value)
    assert len(said) < 600
    assert said.isprintable()
    kept = store.home / "own"
    assert not kept.exists() or not list(kept.iterdir())
    return said


def test_a_sound_one_is_taken(sound: bytes, tmp_path: Path) -> None:
    file, store = tmp_path / "model.zip", ModelStore(tmp_path / "home")
    for data in (sound, packed(members(sound)), of_graph(sound, embedder_graph(seed=3))):
        file.write_bytes(data)
        assert is_bundle(file)
        brought = import_own(file, store, replace=True)
        assert brought.new
        assert brought.sha256 == hashlib.sha256(data).hexdigest()
        assert own_card(store.home, "mine") == brought.card


@pytest.mark.parametrize("length", [0, 1, 21, 22, 100, 1000, -1, -22, -100])
def test_a_file_that_is_cut_off(sound: bytes, tmp_path: Path, length: int) -> None:
    refused(sound[:length], tmp_path)


def test_files_of_other_kinds(sound: bytes, tmp_path: Path) -> None:
    others = (b"", b"\0" * 5000, b"PK\x03\x04" + b"\0" * 100, sound[::-1], b"<html>", sound + b"!")
    for data in others:
        refused(data, tmp_path, r"model\.zip is no sound model")
    store = ModelStore(tmp_path / "home")
    for path in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(KithError, match="cannot be read"):
            import_own(path, store)
        assert not is_bundle(path)


def test_bits_that_turned(sound: bytes, tmp_path: Path, random: np.random.Generator) -> None:
    """Of all that a bit may change, some mean nothing: then the same model comes."""
    file, store = tmp_path / "model.zip", ModelStore(tmp_path / "home")
    file.write_bytes(sound)
    expected = import_own(file, store).card
    taken = 0
    start = sound.index(b"PK\x01\x02")
    places = [*random.integers(0, start, 60), *random.integers(start, len(sound), 140)]
    for place in map(int, places):
        torn = bytearray(sound)
        torn[place] ^= 1 << int(random.integers(0, 8))
        file.write_bytes(torn)
        try:
            brought = import_own(file, store)
        except WeightsUnreadable as error:
            assert str(error).isprintable()  # noqa: PT017 - either may happen
        else:
            assert (brought.card, brought.new) == (expected, False)
            taken += 1
    assert taken < len(places) / 2
    assert own_card(store.home, "mine") == expected
    assert store.check(expected) == "ok"


@pytest.mark.parametrize(
    ("name", "value"),
    [("../../graph.onnx", b"x"), ("/etc/passwd", b"x"), ("extra.txt", b""), ("card.json/", b"")],
)
def test_members_that_do_not_belong(sound: bytes, tmp_path: Path, name: str, value: bytes) -> None:
    parts = list(members(sound).items())
    refused(zipped([*parts, (name, value)]), tmp_path, "it is not a zip of manifest.json")
    refused(zipped([*parts[:-1], (name, parts[-1][1])]), tmp_path, "it is not a zip of")


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
def test_members_that_come_twice(sound: bytes, tmp_path: Path) -> None:
    parts = list(members(sound).items())
    refused(zipped([*parts, parts[1]]), tmp_path, "it is not a zip of")
    refused(zipped([parts[0], parts[1], parts[1]]), tmp_path, "it is not a zip of")


def test_members_that_lead_elsewhere(sound: bytes, tmp_path: Path) -> None:
    """What a zip calls a symbolic link is a member like any other: bytes that are compared."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as container:
        for name, data in members(sound).items():
            info = zipfile.ZipInfo(name)
            info.create_system = 3
            if name == "graph.onnx":
                info.external_attr = 0o120777 << 16
            container.writestr(info, b"/etc/passwd" if name == "graph.onnx" else data)
    refused(file.getvalue(), tmp_path, r"its graph\.onnx is not the one that its manifest names")


def test_a_bomb_is_not_unpacked(sound: bytes, tmp_path: Path) -> None:
    parts = members(sound)
    squeezed = packed(parts | {"graph.onnx": b"\0" * (64 << 20)}, kind=zipfile.ZIP_DEFLATED)
    assert len(squeezed) < 1 << 20
    refused(squeezed, tmp_path, "is compressed")
    # What it claims is more than a file may have, or more than there is.
    start = sound.index(b"PK\x01\x02")
    for size in (0xFFFFFFFE, 1 << 31, len(sound)):
        at = sound.index(b"graph.onnx", start) - 46
        torn = bytearray(sound)
        torn[at + 20 : at + 28] = struct.pack("<LL", size, size)
        refused(bytes(torn), tmp_path, "is no sound model")
    # A directory of many.
    torn = bytearray(sound)
    torn[-14:-10] = struct.pack("<HH", 65535, 65535)
    refused(bytes(torn), tmp_path, "it is not a zip of")


def test_a_manifest_that_is_wrong(sound: bytes, tmp_path: Path) -> None:
    parts = members(sound)
    manifest = json.loads(parts["manifest.json"])
    for value, match in (
        (b"", "no JSON"),
        (b"[]", "not one of kith's"),
        (b"{}", "not one of kith's"),
        (b"[" * 60_000, "no JSON"),
        (b" " * 70_000, "too large"),
        (json.dumps(manifest | {"version": 2}).encode(), "version is 2: update kith"),
        (json.dumps(manifest | {"sha256": None}).encode(), "not the one that its manifest names"),
        (json.dumps(manifest | {"sha256": {}}).encode(), "not the one that its manifest names"),
        (b'{"format": "kith archive", "version": 1}', "not one of kith's"),
    ):
        refused(zipped(list((parts | {"manifest.json": value}).items())), tmp_path, match)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda card: card.update(more=[]), "a field 'more' that this kith does not know"),
        (lambda card: card.update({"x\n": 1}), "does not know"),
        (lambda card: card["licence"].update(x=1), "does not know"),
        (lambda card: card.pop("title"), "has no title"),
        (lambda card: card.pop("origin"), "how it came to be"),
        (lambda card: card.update(dimension="8"), "not of the right kind"),
        (lambda card: card.update(dimension=True), "not of the right kind"),
        (lambda card: card.update(dimension=10**400), "out of all bounds"),
        (lambda card: card.update(dimension=10**30), "out of all bounds"),
        (lambda card: card.update(dimension=float("nan")), "no JSON"),
        (lambda card: card["input"].update(scale=float("inf")), "no JSON"),
        (lambda card: card["input"].update(scale=1e308), "out of all bounds"),
        (lambda card: card["input"].update(mean=[1, 2]), "mean"),
        (lambda card: card["input"].update(width=10**6), "no crop|impossible size"),
        (lambda card: card.update(title="x" * 5000), "no text of one line"),
        (lambda card: card.update(title="a\nb"), "no text of one line"),
        (lambda card: card.update(title="\u202egnp"), "no text of one line"),
        (lambda card: card.update(task="detection"), "neither an embedder nor a head"),
        (lambda card: card.update(task="landmarks "), "none that this kith knows"),
        (lambda card: card.update(crop="../x"), "no crop"),
        (lambda card: card.update(output="a/b"), "impossible name"),
        (lambda card: card.update(id="../mine"), "names a file in another way|cannot be a model"),
        (lambda card: card.update(weights=[]), "no object"),
        (lambda card: card["weights"].update(file="../../x.onnx"), "in another way"),
        (lambda card: card["weights"].update(size=1), "its card is of other files"),
        (lambda card: card["weights"].update(sources=[{"url": "http://x"}]), "none of one's own"),
        (lambda card: card["origin"].update(settings={"a": [1]}), "not of the right kind"),
        (lambda card: card["origin"].update(settings={"a": {"b": 1}}), "not of the right kind"),
        (
            lambda card: card["origin"].update(figures={str(n): n for n in range(2000)}),
            "too large",
        ),
        (lambda card: card["origin"].update(kind="x"), "none that this kith knows"),
        (lambda card: card.update(threshold={"similarity": 2, "fmr": 0, "provenance": ""}), "none"),
        (lambda card: card.update(reject=0.5), "only a head has"),
    ],
)
def test_a_card_that_is_wrong(sound: bytes, tmp_path: Path, change: Change, match: str) -> None:
    refused(changed(sound, change), tmp_path, match)


def test_a_card_that_says_something_twice(sound: bytes, tmp_path: Path) -> None:
    parts = members(sound)
    twice = parts["card.json"].replace(b'"id": "mine"', b'"id": "mine", "id": "yours"')
    refused(packed(parts | {"card.json": twice}), tmp_path, "no JSON")


def test_an_id_of_kiths_own(sound: bytes, tmp_path: Path) -> None:
    digest = json.loads(members(sound)["card.json"])["card"]["weights"]["sha256"]

    def rename(card: dict[str, Any]) -> None:
        card["id"] = "sface"
        card["weights"]["file"] = f"sface-{digest[:12]}.onnx"

    data = changed(sound, rename)
    refused(data, tmp_path, "'sface' means something to kith already; give yours another id")
    file = tmp_path / "model.zip"
    brought = import_own(file, ModelStore(tmp_path / "home"), model_id="mine")
    assert brought.card.id == "mine"


def test_a_licence_that_was_left_out(sound: bytes, tmp_path: Path) -> None:
    base = CARDS["edgeface-s"]
    data = changed(
        sound,
        lambda card: card["origin"].update(base=base.id, base_sha256=base.weights.sha256),
    )
    refused(data, tmp_path, "edgeface-s, which is under CC BY-NC-SA")


def test_labels_that_are_wrong(owned: Path, tmp_path: Path) -> None:
    export_own(card("family", owned), ModelStore(owned), tmp_path / "family.zip")
    data = (tmp_path / "family.zip").read_bytes()
    for labels in (
        b"",
        b"{}",
        b'["A", "B"]',
        b'["A", "B", ""]',
        b'["A", "B", 3]',
        b'["a\\nb",1,2]',
    ):
        digest = hashlib.sha256(labels).hexdigest()
        whole = json.loads(members(data)["card.json"])
        file = {"file": f"labels-{digest[:12]}.json", "sha256": digest, "size": len(labels)}
        whole["card"]["labels"] = file | {"sources": []}
        parts = {"labels.json": labels, "card.json": json.dumps(whole).encode()}
        refused(packed(members(data) | parts), tmp_path)
    bare = {name: part for name, part in members(data).items() if name != "labels.json"}
    refused(packed(bare), tmp_path, "its card is of other files")


def node(kind: str, inputs: list[str], outputs: list[str], **how: Any) -> onnx.NodeProto:
    return helper.make_node(kind, inputs, outputs, **how)


def graph_of(nodes: list[onnx.NodeProto], weights: dict[str, Any] | None = None, **how: Any) -> Any:
    shapes: dict[str, list[int | str]] = {"embedding": ["batch", DIMENSION]}
    return model(nodes, weights or {}, ["batch", 3, 112, 112], shapes, **how)


def external() -> Any:
    """A graph whose numbers lie in a file that its sender chose."""
    built = embedder_model()
    tensor = built.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in (("location", "/etc/passwd"), ("length", "100")):
        entry = tensor.external_data.add()
        entry.key, entry.value = key, value
    return built


def external_in_a_node() -> Any:
    built = embedder_model()
    tensor = numpy_helper.from_array(np.zeros(8, np.float32), "c")
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "../../secret"
    built.graph.node.insert(0, node("Constant", [], ["unused"], value=tensor))
    return built


def claiming(count: int) -> Any:
    built = embedder_model()
    built.graph.initializer.append(TensorProto(name="huge", data_type=1, dims=[count]))
    return built


def negative() -> Any:
    built = embedder_model()
    built.graph.initializer[0].dims[0] = -4
    return built


def endless() -> Any:
    """A loop of 2⁶² rounds."""
    body = helper.make_graph(
        [node("Identity", ["go"], ["on"]), node("Identity", ["x"], ["y"])],
        "body",
        [
            helper.make_tensor_value_info("round", TensorProto.INT64, []),
            helper.make_tensor_value_info("go", TensorProto.BOOL, []),
            helper.make_tensor_value_info("x", TensorProto.FLOAT, None),
        ],
        [
            helper.make_tensor_value_info("on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("y", TensorProto.FLOAT, None),
        ],
    )
    built = embedder_model()
    for name, value in (("rounds", np.int64(2**62)), ("true", np.bool_(True))):
        built.graph.initializer.append(numpy_helper.from_array(np.asarray(value), name))
    built.graph.node[-1].output[0] = "before"
    built.graph.node.append(node("Loop", ["rounds", "true", "before"], ["embedding"], body=body))
    return built


def branching() -> Any:
    then = helper.make_graph(
        [node("Identity", ["before"], ["z"])],
        "then",
        [],
        [helper.make_tensor_value_info("z", TensorProto.FLOAT, None)],
    )
    built = embedder_model()
    built.graph.initializer.append(numpy_helper.from_array(np.asarray(True), "true"))
    built.graph.node[-1].output[0] = "before"
    built.graph.node.append(node("If", ["true"], ["embedding"], then_branch=then, else_branch=then))
    return built


def growing() -> Any:
    """What it is shown says how much memory it takes."""
    built = embedder_model()
    built.graph.node[-1].output[0] = "before"
    for name, value in (("one", np.ones(1)), ("row", np.zeros((1, DIMENSION)))):
        built.graph.initializer.append(numpy_helper.from_array(value.astype(np.float32), name))
    built.graph.initializer.append(
        numpy_helper.from_array(np.array([0], np.int64), "zero"),
    )
    built.graph.node.extend(
        [
            node("ReduceMax", ["pixels"], ["most"], keepdims=0),
            node("Reshape", ["most", "minus"], ["flat"]),
            node("Cast", ["flat"], ["count"], to=TensorProto.INT64),
            node("Expand", ["one", "count"], ["many"]),
            node("ReduceSum", ["many"], ["sum"]),
            node("Mul", ["sum", "row"], ["nothing"]),
            node("Add", ["before", "nothing"], ["embedding"]),
        ]
    )
    built.graph.initializer.append(numpy_helper.from_array(np.array([-1], np.int64), "minus"))
    return built


def vast() -> Any:
    """A few bytes that say: take a terabyte."""
    built = embedder_model()
    built.graph.node[-1].output[0] = "before"
    for name, value in (("one", np.ones(1)), ("row", np.zeros((1, DIMENSION)))):
        built.graph.initializer.append(numpy_helper.from_array(value.astype(np.float32), name))
    shape = np.array([1 << 20, 1 << 20], np.int64)
    built.graph.initializer.append(numpy_helper.from_array(shape, "shape"))
    built.graph.node.extend(
        [
            node("Expand", ["one", "shape"], ["many"]),
            node("ReduceSum", ["many"], ["sum"], keepdims=0),
            node("Mul", ["sum", "row"], ["nothing"]),
            node("Add", ["before", "nothing"], ["embedding"]),
        ]
    )
    return built


def with_function() -> Any:
    built = embedder_model()
    built.functions.append(
        helper.make_function(
            "mine",
            "F",
            ["x"],
            ["y"],
            [node("Relu", ["x"], ["y"])],
            [helper.make_opsetid("", 13)],
        )
    )
    return built


def with_two_inputs() -> Any:
    built = embedder_model()
    built.graph.input.append(helper.make_tensor_value_info("more", TensorProto.FLOAT, [1]))
    return built


def with_nan() -> Any:
    built = embedder_model()
    matrix = built.graph.initializer[2]
    matrix.CopyFrom(numpy_helper.from_array(np.full((4, DIMENSION), np.nan, np.float32), "matrix"))
    return built


def learning() -> Any:
    """Norms that go by what they are shown: rewritten for speed they would go by what they knew."""
    weights = {
        "kernel": np.random.default_rng(0).normal(size=(DIMENSION, 3, 3, 3)),
        **{name: np.ones(DIMENSION) for name in ("scale", "variance")},
        **{name: np.zeros(DIMENSION) for name in ("shift", "mean")},
    }
    names = ["a", "scale", "shift", "mean", "variance"]
    nodes = [
        node("Conv", ["pixels", "kernel"], ["a"], strides=[8, 8]),
        node("BatchNormalization", names, ["b", "new_mean", "new_variance"], training_mode=1),
        node("GlobalMaxPool", ["b"], ["c"]),
        node("Flatten", ["c"], ["embedding"]),
    ]
    return graph_of(nodes, weights, opset_imports=[helper.make_opsetid("", 15)])


def of_domain(domain: str, kind: str) -> Any:
    opsets = [helper.make_opsetid("", 13), helper.make_opsetid(domain, 1)]
    return graph_of([node(kind, ["pixels"], ["embedding"], domain=domain)], opset_imports=opsets)


GRAPHS: dict[str, tuple[Callable[[], Any], str]] = {
    "external data": (external, "its numbers lie in another file"),
    "external data of a node": (external_in_a_node, "its numbers lie in another file"),
    "10 GB that are not there": (lambda: claiming(2_500_000_000), "claims another size"),
    "more than there are numbers for": (lambda: claiming(2**62), "claims another size"),
    "less than nothing": (negative, "claims another size"),
    "an unknown operator": (lambda: graph_of([node("Wish", ["pixels"], ["embedding"])]), "Wish"),
    "operators of others": (lambda: of_domain("com.example", "Evil"), "not ONNX's own"),
    "operators of a runtime": (lambda: of_domain("com.microsoft", "Gelu"), "not ONNX's own"),
    "a loop": (endless, "its Loop holds a graph of its own"),
    "a branch": (branching, "its If holds a graph of its own"),
    "memory by what it sees": (growing, "has a size that cannot be told"),
    "a terabyte": (vast, "is too large"),
    "functions": (with_function, "functions"),
    "two inputs": (with_two_inputs, "2 inputs instead of one"),
    "numbers that are none": (with_nan, "not finite"),
    "norms that learn": (learning, "rewritten for speed it gives other numbers"),
    "nothing": (onnx.ModelProto, "ir_version"),
    "no nodes": (lambda: graph_of([]), "embedding"),
    "a circle": (
        lambda: graph_of([node("Relu", ["b"], ["a"]), node("Relu", ["a"], ["b"])]),
        "sorted",
    ),
    "another network": (lambda: embedder_model(side=96), "N×3×96×96, not N×3×112×112"),
    "other vectors": (lambda: embedder_model(dimension=9), "9 for each, not 8 numbers"),
}


@pytest.mark.parametrize("name", GRAPHS)
def test_a_graph_that_does_harm(tmp_path: Path, name: str) -> None:
    make, match = GRAPHS[name]
    file = tmp_path / "graph.onnx"
    file.write_bytes(make().SerializeToString())
    with pytest.raises(Exception, match=match):
        look(file, (3, 112, 112), DIMENSION, "")


@pytest.mark.parametrize("name", ["external data", "a loop", "a terabyte", "a circle"])
def test_nothing_is_kept_of_one_that_does_harm(sound: bytes, tmp_path: Path, name: str) -> None:
    make, match = GRAPHS[name]
    refused(of_graph(sound, make().SerializeToString()), tmp_path, f"cannot be used: .*{match}")


def test_graphs_that_are_noise(sound: bytes, tmp_path: Path, random: np.random.Generator) -> None:
    graph = embedder_graph()
    flat = bytearray(graph)
    for place in random.integers(0, len(flat), 200):
        flat[int(place)] ^= 0xFF
    for noise in (bytes(flat), graph[: len(graph) // 2], random.bytes(5000)):
        refused(of_graph(sound, noise), tmp_path, "the graph of mine cannot be used")


def test_it_is_looked_at_apart_within_bounds(
    sound: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kith.models.apart._LEAST_MEMORY", 0)
    refused(sound, tmp_path, "running it broke off|cannot be used")


def test_a_head_of_another_embedder_is_taken(tmp_path: Path) -> None:
    store = ModelStore(tmp_path / "exporting")
    theirs = head_card(embedder="theirs", origin=origin(kind="head", base="theirs"))
    export_own(keep_own(store, theirs, head_graph(), NAMES), store, tmp_path / "family.zip")
    brought = import_own(tmp_path / "family.zip", ModelStore(tmp_path / "home"))
    assert brought.card.embedder == "theirs"


def test_errors_name_the_file(tmp_path: Path) -> None:
    file = tmp_path / "no\nsuch\x1b.zip"
    file.write_bytes(b"x")
    with pytest.raises(WeightsUnreadable) as raised:
        import_own(file, ModelStore(tmp_path / "home"))
    assert str(raised.value).isprintable()
