"""Masks on faces: painting them, and telling who wears one."""

from kith.masks.look import COVERAGES, STYLES, MaskLook, random_look
from kith.masks.painter import Painted, PaintedFace, Painter

__all__ = ["COVERAGES", "STYLES", "MaskLook", "Painted", "PaintedFace", "Painter", "random_look"]
