"""What an archive's JSON says, written and read; reading trusts nothing.

``manifest.json``: version, embedding contract, counts, the sha256 of the other members, the
calibration where there is one, and ``no_mask`` where whoever wears a mask is refused.
``photos.jsonl``: a line per photo (person, digest, source, faces without their vectors; the face
that shows the person with its ``portrait``, and each face's ``mask`` where somebody looked, which
a kith that knows neither passes over).
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import asdict, astuple, dataclass, fields
from typing import Any, Self, get_type_hints

import numpy as np

from kith._version import __version__
from kith.errors import printable
from kith.gallery import rows, thumbnails
from kith.gallery.names import clean_name
from kith.gallery.records import NewPhoto
from kith.types import Box, EmbeddingContract, Face, Mask, Quality

FORMAT = "kith archive"
VERSION = 1
PHOTOS, EMBEDDINGS = "photos.jsonl", "embeddings.f32"

LARGEST_DIMENSION = 16_384

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


class Unsound(Exception):
    """What is wrong with an archive, in a few words."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive says of itself."""

    contract: EmbeddingContract
    people: int
    photos: int
    faces: int
    sha256: dict[str, str]
    calibration: dict[str, Any] | None = None
    """As `calibration_json.plain` makes it; checked when it was read."""
    no_mask: bool = False
    """Whether the gallery refuses whoever wears a mask."""

    def json(self) -> str:
        """Return it as it is written."""
        values = {"format": FORMAT, "version": VERSION, "kith": __version__, **asdict(self)}
        if self.calibration is None:
            del values["calibration"]
        if not self.no_mask:
            del values["no_mask"]
        return json.dumps(values, ensure_ascii=False, indent=1)

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Return what was written, checked.

        Raises:
            Unsound: not a manifest.
        """
        values = parsed(data)
        if values.get("format") != FORMAT:
            raise Unsound("its manifest is not one of kith's")
        if values.get("version") != VERSION:
            raise Unsound(
                f"its version is {printable(str(values.get('version')), 20)}: update kith"
            )
        counts = {key: _integer(values.get(key), key) for key in ("people", "photos", "faces")}
        if not 1 <= counts["people"] <= counts["photos"] <= counts["faces"]:
            raise Unsound("its counts are not possible")
        hashes = values.get("sha256")
        if not isinstance(hashes, dict) or not all(
            isinstance(hashes.get(name), str) for name in (PHOTOS, EMBEDDINGS)
        ):
            raise Unsound("its manifest names no sha256")
        contract = _contract(values.get("contract"))
        calibration = _calibration(values.get("calibration"), contract)
        no_mask = values.get("no_mask", False)
        if not isinstance(no_mask, bool):
            raise Unsound("it does not say whether masks are refused")
        return cls(
            contract=contract, sha256=hashes, calibration=calibration, no_mask=no_mask, **counts
        )


def photo_line(person: str, photo: NewPhoto) -> bytes:
    """Return a photo's line, without its faces' vectors."""
    pictures = photo.portraits or (None,) * len(photo.faces)
    faces = [
        {
            "box": list(face.box),
            "landmarks": face.landmarks.tolist(),
            "score": face.score,
            # Of its numbers, those that a gallery keeps: the first four.
            "quality": None if face.quality is None else list(astuple(face.quality)[:4]),
            **({} if face.mask is None else {"mask": face.mask.state.value}),
            **({} if jpeg is None else {"portrait": base64.b64encode(jpeg).decode()}),
        }
        for face, jpeg in zip(photo.faces, pictures, strict=True)
    ]
    values = {
        "person": person,
        "digest": photo.digest,
        "source": photo.source,
        "added": photo.added,
        "faces": faces,
    }
    return json.dumps(values, ensure_ascii=False, allow_nan=False).encode() + b"\n"


def parse_photo(line: bytes) -> tuple[str, NewPhoto]:
    """Return a person's name and photo; the faces have no embedding yet.

    Raises:
        Unsound: not such a line.
        InvalidName: see `clean_name`.
    """
    values = parsed(line)
    name, source = _text(values, "person"), _text(values, "source")
    digest, added = _text(values, "digest"), _text(values, "added")
    if clean_name(name) != name:
        raise Unsound("its name is not in normal form")
    if not _SHA256.fullmatch(digest) or not _TIME.fullmatch(added):
        raise Unsound("its digest or time is not one")
    faces = values.get("faces")
    if not isinstance(faces, list) or not 1 <= len(faces) <= rows.MOST_FACES:
        raise Unsound("it has no faces, or too many")
    kept = tuple(_face(face) for face in faces)
    pictures = tuple(_picture(face) for face in faces)
    return name, NewPhoto(digest, source, kept, added, pictures if any(pictures) else ())


def parsed(data: bytes) -> dict[str, Any]:
    """Return a JSON object.

    Raises:
        Unsound: not one.
    """
    try:
        values = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise Unsound("it is not JSON") from error
    if not isinstance(values, dict):
        raise Unsound("it is not a JSON object")
    return values


def _is_short(value: str | int) -> bool:
    return len(value) <= 200 if isinstance(value, str) else 0 <= value < 2**31


def _contract(values: Any) -> EmbeddingContract:
    kinds = get_type_hints(EmbeddingContract)
    if not isinstance(values, dict) or set(values) != {
        field.name for field in fields(EmbeddingContract)
    }:
        raise Unsound("its embedding contract is not complete")
    for key, value in values.items():
        if type(value) is not kinds[key] or not _is_short(value):
            raise Unsound(f"its embedding contract has no possible {key}")
    contract = EmbeddingContract(**values)
    if not 1 <= contract.dimension <= LARGEST_DIMENSION:
        raise Unsound("its embedding contract has no possible dimension")
    return contract


def _calibration(values: Any, contract: EmbeddingContract) -> dict[str, Any] | None:
    if values is None:
        return None
    if not isinstance(values, dict):
        raise Unsound("its calibration is not an object")
    # Here, because it loads the runtime, which an archive without one needs not wait for.
    from kith.gallery.calibration_json import Unbelievable, parsed, plain

    try:
        return plain(parsed(values, contract))
    except Unbelievable as error:
        raise Unsound(f"its calibration is not sound: {error}") from error


def _face(values: Any) -> Face:
    if not isinstance(values, dict):
        raise Unsound("a face is not an object")
    landmarks = values.get("landmarks")
    if not isinstance(landmarks, list) or len(landmarks) != 5:
        raise Unsound("a face has not five landmarks")
    quality = values.get("quality")
    return Face(
        box=Box(*_numbers(values.get("box"), 4)),
        landmarks=np.array([_numbers(point, 2) for point in landmarks], dtype=np.float32),
        score=_numbers([values.get("score")], 1)[0],
        quality=None if quality is None else Quality(*_numbers(quality, 4)),
        mask=_mask(values.get("mask")),
    )


def _mask(value: Any) -> Mask | None:
    if value is None:
        return None
    state = rows.mask_state(value) if isinstance(value, str) else None
    if state is None:
        raise Unsound("a mask is neither none, worn nor wrong")
    return Mask(state, 1.0)  # how sure one was is not kept


def _picture(values: dict[str, Any]) -> bytes | None:
    text = values.get("portrait")
    if text is None:
        return None
    if not isinstance(text, str) or len(text) > 2 * thumbnails.MOST_BYTES:
        raise Unsound("a portrait is too long")
    try:
        jpeg = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise Unsound("a portrait is not base64") from error
    if not thumbnails.is_sound(jpeg):
        raise Unsound("a portrait is not one")
    return jpeg


def _text(values: dict[str, Any], key: str) -> str:
    value = values.get(key)
    if not isinstance(value, str) or len(value) > rows.LONGEST_SOURCE:
        raise Unsound(f"its {key} is missing or too long")
    if rows.source_text(value) != value:
        raise Unsound(f"its {key} is no text")
    return value


def _integer(value: Any, key: str) -> int:
    if type(value) is not int or not 0 <= value < 2**48:
        raise Unsound(f"its number of {key} is not possible")
    return value


def _numbers(values: Any, count: int) -> list[float]:
    if not isinstance(values, list) or len(values) != count:
        raise Unsound(f"{count} numbers are not there")
    for value in values:
        if type(value) not in (int, float) or not abs(value) < 1e9:  # nor NaN, nor infinity
            raise Unsound("a number is not possible")
    return [float(value) for value in values]
