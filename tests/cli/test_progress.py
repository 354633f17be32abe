"""What a person sees in a terminal."""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Spawn

pty = pytest.importorskip("pty", reason="needs a POSIX terminal")


def seen_in_terminal(spawn: Spawn, *arguments: object, stdout: Path | None = None) -> str:
    """Run a command whose stderr, and stdout unless it goes to a file, is a terminal."""
    control, terminal = pty.openpty()
    file = None if stdout is None else stdout.open("wb")
    process = subprocess.Popen(
        ["kith", *map(str, arguments)],
        cwd=spawn.folder,
        env={**spawn.environment, "TERM": "xterm", "COLUMNS": "80", "NO_COLOR": "1"},
        stdin=terminal,
        stdout=file or terminal,
        stderr=terminal,
    )
    os.close(terminal)
    text = b""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if not select.select([control], [], [], 1)[0]:
            continue
        try:
            part = os.read(control, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        text += part
    os.close(control)
    if file is not None:
        file.close()
    assert process.wait(60) == 0
    return text.decode("utf-8")


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX terminal")
def test_a_bar_with_rate_and_remaining_time(spawn: Spawn, tmp_path: Path) -> None:
    (spawn.folder / "torn.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    for number in range(25):
        (spawn.folder / f"{number}.jpg").symlink_to("obama2.jpg")
    shown = seen_in_terminal(spawn, "detect", ".", stdout=tmp_path / "table.txt")
    assert re.search(r"detecting .* \d+/31 +\d+(\.\d)? photos/s +\d:\d\d:\d\d", shown)
    assert "31/31" in shown  # photos that failed count too
    table = (tmp_path / "table.txt").read_text("utf-8")
    assert table.count(".jpg") == 29
    assert "photos/s" not in table
    assert "24.jpg" not in shown  # what goes to a file goes nowhere else
    assert "torn.jpg" in shown


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX terminal")
def test_no_bar_where_nobody_wants_it(spawn: Spawn) -> None:
    for option in ("--quiet", "--json"):
        assert "photos/s" not in seen_in_terminal(spawn, "detect", ".", option)
    assert "photos/s" not in seen_in_terminal(spawn, "detect", "obama.jpg")
