"""The styles: each draws folds, seams and patterns on a sheet, and says how it is held."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from kith.masks.paint.styles import bandana, cloth, fashion, ffp2, kn95, surgical

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kith.masks.paint.styles.base import Draw

DRAW: Mapping[str, Draw] = MappingProxyType(
    {
        "surgical": surgical.draw,
        "cloth": cloth.draw,
        "kn95": kn95.draw,
        "ffp2": ffp2.draw,
        "fashion": fashion.draw,
        "bandana": bandana.draw,
    }
)
"""By the name that `MaskLook.style` has."""
