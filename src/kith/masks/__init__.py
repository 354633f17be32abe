"""Masks on faces: painting them, and telling who wears one."""

from kith.masks.look import COVERAGES, STYLES, MaskLook, random_look
from kith.masks.painter import Painted, PaintedFace, Painter
from kith.masks.sight import MaskSight
from kith.masks.space import MaskedSpace, compare, is_masked, masked_space, pair_of
from kith.masks.teller import TELLER, MaskTeller

__all__ = [
    "COVERAGES",
    "STYLES",
    "TELLER",
    "MaskLook",
    "MaskSight",
    "MaskTeller",
    "MaskedSpace",
    "Painted",
    "PaintedFace",
    "Painter",
    "compare",
    "is_masked",
    "masked_space",
    "pair_of",
    "random_look",
]
