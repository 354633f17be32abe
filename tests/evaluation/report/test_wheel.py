from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def test_the_templates_are_in_the_wheel():
    wheel = pytest.importorskip("hatchling.builders.wheel")
    builder = wheel.WheelBuilder(str(ROOT))
    packed = {one.distribution_path for one in builder.recurse_included_files()}
    own = ROOT / "src" / "kith" / "evaluation" / "report" / "templates"
    names = {path.name for path in own.iterdir()}
    assert "page.html.jinja" in names
    assert {f"kith/evaluation/report/templates/{name}" for name in names} <= packed
