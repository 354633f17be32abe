"""Faces without a photo, for the rules."""

from __future__ import annotations

import numpy as np

from kith.types import Box, Candidate, Face, Quality

GOOD = Quality(size=60.0, sharpness=0.33, yaw=0.0, score=1.0)


def face(quality: Quality | None = GOOD, embedding: list[float] | None = None) -> Face:
    vector = None if embedding is None else np.array(embedding, np.float32)
    return Face(Box(0, 0, 10, 10), np.zeros((5, 2), np.float32), 0.9, quality, vector)


def people(*similarities: float) -> list[Candidate]:
    return [Candidate(f"p{i}", similarity) for i, similarity in enumerate(similarities)]
