"""The report of a verdict, and what the command prints of it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import numpy as np
import pytest

pytest.importorskip("jinja2", reason="needs the extra 'train'")
pytest.importorskip("matplotlib", reason="needs the extra 'train'")

from evaluation.report import checks
from evaluation.report.parsed import Page
from kith.cli.train_verdict import print_verdict
from kith.errors import OptionError
from kith.training.verdict import Verdict, judge, write_verdict_report

from .made import held, sides, worlds

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def verdict() -> Verdict:
    vectors = worlds(np.random.default_rng(0), 12, 4, [0.5, 1.2, 2.5])
    return judge(sides(*vectors, random=True), held(12, 4, failed=[3, 7]), rounds=100)


def test_the_page_begins_with_the_verdict(verdict: Verdict, tmp_path: Path) -> None:
    def look(path: str) -> np.ndarray | None:
        assert path.startswith("faces/")
        return np.full((112, 112, 3), 128, np.uint8) if "/1/" in path else None

    page = Page(
        write_verdict_report(verdict, tmp_path / "report", command="kith train x", look=look)
    )
    checks.alone(page)
    checks.accessible(page)
    checks.coloured(page)
    assert page.texts[0]
    assert "mine: better than start" in page.text
    summary = re.search(r'<section id="summary".*?</section>', page.source, re.DOTALL)
    assert summary is not None
    first = re.search(r'<p class="lead">(.*?)</p>', summary[0], re.DOTALL)
    assert first is not None
    assert first[1].startswith("Better: ")
    assert '<th scope="col">accuracy</th>' not in summary[0]
    assert page.all("img")  # faces of person 1
    assert "kith train x" in page.text
    shape = json.loads((tmp_path / "report" / "report.json").read_text())
    assert [one["embedder"] for one in shape["systems"]] == ["start", "mine", "sface"]
    names = {path.name for path in (tmp_path / "report").iterdir()}
    assert {"index.html", "report.json", "det.png", "roc.png"} <= names


def test_without_faces_to_show(verdict: Verdict, tmp_path: Path) -> None:
    page = Page(write_verdict_report(verdict, tmp_path))
    assert not page.all("img")
    checks.alone(page)


def test_files_of_others_stay(verdict: Verdict, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("mine")
    with pytest.raises(OptionError, match="no report of kith"):
        write_verdict_report(verdict, tmp_path)
    assert (tmp_path / "index.html").read_text() == "mine"


def test_what_the_command_prints(
    verdict: Verdict, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    print_verdict(verdict)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "judged on 12 people held out: 50 photos, 1,225 pairs"
    text = "\n".join(lines)
    for word in ("accuracy", "AUC", "EER", "TAR at FAR", "start", "mine", "sface"):
        assert word in text
    assert "Better: " in text
    assert lines[-1] == "Use sface."
    assert max(map(len, lines[1:12])) <= 100
