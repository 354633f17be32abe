"""``kith models`` with models of the user's own."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from kith.cli.models import app
from kith.errors import KithError, ModelCorrupt, ModelUnavailable, OptionError, UnknownModel
from kith.models import ModelStore
from kith.models.catalogue import CARDS
from kith.models.own import keep_own, own_card

from .own_graphs import NAMES, embedder_card, embedder_graph, head_card, head_graph, origin

if TYPE_CHECKING:
    from pathlib import Path

    from kith.models.card import ModelCard

Run = Callable[..., str]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("COLUMNS", "140")

    def call(*arguments: str, code: int = 0, error: type[KithError] | None = None) -> str:
        done = CliRunner().invoke(app, list(arguments))
        if error is not None:
            assert isinstance(done.exception, error), done.output
            assert "\n" not in str(done.exception)
            return str(done.exception)
        assert done.exit_code == code, done.output
        return done.stdout

    return call


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_the_list_marks_them(run: Run, mine: ModelCard, family: ModelCard, home: Path) -> None:
    (home / "own" / "torn").mkdir()
    (home / "own" / "torn" / "card.json").write_text("{}")
    rows = {row["id"]: row for row in lines(run("list", "--json"))}
    assert [one for one, row in rows.items() if row["own"]] == ["family", "mine", "torn"]
    assert rows["sface"]["origin"] is None
    assert rows["mine"]["origin"]["fingerprint"] == "ab" * 32
    assert rows["mine"]["origin"]["figures"] == {"accuracy": 0.875, "people": 4, "tar": None}
    assert (rows["mine"]["state"], rows["torn"]["state"]) == ("here", "corrupt")
    assert (rows["mine"]["task"], rows["family"]["task"]) == ("embedding", "head")
    assert rows["torn"].keys() == rows["sface"].keys()
    shown = [line.split() for line in run("list").splitlines()]
    assert next(line for line in shown if line[:1] == ["family"])[:5] == [
        "family",
        "head",
        "sface,",
        "at",
        "random",
    ]
    assert ["torn", "damaged"] in shown
    assert "mine" not in run("list", "--markdown")


def test_info_tells_how_one_came_to_be(run: Run, mine: ModelCard, family: ModelCard) -> None:
    (row,) = lines(run("info", "mine", "--json"))
    assert row["origin"]["settings"]["margin"] == 0.2
    assert row["sha256"] == mine.weights.sha256
    shown = " ".join(run("info", "mine").split())
    for part in (
        "made trained by triplets, 2026-01-02T03:04:05Z",
        "from mobilefacenet, begun at random",
        f"learned from 12 people, 90 photos; data {'ab' * 32}",
        "settings margin 0.2, seed 0, norms yes, device cpu, warmup –",
        "held out accuracy 0.875 people 4 tar –",
        "112×112 RGB",
    ):
        assert part in shown
    shown = " ".join(run("info", "family").split())
    for part in ("takes embeddings of sface, 8 numbers", "reject nobody below 0.3", "3 people by"):
        assert part in shown


def test_figures_stand_with_their_intervals(run: Run, home: Path) -> None:
    figures = {"accuracy": 0.98923, "accuracy_low": 0.94, "accuracy_high": 0.998}
    told = origin(figures=figures | {"accuracy_trials": 1093, "gain": 0.0, "gain_low": -0.01})
    keep_own(ModelStore(), embedder_card(origin=told), embedder_graph())
    shown = run("info", "mine")
    assert "accuracy 0.9892 (95 %: 0.94 to 0.998, of 1,093)" in shown
    assert "gain 0 " in shown  # half an interval is none


def test_check_and_path(run: Run, mine: ModelCard, home: Path) -> None:
    assert run("check", "mine") == "mine: ok\n"
    path = ModelStore().location(mine)
    assert run("path", "mine") == f"{path}\n"
    path.write_bytes(b"?")
    (home / "own" / "torn").mkdir()
    (home / "own" / "torn" / "card.json").write_text("{}")
    assert "mine: corrupt\ntorn: corrupt\n" in run("check", code=1)
    assert lines(run("check", "torn", "--json", code=1)) == [
        {"id": "torn", "state": "corrupt", "path": str(home / "own" / "torn")}
    ]
    assert "mine is corrupt; bring it back with" in run("path", "mine", error=ModelUnavailable)
    assert "`kith models remove torn`" in run("info", "torn", error=ModelCorrupt)
    assert run("remove", "torn") == "torn: your own model is removed, 0.0 kB\n"


def test_pulling_one_fetches_nothing(run: Run, mine: ModelCard) -> None:
    assert "mine is here already" in run("pull", "mine")
    ModelStore().location(mine).unlink()
    assert "of your own model mine, is missing" in run("pull", "mine", error=ModelUnavailable)


def test_removing_is_said(run: Run, mine: ModelCard, home: Path) -> None:
    (row,) = lines(run("remove", "mine", "--json"))
    assert (row["id"], row["own"]) == ("mine", True)
    assert row["bytes"] > len(embedder_graph())
    assert not (home / "own" / "mine").exists()
    assert "no model is called 'mine'" in run("remove", "mine", error=UnknownModel)


def test_to_another_machine_and_back(
    run: Run, mine: ModelCard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "mine.zip"
    (row,) = lines(run("export", "mine", str(file), "--json"))
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    assert row == {
        "id": "mine",
        "file": str(file),
        "sha256": digest,
        "bytes": file.stat().st_size,
    }
    assert f"sha256 {digest}" in run("export", "mine", str(file))

    monkeypatch.setenv("KITH_HOME", str(tmp_path / "other"))
    wrong = run("import", str(file), "--sha256", "0" * 64, error=KithError)
    assert f"its sha256 is {digest}, not the one you gave" in wrong
    assert "64 digits" in run("import", str(file), "--sha256", "abc", error=OptionError)
    assert not (tmp_path / "other").exists()
    (row,) = lines(run("import", str(file), "--sha256", digest.upper(), "--json"))
    assert (row["id"], row["own"], row["new"], row["needs"]) == ("mine", True, True, [])
    assert own_card(tmp_path / "other", "mine") == mine
    assert run("import", str(file)) == "mine is here already\n"
    assert run("import", str(file), "--as", "yours") == "yours is yours now\n"
    assert run("import", str(file), "--as", "yours") == "yours is here already\n"
    assert "means something to kith already" in run(
        "import", str(file), "--as", "sface", error=OptionError
    )
    second = tmp_path / "second.zip"
    run("export", "mine", str(second))
    assert second.read_bytes() == file.read_bytes()


def test_another_model_of_the_same_id_is_not_pushed_aside(
    run: Run, mine: ModelCard, tmp_path: Path
) -> None:
    file = tmp_path / "mine.zip"
    run("export", "mine", str(file))
    other = keep_own(ModelStore(), embedder_card(), embedder_graph(seed=2), replace=True)
    said = run("import", str(file), error=OptionError)
    assert "you have a model mine of your own already" in said
    assert own_card(ModelStore().home, "mine") == other
    assert run("import", str(file), "--replace") == "mine is yours now\n"
    assert own_card(ModelStore().home, "mine") == mine


def test_a_head_says_what_it_needs(
    run: Run, mine: ModelCard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_own(ModelStore(), head_card(embedder="mine+mirror"), head_graph(), NAMES)
    file = tmp_path / "family.zip"
    run("export", "family", str(file))
    run("export", "mine", str(tmp_path / "mine.zip"))
    monkeypatch.setenv("KITH_HOME", str(tmp_path / "other"))
    said = run("import", str(file))
    assert "takes the vectors of mine+mirror, which is not here: import that too" in said
    run("import", str(tmp_path / "mine.zip"))
    (row,) = lines(run("import", str(file), "--json"))
    assert (row["roles"], row["new"], row["needs"]) == (["head"], False, [])
    card = own_card(tmp_path / "other", "family")
    assert card is not None
    assert json.loads(ModelStore().labels(card).read_text("utf-8")) == list(NAMES)


def test_a_licence_goes_along(
    run: Run, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = CARDS["edgeface-s"]
    made = origin(base=base.id, base_sha256=base.weights.sha256)
    store = ModelStore()
    keep_own(store, embedder_card(origin=made, licence=base.licence), embedder_graph())
    file = tmp_path / "mine.zip"
    run("export", "mine", str(file), error=KithError)
    store.accept(base)
    assert "under CC BY-NC-SA 4.0, whoever gets it" in run("export", "mine", str(file))
    monkeypatch.setenv("KITH_HOME", str(tmp_path / "other"))
    assert "`kith models accept mine`" in run("import", str(file))
    assert "mine may run" in run("accept", "mine", "--yes")


def test_what_cannot_be_exported(run: Run, mine: ModelCard, tmp_path: Path) -> None:
    assert "not a model of your own" in run(
        "export", "sface", str(tmp_path / "a.zip"), error=UnknownModel
    )
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"\xff\xd8")
    said = run("export", "mine", str(photo), error=KithError)
    assert "is there and is no exported model" in said
    assert photo.read_bytes() == b"\xff\xd8"
    for place in (tmp_path / "no" / "where.zip", tmp_path):
        run("export", "mine", str(place), error=KithError)
    ModelStore().location(mine).write_bytes(b"?")
    run("export", "mine", str(tmp_path / "a.zip"), error=ModelCorrupt)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "photo.jpg"]


def test_weights_want_to_know_whose_they_are(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "model.h5"
    file.write_bytes(b"\x89HDF\r\n\x1a\n")
    assert "--as ID" in run("import", str(file), error=OptionError)
    assert "--replace are for" in run(
        "import", str(file), "--as", "facenet-128", "--replace", error=OptionError
    )
    assert "not there" in run("import", str(tmp_path / "no"), "--as", "sface", error=KithError)
