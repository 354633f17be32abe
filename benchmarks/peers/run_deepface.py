"""Time deepface: YuNet for detection and SFace for embedding, its fastest pair.

``DEEPFACE_HOME`` names the folder that holds ``.deepface/weights``.
"""

from __future__ import annotations

from harness import Pipeline, main, one_by_one


def load() -> Pipeline:
    """Import the library; it builds its networks on first use, which the warm-up sees to.

    Detection is enforced: without that, deepface returns the whole picture as a face wherever
    it found none, so it would both do more work and count faces that nobody detected.
    """
    from deepface import DeepFace
    from deepface.modules.exceptions import FaceNotDetected

    def count_faces(path: str) -> int:
        try:
            faces = DeepFace.represent(
                img_path=path,
                model_name="SFace",
                detector_backend="yunet",
                enforce_detection=True,
            )
        except FaceNotDetected:
            return 0
        return len(faces)

    return one_by_one(count_faces)


if __name__ == "__main__":
    main("deepface", load, ["deepface", "onnxruntime", "opencv-contrib-python-headless", "numpy"])
