from __future__ import annotations

import subprocess
import sys

import pytest

from kith.errors import MissingExtra
from kith.evaluation.report import require, write_report


@pytest.mark.parametrize("missing", ["jinja2", "matplotlib"])
def test_what_is_missing_is_named_before_any_work(monkeypatch, tmp_path, missing):
    monkeypatch.setitem(sys.modules, missing, None)
    expected = f"a report needs {missing}, not installed here: pip install 'kith[report]'"
    for ask in (require, lambda: write_report([], tmp_path)):
        with pytest.raises(MissingExtra) as error:
            ask()
        assert str(error.value) == expected


def test_all_that_is_needed_is_here():
    require()


def test_nothing_heavy_is_imported_before_a_report_is_written():
    program = (
        "import sys, kith.evaluation.report as report; report.require(); "
        "sys.exit(str({'jinja2', 'matplotlib'} & set(sys.modules) or ''))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60
    )
    assert done.stderr.strip() == ""
