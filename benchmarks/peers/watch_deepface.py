"""deepface before a camera: the steps of its `stream`, with YuNet and SFace, without its window.

`stream` finds faces on each frame, names them on every fifth frame in a row that has one, and then
shows that picture for five seconds while it looks at nothing. That pause is left out here: each
fifth frame is recognised, and the names stand until the next.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from camera import Answer, main

if TYPE_CHECKING:
    from collections.abc import Sequence

FRAMES = 5


def load(people: str) -> Answer:
    """Build the networks and the list of people as `stream` does."""
    import numpy as np
    from deepface.modules import streaming

    known = {"model_name": "SFace", "detector_backend": "yunet", "distance_metric": "cosine"}
    streaming.build_facial_recognition_model("SFace")
    streaming.search_identity(np.zeros([224, 224, 3]), db_path=people, **known)
    shown: list[str] = []
    in_a_row = 0

    def answer(frame: Any, _second: float) -> Sequence[str]:
        nonlocal in_a_row
        places = streaming.grab_facial_areas(img=frame, detector_backend="yunet")
        faces = streaming.extract_facial_areas(img=frame, faces_coordinates=places)
        in_a_row = in_a_row + 1 if places else 0
        if in_a_row and in_a_row % FRAMES == 0:
            found = [streaming.search_identity(face, db_path=people, **known)[0] for face in faces]
            shown[:] = [Path(name).stem.split(" (")[0] for name in found if name]
        return list(shown) if places else []

    return answer


if __name__ == "__main__":
    main("deepface", load)
