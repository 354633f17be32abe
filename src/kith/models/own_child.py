"""Look at one graph in a process of its own; run as a script, not imported.

    python -P own_child.py FILE WANT MEMORY SECONDS

WANT is a JSON object, see `kith.models.own_look.look`. The last line on stdout is one JSON object:
empty, or ``{"error": what is wrong, in a line}``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main() -> None:
    """Look, and say what is wrong."""
    file, want, memory, seconds = sys.argv[1:]
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from kith.models.importers.child import limit, watch_parent

    limit(int(memory), int(seconds))
    watch_parent()
    from kith.models.own_look import look

    try:
        look(Path(file), **json.loads(want))
        answer = {}
    except Exception as error:  # noqa: BLE001 - whatever a graph makes its readers raise is a line
        first = next(iter(str(error).splitlines()), "")
        answer = {"error": first or type(error).__name__}
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
