"""Looks without a picture, for albums and votes."""

from __future__ import annotations

import math

import numpy as np

from kith.decision import decide
from kith.tracking import Look
from kith.types import Box, Candidate, Face, Quality

THRESHOLD = 0.4


def direction(degrees: float, number: int = 0) -> np.ndarray:
    """Return a unit vector so many degrees from the first axis, in one of many planes."""
    vector = np.zeros(16, np.float32)
    vector[0], vector[1 + number] = (
        math.cos(math.radians(degrees)),
        math.sin(math.radians(degrees)),
    )
    return vector


def face(vector: np.ndarray, score: float = 0.9) -> Face:
    return Face(
        Box(0, 0, 40, 40),
        np.zeros((5, 2), np.float32),
        0.9,
        Quality(40.0, 0.3, 0.0, score),
        vector,
        1.0,
    )


def look(vector: np.ndarray, time: float, known: dict[str, np.ndarray], score: float = 0.9) -> Look:
    [answer] = gallery(known)([face(vector, score)])
    return Look(face(vector, score), time, answer)


def gallery(known: dict[str, np.ndarray], threshold: float = THRESHOLD, margin: float = 0.05):
    """Return what answers as `Gallery.identify_faces` does."""

    def ask(faces):
        return tuple(
            decide(
                one,
                sorted(
                    (Candidate(name, float(one.embedding @ v)) for name, v in known.items()),
                    key=lambda candidate: -candidate.similarity,
                ),
                threshold,
                margin,
            )
            for one in faces
        )

    return ask
