"""Convert one weight file in a process of its own; run as a script, not imported.

The libraries that read such files (HDF5 above all) may hang, crash or reserve gigabytes over a
damaged or hostile one. Here that ends one short-lived process, which may use so much memory and
time and no more.

    python -P child.py IMPORTER CLASSES FILE TARGET MEMORY SECONDS

The ONNX file is written to TARGET. The last line on stdout is one JSON object: ``{"classes": n}``
or ``{"error": name of the exception, "message": its line}``.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from pathlib import Path


def limit(memory: int, seconds: int) -> None:
    """Let the system end this process where it takes more, on systems that can."""
    try:
        import resource
    except ImportError:
        return
    for kind, most in ((resource.RLIMIT_DATA, memory), (resource.RLIMIT_CPU, seconds)):
        _, hard = resource.getrlimit(kind)
        if hard == resource.RLIM_INFINITY or hard > most:
            resource.setrlimit(kind, (most, hard))


def watch_parent() -> None:
    """End this process with the one that started it, which may be killed."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def main() -> None:
    """Convert, and say how it went."""
    importer, classes, file, target, memory, seconds = sys.argv[1:]
    limit(int(memory), int(seconds))
    watch_parent()
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    from kith.errors import KithError
    from kith.models.importers.convert import build

    try:
        encoded, count = build(importer, int(classes), Path(file))
        Path(target).write_bytes(encoded)
        answer: dict[str, object] = {"classes": count}
    except KithError as error:
        answer = {"error": type(error).__name__, "message": str(error)}
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
