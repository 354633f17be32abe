from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from kith.cli.models import app
from kith.errors import KithError, LicenceNotAccepted, ModelUnavailable, OptionError, UnknownModel
from kith.models import catalogue
from kith.models.card import Url
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
    return cards


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


def test_the_real_cards_can_be_shown() -> None:
    for model_id in catalogue.CARDS:
        done = CliRunner().invoke(app, ["info", model_id])
        assert done.exit_code == 0
        assert model_id in done.stdout


@pytest.mark.parametrize("command", ["info", "pull", "accept", "check", "path"])
def test_an_unknown_id(run: Run, command: str) -> None:
    assert "did you mean free" in run(command, "fre", error=UnknownModel)
