"""The JSON that a live client reads; its keys are a contract and only grow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kith.shapes import number
from kith.types import Verdict

if TYPE_CHECKING:
    from kith.tracking import Seen
    from kith.types import Identification


def face(seen: Seen) -> dict[str, Any]:
    """Return a face of a frame, and who it is by the votes so far."""
    answer = seen.answer
    quality = answer.face.quality if answer is not None and answer.face is not None else None
    return {
        "track": seen.track,
        "person": seen.person,
        "box": [round(value, 1) for value in seen.face.box],
        "verdict": None if answer is None else answer.verdict.value,
        "name": None if answer is None else answer.name,
        "similarity": None if answer is None else number(answer.similarity),
        "threshold": None if answer is None else number(answer.threshold),
        "quality": None if quality is None else round(quality.score, 3),
        "hint": hint(answer),
        "predicted": seen.predicted,
        "since": round(seen.since, 3),
    }


def hint(answer: Identification | None) -> str | None:
    """Return what keeps a face from being told, in a few words; None where nothing does."""
    poor = answer is not None and answer.verdict is Verdict.LOW_QUALITY
    return answer.reason if poor and answer is not None else None


def event(word: str, track: int, answer: Identification | None) -> dict[str, Any]:
    """Return that somebody came, was recognised, or left."""
    named = answer is not None and answer.verdict is Verdict.MATCH
    return {
        "type": "event",
        "event": word,
        "track": track,
        "name": answer.name if named and answer else None,
        "similarity": number(answer.similarity) if named and answer else None,
    }


def error(reason: str) -> dict[str, Any]:
    """Return why something was not done; the session goes on."""
    return {"type": "error", "reason": reason}
