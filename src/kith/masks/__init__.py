"""Masks on faces: painting them, and telling who wears one."""

from kith.masks.look import COVERAGES, STYLES, MaskLook, random_look
from kith.masks.painter import Painted, PaintedFace, Painter
from kith.masks.teller import TELLER, MaskTeller

__all__ = [
    "COVERAGES",
    "STYLES",
    "TELLER",
    "MaskLook",
    "MaskTeller",
    "Painted",
    "PaintedFace",
    "Painter",
    "random_look",
]
