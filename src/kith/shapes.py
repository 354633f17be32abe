"""The JSON that programs read; its keys are a contract and only grow."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kith.classification.answers import Classification, PhotoClasses
    from kith.gallery.enroll import EnrollReport
    from kith.gallery.records import PersonDetail, PersonSummary
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
    if one.mask is not None:
        shape["mask"] = {"state": one.mask.state.value, "score": round(one.mask.score, 3)}
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
        "masks": one.masks,
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
        "masks": one.masks,
        "reason": one.reason,
    }


def classes(one: PhotoClasses) -> dict[str, Any]:
    """Return whom of the people it was trained on a network takes a photo's faces for."""
    faces = [
        face(answered.face)
        | {
            "top": [
                {
                    "name": name.name,
                    "probability": round(name.probability, 6),
                    "label": name.shown,
                    "raw": name.raw,
                }
                for name in answered.top
            ]
        }
        | _of_head(answered)
        for answered in one.answers
    ]
    verdict = {} if faces else {"verdict": "no_face"}
    return photo_head(one.photo) | {"faces": faces} | verdict


def _of_head(one: Classification) -> dict[str, Any]:
    """Return what a head of the user's own says beyond names; nothing of another network."""
    if one.verdict is None:
        return {}
    return {
        "verdict": one.verdict.value,
        "name": one.named.name if one.named else None,
        "similarity": number(one.similarity),
        "threshold": number(one.threshold),
        "reason": one.reason,
    }


def person(one: PersonSummary) -> dict[str, Any]:
    """Return a person in a list."""
    return {
        "name": one.name,
        "photos": one.photos,
        "faces": one.faces,
        "outliers": one.outliers,
        "created": one.created,
        "thumbnail": one.thumbnail,
    }


def person_detail(one: PersonDetail) -> dict[str, Any]:
    """Return what is kept of a person."""
    photos = [
        {
            "digest": photo.digest,
            "source": photo.source,
            "added": photo.added,
            "faces": [
                {
                    "box": list(kept.box),
                    "score": kept.score,
                    "quality": kept.quality,
                    "similarity": kept.similarity,
                    "outlier": not kept.member,
                    "mask": None if kept.mask is None else kept.mask.value,
                }
                for kept in photo.faces
            ],
        }
        for photo in one.photos
    ]
    return {
        "name": one.summary.name,
        "created": one.summary.created,
        "outliers": one.summary.outliers,
        "photos": photos,
    }


def enrolment(report: EnrollReport) -> dict[str, Any]:
    """Return what became of the photos of one person."""
    return {
        "name": report.name,
        "added": report.added,
        "faces": report.faces,
        "already": report.already,
        "several": list(report.several),
        "rejected": [{"source": r.source, "reason": r.reason} for r in report.rejected],
        "conflicts": [{"source": c.source, "person": c.person} for c in report.conflicts],
        "outliers": list(report.outliers),
        "mixed": report.mixed,
        "poor": [{"source": p.source, "reason": p.reason} for p in report.poor],
        "all_poor": report.all_poor,
        "masked": list(report.masked),
        "films": [
            {
                "source": film.source,
                "faces": film.faces,
                "seconds": round(film.seconds, 3),
                "people": film.people,
                "share": number(film.share),
                "problem": film.problem,
            }
            for film in report.films
        ],
    }


def promise(one: Promise | None) -> dict[str, Any] | None:
    """Return what a calibrated threshold promises; None for one that was not calibrated."""
    return None if one is None else asdict(one)


def number(value: float | None) -> float | None:
    """Return a similarity with as many decimals as it holds."""
    return None if value is None else round(float(value), 6)
