"""`MTCNN` as the package ``mtcnn`` has it, in its versions 0.1 and 1.0."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from kith.detection.mtcnn import MTCNN_1_0, Mtcnn
from kith.errors import NotOffered, OptionError
from kith.media import load_photo
from kith.models import ModelStore
from kith.models.catalogue import card
from kith.models.session import open_session

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.detection import Detections
    from kith.detection.mtcnn import MtcnnSettings
    from kith.media import Photo
    from kith.types import ImageInput

KEYPOINTS = ("left_eye", "right_eye", "nose", "mouth_left", "mouth_right")
"""In the order of our points, as seen in the picture."""

_STAGES = "face_and_landmarks_detection"
_DEVICES = {"CPU:0": "cpu", "CPU": "cpu", "GPU:0": "cuda", "GPU": "cuda"}


class MTCNN:
    """Finds faces as ``mtcnn`` 1.0 does; the arguments of 0.1 are taken too.

    Args:
        stages: ``face_and_landmarks_detection``.
        device: ``CPU:0`` or ``GPU:0``.
        min_face_size: narrowest face, in pixels; 20.
        steps_threshold: least probabilities after the three networks; 0.6, 0.7, 0.8 (0.1 of the
            package had 0.7 for the last).
        scale_factor: size of each level of the pyramid over the one before it; 0.709.

    Raises:
        NotOffered: `stages` asks for something else.
        ValueError: another device.
        ModelError: the networks cannot be had.
        OptionError: a number outside its range.
    """

    def __init__(
        self,
        stages: str = _STAGES,
        device: str = "CPU:0",
        *,
        min_face_size: float | None = None,
        steps_threshold: Sequence[float] | None = None,
        scale_factor: float | None = None,
    ) -> None:
        if stages != _STAGES:
            raise NotOffered(
                f"kith runs all three networks ({_STAGES}); for boxes alone leave the keypoints"
            )
        if device not in _DEVICES:
            raise ValueError(f"device is one of {', '.join(_DEVICES)}, not {device!r}")
        if steps_threshold is not None and len(steps_threshold) != 3:
            raise OptionError(f"steps_threshold has three numbers, not {len(steps_threshold)}")
        self._settings = _changed(
            MTCNN_1_0,
            min_face=min_face_size,
            scale_factor=scale_factor,
            thresholds=None if steps_threshold is None else tuple(steps_threshold),
        )
        network, store = card("mtcnn"), ModelStore()
        self._pnet, self._rnet, self._onet = (
            open_session(network, store, _DEVICES[device], file) for file in network.files
        )

    def detect_faces(
        self,
        image: ImageInput | list[ImageInput],
        fit_to_image: bool = True,
        limit_boundaries_landmarks: bool = False,
        box_format: str = "xywh",
        output_type: str = "json",
        postprocess: bool = True,  # noqa: ARG002  there is no padding to take away
        batch_stack_justification: str = "center",  # noqa: ARG002  pictures are not stacked
        *,
        min_face_size: float | None = None,
        scale_factor: float | None = None,
        threshold_pnet: float | None = None,
        threshold_rnet: float | None = None,
        threshold_onet: float | None = None,
    ) -> list[Any]:
        """Return the faces of a picture, best first; of a list, one list for each.

        Args:
            image: RGB pixels (0–255, H × W × 3), a path or encoded bytes; or a list of them.
            fit_to_image: cut boxes off at the border.
            limit_boundaries_landmarks: move points outside to the border.
            box_format: ``xywh`` or ``xyxy``.
            output_type: ``json``: whole numbers in dictionaries.
            postprocess: as it is.
            batch_stack_justification: as it is.
            min_face_size: for this call, as in `MTCNN`.
            scale_factor: the same.
            threshold_pnet: least probability of a face after the first network.
            threshold_rnet: after the second.
            threshold_onet: after the third.

        Returns:
            ``box``, ``confidence`` and ``keypoints`` (``left_eye``, ``right_eye``, ``nose``,
            ``mouth_left``, ``mouth_right``, as seen in the picture) of each face.

        Raises:
            ValueError: another format.
            PhotoError: a picture cannot be read.
            OptionError: a number outside its range.
        """
        if box_format not in ("xywh", "xyxy") or output_type != "json":
            raise ValueError("box_format is xywh or xyxy, output_type is json")
        given = zip(
            (threshold_pnet, threshold_rnet, threshold_onet),
            self._settings.thresholds,
            strict=True,
        )
        settings = _changed(
            self._settings,
            min_face=min_face_size,
            scale_factor=scale_factor,
            thresholds=tuple(own if asked is None else asked for asked, own in given),
        )
        images = image if isinstance(image, list) else [image]
        photos = [load_photo(_whole(one)) for one in images]
        found = Mtcnn(self._pnet, self._rnet, self._onet, settings).detect_batch(
            [photo.pixels for photo in photos]
        )
        answers = [
            _answer(faces, photo, fit_to_image, limit_boundaries_landmarks, box_format)
            for faces, photo in zip(found, photos, strict=True)
        ]
        return answers if isinstance(image, list) else answers[0]

    predict = detect_faces


def _whole(image: Any) -> Any:
    """Return pixels that are numbers from 0 to 255 of another type as uint8; else the image."""
    if isinstance(image, np.ndarray) and image.dtype != np.uint8 and image.dtype.kind in "fiu":
        return np.clip(np.rint(image), 0, 255).astype(np.uint8)
    return image


def _changed(settings: MtcnnSettings, **changes: Any) -> MtcnnSettings:
    return replace(settings, **{key: value for key, value in changes.items() if value is not None})


def _answer(
    faces: Detections, photo: Photo, fit: bool, limit: bool, box_format: str
) -> list[dict[str, Any]]:
    faces = faces.scaled(photo.scale, photo.scale)
    most = np.array([photo.width, photo.height]) - 1
    corners = np.stack([faces.boxes[:, :2], faces.boxes[:, :2] + faces.boxes[:, 2:]], axis=1)
    if fit:
        corners = np.clip(corners, 0, most)
    points = np.clip(faces.points, 0, most) if limit else faces.points
    second = corners[:, 1] - corners[:, 0] if box_format == "xywh" else corners[:, 1]
    boxes = np.concatenate([corners[:, 0], second], axis=1)
    return [
        {
            "box": [round(value) for value in box.tolist()],
            "keypoints": {
                name: [round(value) for value in point.tolist()]
                for name, point in zip(KEYPOINTS, spots, strict=True)
            },
            "confidence": float(score),
        }
        for box, spots, score in zip(boxes, points, faces.scores, strict=True)
    ]
