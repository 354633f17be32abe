from __future__ import annotations

from pathlib import Path

from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).parents[3]


def test_the_templates_are_in_the_wheel():
    packed = {one.distribution_path for one in WheelBuilder(str(ROOT)).recurse_included_files()}
    own = ROOT / "src" / "kith" / "evaluation" / "report" / "templates"
    names = {path.name for path in own.iterdir()}
    assert {"base.html.jinja", "style.css"} <= names
    assert {f"kith/evaluation/report/templates/{name}" for name in names} <= packed
