"""Models of the user's own: kept, found by their id, and used like any other."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import kith
from kith.embedding import open_embedder, parse, parse_network
from kith.errors import (
    ContractMismatch,
    LicenceForbidsDerivatives,
    LicenceNotAccepted,
    ModelCorrupt,
    ModelUnavailable,
    OptionError,
    UnknownModel,
    WeightsUnreadable,
)
from kith.models import ModelStore
from kith.models.catalogue import CARDS, FUSIONS, PRESETS, card, known, networks
from kith.models.labels import read_labels
from kith.models.licences import require_derivatives
from kith.models.own import check_id, damaged, keep_own, own_card, own_cards, remove_own

from .conftest import BOUND
from .own_graphs import (
    CLASSES,
    DIMENSION,
    NAMES,
    embedder_card,
    embedder_graph,
    head_card,
    head_graph,
    origin,
)

if TYPE_CHECKING:
    from pathlib import Path

    from kith.models.card import ModelCard


@pytest.fixture
def store(home: Path) -> ModelStore:
    return ModelStore(home)


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_what_is_kept_comes_back(store: ModelStore, mine: ModelCard) -> None:
    assert own_card(store.home, "mine") == mine
    assert dict(own_cards(store.home)) == {"mine": mine}
    assert card("mine", store.home) == mine
    assert networks("mine", store.home) == (mine,)
    assert store.has(mine)
    assert store.location(mine).read_bytes() == embedder_graph()
    assert store.location(mine).parent == store.home / "own" / "mine"
    given = embedder_card().origin
    assert given is not None
    assert mine.origin == given


def test_it_describes_crops_as_its_graph_does(store: ModelStore, mine: ModelCard) -> None:
    random = np.random.default_rng(1)
    crops = [random.integers(0, 256, (112, 112, 3), np.uint8) for _ in range(3)]
    embedder = open_embedder("mine", store)
    rows = embedder.raw(crops)
    assert rows.shape == (3, DIMENSION)
    assert embedder.contract.weights_sha256 == mine.weights.sha256
    assert embedder.contract.model == "mine"

    import onnxruntime

    session = onnxruntime.InferenceSession(embedder_graph(), providers=["CPUExecutionProvider"])
    batch = np.stack(crops).transpose(0, 3, 1, 2).astype(np.float32)
    (expected,) = session.run(None, {"pixels": (batch - 127.5) / 127.5})
    np.testing.assert_allclose(rows, expected, rtol=0, atol=1e-5)
    # One picture after the other gives the same: the mirror image's vector differs.
    assert (
        np.abs(open_embedder("mine+mirror", store).embed(crops) - embedder.embed(crops)).max() > 0
    )


def test_a_store_with_a_home_of_its_own_sees_that_homes_models(
    home: Path, tmp_path: Path, mine: ModelCard
) -> None:
    other = ModelStore(tmp_path / "other")
    keep_own(other, embedder_card("theirs"), embedder_graph(seed=2))
    assert open_embedder("theirs", other).contract.model == "theirs"
    for name in ("mine", "mine+mirror", "mine@0.5+theirs@0.5"):
        with pytest.raises(UnknownModel, match="no model is called 'mine'"):
            open_embedder(name, other)
    assert parse("mine").cards == (mine,)  # the environment's home
    with pytest.raises(UnknownModel, match="no model is called 'theirs'"):
        parse_network("theirs")
    assert known("embedding", other.home)[-1] == "theirs"
    assert known("embedding")[-1] == "mine"


def test_a_fusion_of_ones_own_networks(store: ModelStore, mine: ModelCard) -> None:
    keep_own(store, embedder_card("other"), embedder_graph(seed=2))
    spec = parse("mine@0.25+other@0.75+mirror", store.home)
    assert spec.id == "mine@0.25+other@0.75+mirror"
    both = open_embedder(spec.id, store)
    assert both.contract.dimension == 2 * DIMENSION
    with pytest.raises(UnknownModel, match="two to 4 different networks"):
        parse("mine@0.5+mine@0.5", store.home)


@pytest.mark.parametrize(
    "model_id",
    [
        *("", "Mine", "-mine", ".mine", "mine.", "my model", "a/b", "..", "a+b", "a@1", "é", "con"),
        *(
            "com1.x",
            "nul",
            "m" * 41,
            "sface",
            "yunet",
            "best",
            "fast",
            "sface-retail",
            "mirror",
            "mine\n",
        ),
    ],
)
def test_an_id_that_cannot_be(store: ModelStore, model_id: str) -> None:
    with pytest.raises(OptionError) as raised:
        check_id(model_id)
    assert "\n" not in str(raised.value)
    with pytest.raises(OptionError):
        keep_own(store, embedder_card(model_id), embedder_graph())
    assert not (store.home / "own").exists()
    assert own_card(store.home, model_id) is None


@pytest.mark.parametrize("model_id", ["mine", "0", "my-model_2.1", "m" * 40, "console"])
def test_an_id_that_can_be(model_id: str) -> None:
    check_id(model_id)


def test_one_is_replaced_only_on_demand(store: ModelStore, mine: ModelCard) -> None:
    before = content(store.folder(mine))
    with pytest.raises(OptionError, match="you have a model mine of your own already"):
        keep_own(store, embedder_card(), embedder_graph(seed=2))
    assert content(store.folder(mine)) == before
    open_embedder("mine", store)  # leaves the quick graph beside it

    new = keep_own(store, embedder_card(), embedder_graph(seed=2), replace=True)
    assert new.weights.sha256 != mine.weights.sha256
    assert sorted(content(store.folder(new))) == sorted(["card.json", new.weights.file])
    assert open_embedder("mine", store).contract.weights_sha256 == new.weights.sha256


def test_the_same_again_changes_nothing(store: ModelStore, mine: ModelCard) -> None:
    before = content(store.folder(mine))
    assert keep_own(store, embedder_card(), embedder_graph(), replace=True) == mine
    assert content(store.folder(mine)) == before


def test_a_replacement_that_does_not_run_leaves_the_old(store: ModelStore, mine: ModelCard) -> None:
    before = content(store.folder(mine))
    with pytest.raises(WeightsUnreadable):
        keep_own(store, embedder_card(), b"no graph", replace=True)
    assert content(store.folder(mine)) == before


def test_a_disk_that_takes_no_more_leaves_the_old(
    store: ModelStore, mine: ModelCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = content(store.folder(mine))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("kith.models.own.write", full)
    with pytest.raises(ModelUnavailable, match="No space left on device"):
        keep_own(store, embedder_card(), embedder_graph(seed=2), replace=True)
    assert content(store.folder(mine)) == before
    with pytest.raises(ModelUnavailable):
        keep_own(store, embedder_card("new"), embedder_graph())
    assert not (store.home / "own" / "new").exists()


def test_what_a_killed_process_leaves_is_no_model(store: ModelStore, mine: ModelCard) -> None:
    """The card comes last: files without one, or that it does not name, count for nothing."""
    folder = store.folder(mine)
    half = store.home / "own" / "half"
    half.mkdir()
    for path in (half / "half-0123456789ab.onnx", folder / "mine-0123456789ab.onnx"):
        path.write_bytes(b"?")
    assert list(own_cards(store.home)) == ["mine"]
    assert open_embedder("mine", store).contract.weights_sha256 == mine.weights.sha256
    with pytest.raises(UnknownModel):
        remove_own(store, "half")
    kept = keep_own(store, embedder_card("half"), embedder_graph())
    assert sorted(content(half)) == ["card.json", kept.weights.file]
    keep_own(store, embedder_card(title="again"), embedder_graph(), replace=True)
    assert not (folder / "mine-0123456789ab.onnx").exists()


def test_two_at_once_leave_one_whole_model(store: ModelStore) -> None:
    def keep(seed: int) -> ModelCard:
        return keep_own(store, embedder_card(), embedder_graph(seed=seed), replace=True)

    with ThreadPoolExecutor(4) as pool:
        kept = list(pool.map(keep, range(4)))
    (left,) = own_cards(store.home).values()
    assert left in kept
    assert store.check(left) == "ok"
    assert sorted(content(store.folder(left))) == ["card.json", left.weights.file]


def test_what_a_card_says_of_another_network_is_left_out(store: ModelStore) -> None:
    base = CARDS["facenet-vggface2"]
    changed = replace(
        base,
        id="mine",
        origin=origin(),
        input=embedder_card().input,
        crop="arcface-112",
        dimension=DIMENSION,
        output="",
    )
    kept = keep_own(store, changed, embedder_graph())
    assert (kept.importer, kept.also, kept.more, kept.variants) == ("", (), (), ())
    assert (kept.measured, kept.tradition, kept.confidence) == (None, None, ())
    assert (kept.labels, kept.classes) == (None, 0)
    assert kept.threshold == base.threshold


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"origin": None}, "how it came to be"),
        ({"task": "detection"}, "neither an embedder nor a head"),
        ({"crop": "tutorial"}, "no crop 'tutorial' of 112×112"),
        ({"crop": "dlib-150"}, "no crop 'dlib-150' of 112×112"),
        ({"dimension": 0}, "impossible length"),
        ({"output": "../../x"}, "impossible name"),
        ({"title": "two\nlines"}, "no text of one line"),
        ({"title": "\x1b[31m"}, "no text of one line"),
        ({"origin": origin(figures={"accuracy": float("nan")})}, "what JSON cannot"),
        ({"origin": origin(fingerprint="ABC")}, "sha256 that is none"),
        ({"origin": origin(people=-1)}, "counts below 0"),
        ({"reject": 0.5}, "only a head has"),
    ],
)
def test_a_card_that_cannot_be(store: ModelStore, change: dict[str, Any], message: str) -> None:
    with pytest.raises(WeightsUnreadable, match=message):
        keep_own(store, embedder_card(**change), embedder_graph())
    assert not (store.home / "own").exists()


def test_a_graph_that_is_not_what_its_card_says(store: ModelStore) -> None:
    for graph, message in (
        (embedder_graph(side=96), "its input is N×3×96×96, not N×3×112×112"),
        (embedder_graph(dimension=9), "it gives float32 of 9 for each, not 8 numbers"),
        (head_graph(), "its input is N×8, not N×3×112×112"),
        (b"", "cannot be kept"),
        (b"\0" * 100, "cannot be used"),
    ):
        with pytest.raises(WeightsUnreadable, match=message) as raised:
            keep_own(store, embedder_card(), graph)
        assert "\n" not in str(raised.value)
        assert not (store.home / "own" / "mine").exists()
    keep_own(store, embedder_card(), embedder_graph(side="side"))


def test_a_head_has_its_labels(store: ModelStore, family: ModelCard) -> None:
    kept = family
    assert kept.labels is not None
    assert read_labels(store.labels(kept), CLASSES) == NAMES
    assert (kept.embedder, kept.classes, kept.reject) == ("sface", CLASSES, 0.3)
    with pytest.raises(UnknownModel, match=r"'family' is a head: .*`kith classify --model family`"):
        parse_network("family", store.home)
    assert "family" not in known("embedding", store.home)
    assert known("head", store.home) == ["family"]

    store.location(kept, kept.labels).write_text("[]")
    assert store.check(kept) == "corrupt"
    with pytest.raises(ModelCorrupt, match="`kith models import FILE --replace`"):
        store.labels(kept)
    store.location(kept, kept.labels).unlink()
    assert store.check(kept) == "missing"


@pytest.mark.parametrize(
    ("names", "classes"), [(NAMES[:2], CLASSES), (("A", "B", ""), CLASSES), (None, CLASSES)]
)
def test_a_head_needs_a_name_for_each_class(
    store: ModelStore, names: tuple[str, ...] | None, classes: int
) -> None:
    with pytest.raises(WeightsUnreadable):
        keep_own(store, head_card(), head_graph(), names)
    assert own_card(store.home, "family") is None


def test_files_that_were_changed(store: ModelStore, mine: ModelCard) -> None:
    path = store.location(mine)
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    assert store.check(mine) == "corrupt"
    with pytest.raises(ModelCorrupt, match="of your own model mine, is corrupt: bring the model"):
        open_embedder("mine", store)
    path.unlink()
    with pytest.raises(ModelUnavailable, match="is missing"):
        open_embedder("mine", store)


def test_a_damaged_card_harms_nobody_else(store: ModelStore, mine: ModelCard) -> None:
    broken = store.home / "own" / "broken"
    broken.mkdir()
    (broken / "card.json").write_text("{")
    (store.home / "own" / "nothing").mkdir()
    assert list(own_cards(store.home)) == ["mine"]
    assert damaged(store.home) == {"broken": "its card is no JSON"}
    with pytest.raises(ModelCorrupt, match="the card of your own model broken is damaged"):
        card("broken", store.home)
    assert open_embedder("mine", store).contract.model == "mine"
    assert remove_own(store, "broken") == 1
    assert not broken.exists()


def test_one_that_is_removed_is_gone(store: ModelStore, mine: ModelCard) -> None:
    open_embedder("mine", store)
    folder = store.folder(mine)
    size = sum(len(data) for data in content(folder).values())
    assert remove_own(store, "mine") == size
    assert not folder.exists()
    with pytest.raises(UnknownModel, match="you have no model 'mine' of your own"):
        remove_own(store, "mine")
    for name in ("..", "sface", "../models"):
        with pytest.raises(UnknownModel):
            remove_own(store, name)


def test_a_card_of_another_folder_is_not_taken(store: ModelStore, mine: ModelCard) -> None:
    store.folder(mine).rename(store.home / "own" / "yours")
    assert damaged(store.home) == {"yours": "it is another model's"}


def test_the_newest_card_counts(store: ModelStore, mine: ModelCard) -> None:
    path = store.folder(mine) / "card.json"
    text = path.read_text("utf-8")
    path.write_text(text.replace("A network of a test", "B network of a test"), "utf-8")
    os.utime(path, ns=(1, 1))
    assert card("mine", store.home).title == "B network of a test"


def test_unknown_names_are_told_of_ones_own(store: ModelStore, mine: ModelCard) -> None:
    with pytest.raises(UnknownModel, match=r"did you mean mine\?.*, mine\)"):
        card("mien", store.home)
    with pytest.raises(UnknownModel, match=r"'yunet' is not an embedder; kith has: sface.*, mine"):
        parse_network("yunet", store.home)
    with pytest.raises(UnknownModel, match=r"mine has no variant 'max'; it has: \+mirror"):
        parse_network("mine+max", store.home)


def test_a_licence_goes_on_to_what_is_made(store: ModelStore) -> None:
    base = CARDS["edgeface-s"]
    made = origin(base=base.id, base_sha256=base.weights.sha256)
    with pytest.raises(WeightsUnreadable, match=r"edgeface-s, which is under CC BY-NC-SA 4\.0"):
        keep_own(store, embedder_card(origin=made), embedder_graph())
    mine = keep_own(store, embedder_card(origin=made, licence=base.licence), embedder_graph())
    again = origin(base="mine+mirror", base_sha256=mine.weights.sha256)
    keep_own(store, embedder_card("second", origin=again, licence=base.licence), embedder_graph())
    for name in ("mine", "second"):
        with pytest.raises(LicenceNotAccepted, match=f"`kith models accept {name}`"):
            open_embedder(name, store)
    with pytest.raises(WeightsUnreadable, match="it was made from mine, which is under CC BY-NC"):
        keep_own(store, embedder_card("third", origin=again), embedder_graph())
    store.accept(base)
    for name in ("mine", "second"):
        open_embedder(name, store)


def test_a_word_for_what_was_made_is_enough_for_it_alone(store: ModelStore) -> None:
    base = CARDS["edgeface-s"]
    made = origin(base="mine", base_sha256="cd" * 32)  # of an older one: no endless search
    mine = keep_own(store, embedder_card(origin=made, licence=base.licence), embedder_graph())
    assert not store.accepted(mine)
    store.accept(mine)
    assert store.accepted(mine)
    assert not store.accepted(base)


def test_a_licence_may_forbid_to_make_others(store: ModelStore) -> None:
    for one in CARDS.values():
        require_derivatives(one)
    bound = replace(CARDS["sface"], licence=replace(BOUND, derivatives=False))
    with pytest.raises(LicenceForbidsDerivatives, match=r"sface is under NC-1 .*forbids"):
        require_derivatives(bound)


def test_every_name_of_kiths_is_taken() -> None:
    for name in (*CARDS, *FUSIONS, *PRESETS):
        with pytest.raises(OptionError, match="means something to kith already"):
            check_id(name)


@pytest.fixture(scope="module")
def real(networks: ModelStore, tmp_path_factory: pytest.TempPathFactory) -> ModelStore:
    """A home with the default networks, in which SFace's own graph is kept as `mine`."""
    place = tmp_path_factory.mktemp("own-home")
    base = card("sface")
    graph = networks.path(base).read_bytes()
    (place / "models").symlink_to(networks.home / "models", target_is_directory=True)
    store = ModelStore(place)
    made = origin(base=base.id, base_sha256=base.weights.sha256)
    keep_own(store, replace(base, id="mine", origin=made), graph)
    return store


def test_the_same_weights_give_the_same_answers(
    real: ModelStore, recognizer: kith.Recognizer, presidents: Path, tmp_path: Path
) -> None:
    photos = [presidents / name for name in ("obama.jpg", "obama2.jpg", "biden.jpg")]
    with kith.Recognizer(embedder="mine", store=real) as own:
        assert own.threshold == recognizer.threshold
        assert own.contract.weights_sha256 == recognizer.contract.weights_sha256
        assert own.contract != recognizer.contract
        ours = [own.faces(photo)[0] for photo in photos]
        theirs = [recognizer.faces(photo)[0] for photo in photos]
        for a, b in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(a.embedding, b.embedding)
        answer = kith.verify(photos[0], photos[1], recognizer=own)
        assert (answer.same, answer.embedder) == (True, "mine")
        with kith.Gallery(tmp_path / "people.kith", recognizer=own) as people:
            people.enroll("Ada", [photos[0]])
            (seen,) = people.identify(photos[1])
            assert seen.name == "Ada"


def test_a_gallery_holds_to_the_weights(real: ModelStore, presidents: Path, tmp_path: Path) -> None:
    path = tmp_path / "people.kith"
    store = ModelStore(tmp_path / "home")
    store.home.mkdir()
    (store.home / "models").symlink_to(real.home / "models", target_is_directory=True)
    mine = keep_own(store, embedder_card(), embedder_graph())
    with (
        kith.Recognizer(embedder="mine", store=store) as own,
        kith.Gallery(path, recognizer=own) as people,
    ):
        people.enroll("Ada", [presidents / "obama.jpg"])
    keep_own(store, embedder_card(), embedder_graph(seed=2), replace=True)
    with (
        kith.Recognizer(embedder="mine", store=store) as own,
        kith.Gallery(path, recognizer=own) as people,
        pytest.raises(ContractMismatch, match="made with another weight file of mine") as raised,
    ):
        people.identify(presidents / "obama2.jpg")
    assert mine.weights.sha256[:12] in str(raised.value)
    with (
        kith.Gallery(path) as people,
        pytest.raises(UnknownModel, match=r"people\.kith: made with 'mine', which is not here"),
    ):
        people.identify(presidents / "obama2.jpg")
