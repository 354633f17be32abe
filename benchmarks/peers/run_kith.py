"""Time kith with its defaults, through the call meant for many photos."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness import Pipeline, main, report_failure

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LIBRARIES = ("kith", "onnxruntime", "openvino", "opencv-python-headless", "Pillow", "numpy")


def load() -> Pipeline:
    """Make one recogniser and stream every pass through it."""
    import kith

    recognizer = kith.Recognizer()

    def pipeline(paths: Sequence[str]) -> Iterator[int | None]:
        for path, photo in zip(paths, recognizer.stream(paths), strict=True):
            if photo.error is not None:
                report_failure(path, photo.error)
            yield len(photo.faces) if photo.error is None else None

    return pipeline


if __name__ == "__main__":
    main("kith", load, LIBRARIES)
