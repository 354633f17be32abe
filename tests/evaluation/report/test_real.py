"""A report of a real network on real photos."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kith.evaluation.pairs import evaluate_pairs
from kith.evaluation.protocols import read_pairs
from kith.evaluation.report import write_report

from .parsed import Page

if TYPE_CHECKING:
    from pathlib import Path

    import kith


def test_a_report_of_faces(shared_data: Path, tmp_path: Path, recognizer: kith.Recognizer):
    data = shared_data / "lfw_dev"
    lines = (data / "pairs.txt").read_text().splitlines()
    few = tmp_path / "pairs.txt"  # two folds of 20 + 20
    few.write_text("\n".join(["2 20", *(lines[at + 1] for at in range(240) if at % 60 < 20)]))
    one = evaluate_pairs(read_pairs(few, data / "images"), recognizer, rounds=20)
    page = Page(write_report([one], tmp_path / "report"))
    assert "yunet + sface compared 80 pairs of photos" in page.text
    assert one.result.system.contract.weights_sha256 in page.text
    faces = [image["alt"] for image in page.all("img") if image["alt"].startswith("Face of")]
    assert len(faces) >= 16
    assert not [given for _, given in page.elements if given.get("class") == "blank"]
