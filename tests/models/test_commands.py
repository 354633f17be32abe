from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from kith.cli.models import app
from kith.errors import KithError, LicenceNotAccepted, ModelUnavailable, OptionError, UnknownModel
from kith.models import catalogue
from kith.models.card import Fusion, Part, Threshold, Url
from kith.models.store import ModelStore

from .conftest import BOUND, CONTENT, Server, make_card

if TYPE_CHECKING:
    from pathlib import Path

Run = Callable[..., str]


@pytest.fixture
def known(server: Server, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A catalogue of two: one free, one bound."""
    url = Url(server.file("/a", CONTENT))
    cards = {
        "free": make_card(url, model_id="free"),
        "bound": make_card(url, model_id="bound", licence=BOUND),
    }
    monkeypatch.setattr(catalogue, "CARDS", cards)
    monkeypatch.setattr(catalogue, "DEFAULTS", ("free",))
    monkeypatch.setattr(catalogue, "FUSIONS", {})
    monkeypatch.setattr(catalogue, "PRESETS", {})
    return cards


@pytest.fixture
def both(known: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Fusion:
    """The two of them as one."""
    fusion = Fusion("both", "Free and bound", (Part("free", 0.75), Part("bound", 0.25)))
    monkeypatch.setattr(catalogue, "FUSIONS", {"both": fusion})
    monkeypatch.setattr(catalogue, "PRESETS", {"best": "both", "fast": "free"})
    return fusion


@pytest.fixture
def run(known: dict[str, Any]) -> Run:
    def call(*arguments: str, code: int = 0, error: type[KithError] | None = None) -> str:
        done = CliRunner().invoke(app, list(arguments))
        if error is not None:
            assert isinstance(done.exception, error), done.output
            return str(done.exception)
        assert done.exit_code == code, done.output
        return done.stdout

    return call


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_list(run: Run) -> None:
    rows = lines(run("list", "--json"))
    assert [(row["id"], row["commercial"], row["state"]) for row in rows] == [
        ("free", True, "not_pulled"),
        ("bound", False, "licence_not_accepted"),
    ]
    shown = run("list")
    assert "non-commercial" in shown
    assert "licence not accepted" in shown
    assert "1.0 MB" in shown


def test_pull_without_a_name_takes_the_defaults(run: Run, home: Path) -> None:
    assert run("pull") == f"free pulled: {home / 'models/free/free.onnx'}\n"
    (row,) = lines(run("pull", "--json"))
    assert (row["state"], row["fetched"]) == ("pulled", False)
    assert run("pull", "--quiet") == ""


def test_a_licence_comes_before_the_pull(run: Run, home: Path) -> None:
    assert "kith models accept bound" in run("pull", "bound", error=LicenceNotAccepted)
    assert "pass --yes" in run("accept", "bound", error=OptionError)
    said = run("accept", "bound", "--yes")
    for part in ("NC-1", "non-commercial only", BOUND.url):
        assert part in said
    assert lines(run("accept", "bound", "--json")) == [
        {"id": "bound", "licence": "NC-1", "accepted": True}
    ]
    run("pull", "bound", "--quiet")
    assert run("path", "bound") == f"{home / 'models/bound/bound.onnx'}\n"


def test_check_tells_by_its_exit_code(run: Run, known: dict[str, Any]) -> None:
    assert run("check", code=1) == "free: missing\n"
    run("pull")
    assert run("check") == "free: ok\n"
    assert run("check", "bound", "--quiet", code=1) == ""
    ModelStore().location(known["free"]).write_bytes(b"?")
    (row,) = lines(run("check", "--json", code=1))
    assert (row["id"], row["state"]) == ("free", "corrupt")


def test_path_prints_only_what_is_right(run: Run, home: Path) -> None:
    assert "kith models pull free" in run("path", "free", error=ModelUnavailable)
    run("pull")
    assert lines(run("path", "free", "--json")) == [
        {"id": "free", "path": str(home / "models/free/free.onnx")}
    ]


def test_info_shows_the_whole_card(run: Run, known: dict[str, Any]) -> None:
    (row,) = lines(run("info", "bound", "--json"))
    assert row["sha256"] == known["bound"].weights.sha256
    size = {"width": 112, "height": 112, "colour": "RGB"}
    assert row["input"] == size | {"mean": 0, "scale": 1, "standardise": False}
    assert row["sources"] == [{"url": known["bound"].weights.sources[0].url}]
    shown = run("info", "bound").replace("\n", " ")
    for part in ("licence not accepted", "NC-1: non-commercial only", "112×112 RGB"):
        assert part in shown


def test_a_fusion_is_listed_with_what_it_needs(run: Run, both: Fusion) -> None:
    run("pull", "free", "--quiet")
    rows = {row["id"]: row for row in lines(run("list", "--json"))}
    assert list(rows) == ["free", "bound", "both"]
    assert [rows[one]["presets"] for one in rows] == [["fast"], [], ["best"]]
    row = rows["both"]
    assert (row["networks"], row["commercial"]) == (["free", "bound"], False)
    assert (row["licence"], row["state"]) == ("MIT, NC-1", "licence_not_accepted")
    assert row["size"] == rows["free"]["size"] + rows["bound"]["size"]
    shown = run("list")
    assert "free = fast" in shown
    assert "both = best" in shown
    run("accept", "best", "--yes", "--quiet")
    assert lines(run("list", "--json"))[2]["state"] == "not_pulled"
    run("pull", "bound", "--quiet")
    assert lines(run("list", "--json"))[2]["state"] == "pulled"


def test_the_table_of_a_page_has_fusions_too(run: Run, both: Fusion) -> None:
    last = run("list", "--markdown").splitlines()[-1]
    assert last == "| `both` | 0 numbers | `free` + `bound` | MIT, NC-1 |  |  |  |"


@pytest.mark.parametrize("name", ["both", "best"])
def test_info_of_a_fusion(
    run: Run, both: Fusion, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured = replace(both, threshold=Threshold(0.25, 1e-3, "a test"))
    monkeypatch.setattr(catalogue, "FUSIONS", {"both": measured})
    (row,) = lines(run("info", name, "--json"))
    assert (row["id"], row["model"]) == ("both", "free@0.75+bound@0.25")
    assert row["parts"] == [
        {"network": "free", "weight": 0.75},
        {"network": "bound", "weight": 0.25},
    ]
    assert row["threshold"]["similarity"] == 0.25
    shown = run("info", name)
    for part in ("Free and bound", "0.75 of the similarity", "MIT, NC-1", "best", "a test"):
        assert part in shown


def test_commands_on_files_are_of_every_network(run: Run, both: Fusion, home: Path) -> None:
    assert "kith models accept bound" in run("pull", "best", error=LicenceNotAccepted)
    assert not (home / "models").exists()
    accepted = lines(run("accept", "both", "--yes", "--json"))
    assert [row["id"] for row in accepted] == ["free", "bound"]
    pulled = lines(run("pull", "best", "fast", "--json"))
    assert [(row["id"], row["fetched"]) for row in pulled] == [("free", True), ("bound", True)]
    assert run("check", "both") == "free: ok\nbound: ok\n"
    assert [row["id"] for row in lines(run("path", "best", "--json"))] == ["free", "bound"]
    removed = lines(run("remove", "best", "--json"))
    assert [(row["id"], row["bytes"] > 1_000_000) for row in removed] == [
        ("free", True),
        ("bound", True),
    ]
    assert run("check", "both", code=1) == "free: missing\nbound: missing\n"
    assert "bound is missing" in run("path", "bound", error=ModelUnavailable)


def test_a_file_is_of_one_network(run: Run, both: Fusion, tmp_path: Path) -> None:
    file = tmp_path / "free.onnx"
    file.write_bytes(CONTENT)
    said = run("import", str(file), "--as", "best", error=UnknownModel)
    assert said == "best stands for free and bound: name one network"


def test_the_real_cards_can_be_shown() -> None:
    for model_id in (*catalogue.CARDS, *catalogue.FUSIONS):
        done = CliRunner().invoke(app, ["info", model_id])
        assert done.exit_code == 0
        assert model_id in done.stdout


@pytest.mark.parametrize("command", ["info", "pull", "accept", "check", "path"])
def test_an_unknown_id(run: Run, command: str) -> None:
    assert "did you mean free" in run(command, "fre", error=UnknownModel)
