"""The JSON that programs read; its keys are a contract and only grow."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kith.types import Face, Identification, PhotoFaces, Promise, Verification


def photo_head(photo: PhotoFaces) -> dict[str, Any]:
    """Return the part that is the same for every command: where from, how large."""
    return {"source": photo.source, "width": photo.width, "height": photo.height}


def photo_error(source: str, reason: str) -> dict[str, Any]:
    """Return what is said of a photo that could not be used."""
    return {"source": source, "error": reason}


def face(one: Face) -> dict[str, Any]:
    """Return where a face is; pixels with two decimals."""
    shape: dict[str, Any] = {
        "box": [round(value, 2) for value in one.box],
        "landmarks": [[round(float(x), 2), round(float(y), 2)] for x, y in one.landmarks],
        "score": round(one.score, 4),
    }
    if one.quality is not None:
        shape["quality"] = round(one.quality.score, 3)
        parts = asdict(one.quality).items()
        shape["quality_parts"] = {
            part: round(value, 3) for part, value in parts if part != "score" and value is not None
        }
    return shape


def answer(one: Identification) -> dict[str, Any]:
    """Return who a face is, or why there is no name."""
    return {
        "verdict": one.verdict.value,
        "name": one.name,
        "similarity": number(one.similarity),
        "threshold": number(one.threshold),
        "probability": number(one.probability),
        "candidates": [
            {"name": c.name, "similarity": number(c.similarity)} for c in one.candidates
        ],
        "reason": one.reason,
    }


def verification(one: Verification) -> dict[str, Any]:
    """Return whether two photos show the same person."""
    return {
        "verdict": one.verdict.value,
        "same": one.same,
        "similarity": number(one.similarity),
        "distance": number(one.distance),
        "euclidean": number(one.euclidean),
        "threshold": number(one.threshold),
        "probability": number(one.probability),
        "calibration": promise(one.calibration),
        "detector": one.detector,
        "embedder": one.embedder,
        "a": None if one.a is None else face(one.a),
        "b": None if one.b is None else face(one.b),
        "reason": one.reason,
    }


def promise(one: Promise | None) -> dict[str, Any] | None:
    """Return what a calibrated threshold promises; None for one that was not calibrated."""
    return None if one is None else asdict(one)


def number(value: float | None) -> float | None:
    """Return a similarity with as many decimals as it holds."""
    return None if value is None else round(float(value), 6)
