"""Time insightface: the buffalo_sc pack, SCRFD-500m for detection and w600k_mbf for embedding.

``INSIGHTFACE_ROOT`` names the folder that holds ``models/buffalo_sc``.
"""

from __future__ import annotations

import os

from harness import Pipeline, main, one_by_one


def load() -> Pipeline:
    """Load both networks once; detection runs at the library's documented 640x640."""
    import cv2
    from insightface.app import FaceAnalysis

    root = os.environ.get("INSIGHTFACE_ROOT", "~/.insightface")
    app = FaceAnalysis(name="buffalo_sc", root=root, providers=["CPUExecutionProvider"])
    app.prepare(ctx_id=0, det_size=(640, 640))

    def count_faces(path: str) -> int:
        image = cv2.imread(path)
        if image is None:
            raise ValueError("cannot be decoded")
        return sum(face.normed_embedding is not None for face in app.get(image))

    return one_by_one(count_faces)


if __name__ == "__main__":
    main("insightface", load, ["insightface", "onnxruntime", "opencv-python", "numpy"])
