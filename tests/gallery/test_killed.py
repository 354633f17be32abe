from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROUNDS = 200


@pytest.mark.skipif(sys.platform == "win32", reason="needs fork and SIGKILL")
def test_200_kills_lose_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-m", "tests.gallery.killing"]
    done = subprocess.run(
        [*command, str(tmp_path), str(ROUNDS), "1"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert told["kills"] == ROUNDS
    # The kills came amid the work, not before or after it.
    assert told["created"] >= ROUNDS // 25
    assert told["acknowledged"] > ROUNDS
    assert told["forgotten"] > ROUNDS // 8
