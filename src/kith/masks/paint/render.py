"""One mask on one face: from the cloth on the mean face to pixels of the photo."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from kith.masks.paint import keep, straps
from kith.masks.paint.blend import Drawing, blend, soften, to_srgb
from kith.masks.paint.canvas import Canvas, around, fineness
from kith.masks.paint.cuts import CUTS
from kith.masks.paint.grit import read_grit
from kith.masks.paint.light import Light, read_light
from kith.masks.paint.lit import lit, strap_light
from kith.masks.paint.sheet import lay_flat, linear
from kith.masks.paint.styles import DRAW
from kith.masks.paint.surface import refine, show
from kith.media.convert import reduce

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.masks.look import MaskLook
    from kith.masks.paint.arrays import Plane, Points
    from kith.masks.paint.placement import Placement
    from kith.masks.paint.styles.base import Trim
    from kith.types import Pixels

LARGEST = 110.0
"""Pixels per centimetre above which a mask is drawn on a smaller photo and enlarged: it takes no
more memory on a face that fills 150 megapixels, and no lens shows more there."""


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """A mask before it is laid on the photo.

    Attributes:
        grid: its surface on the photo, rows × columns × 3, pixels.
        cloth: its drawn and lit sheet, H × W × 3, linear.
        ways: of its straps, pixels.
        trim: how it is held.
    """

    grid: Points
    cloth: Plane
    ways: list[Points]
    trim: Trim


def render(
    photo: Pixels,
    painted: Pixels,
    placement: Placement,
    look: MaskLook,
    nearer: Sequence[Points] = (),
) -> Plane | None:
    """Paint a mask.

    Args:
        photo: as it was taken: light, sharpness and grain are read there.
        painted: the same photo, perhaps with other masks; it is changed.
        placement: of the face.
        look: of the mask.
        nearer: outlines (N × 2) of faces before this one, which hide it.

    Returns:
        The mask's outline, float32 N × 2; None where nothing of it lies on the photo.
    """
    factor = 1
    while placement.scale > LARGEST * factor:
        factor *= 2
    small, place = reduce(photo, factor), placement.shrunk(factor)
    light = read_light(small, place)
    made = _make(small, place, look, light)
    height, width = small.shape[:2]
    grit = read_grit(photo, keep.face(placement))
    blur = grit.blur / factor
    canvas = around([made.grid, *made.ways], place.scale, width, height, blur)
    if canvas is None:
        return None
    part = _enlarged(canvas, factor)
    layer, share, body = _draw(made, canvas, light, place.scale)
    layer, share = soften(layer, blur), soften(share, blur)
    shadow = _shadow(share, place)
    hidden = [*keep.eyes(place), *([] if look.coverage == "nose" else [keep.nose(place)])]
    free = keep.free(canvas, [*hidden, *((one + 0.5) / factor - 0.5 for one in nearer)])
    if free is not None:
        share[free] = 0
        shadow[free] = 0
    blend(part.cut(painted), Drawing(layer, share, shadow, factor), grit, look.seed)
    return _outline(body, canvas, factor)


def _enlarged(canvas: Canvas, factor: int) -> Canvas:
    """Return the canvas's part of the photo of which `factor` × `factor` pixels became one."""
    return replace(
        canvas,
        left=canvas.left * factor,
        top=canvas.top * factor,
        width=canvas.width * factor,
        height=canvas.height * factor,
    )


def _make(photo: Pixels, placement: Placement, look: MaskLook, light: Light) -> Made:
    """Cut, fit, draw and light the cloth."""
    rng = np.random.default_rng(look.seed)
    cut = CUTS[look.style, look.coverage]
    lattice = _fitted(cut.lattice, rng)
    grid = refine(placement.place(lattice), creased=cut.creased)
    density = placement.scale * fineness(placement.scale)
    sheet = lay_flat(refine(lattice, creased=cut.creased), density, look.rgb)
    trim = DRAW[look.style](sheet, rng)
    ways = straps.paths(lattice, trim, placement)
    ways = straps.cut_at_hair(ways, photo, light.skin, placement)
    return Made(grid, lit(sheet, grid, light, placement.scale), ways, trim)


def _fitted(lattice: Points, rng: np.random.Generator) -> Points:
    """Put the mask on as people do: never quite the same, never quite straight."""
    lean = float(rng.normal(0, 0.02))
    middle = np.array([0.0, 6.5, 0.0])
    turn = np.array([[1.0, -lean, 0.0], [lean, 1.0, 0.0], [0.0, 0.0, 1.0]])
    shift = np.array([rng.normal(0, 0.08), rng.normal(0, 0.18), 0.0])
    size = np.array([1.0 + rng.normal(0, 0.012), 1.0 + rng.normal(0, 0.02), 1.0])
    return (lattice - middle) * size @ turn.T + middle + shift  # type: ignore[no-any-return]


def _draw(made: Made, canvas: Canvas, light: Light, scale: float) -> tuple[Plane, Plane, Plane]:
    """Return colours (sRGB), what is covered, and what the mask without its straps covers."""
    surface = show(canvas.drawn(made.grid), canvas.here(made.grid), canvas)
    high, wide = made.cloth.shape[:2]
    cloth = cv2.remap(
        made.cloth,
        surface.across * np.float32(wide - 1),
        surface.down * np.float32(high - 1),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    how = cv2.INTER_AREA if canvas.factor > 1 else cv2.INTER_LINEAR
    filled = _filled(to_srgb(cloth), surface.known)
    layer = cv2.resize(filled, (canvas.width, canvas.height), interpolation=how)
    body = surface.share
    if not made.ways:
        return layer, body, body
    ways = [canvas.here(way) for way in made.ways]
    bands, ridge = (
        straps.draw(ways, part * made.trim.width * scale, body.shape) for part in (1.0, 0.45)
    )
    round_ = (np.float32(0.84) + np.float32(0.16) * ridge)[..., None]
    colour = to_srgb(strap_light(light, linear(made.trim.colour))) * round_
    share = np.maximum(body, bands)
    over = (body / np.maximum(share, 1e-4))[..., None]
    return layer * over + colour * (1 - over), share, body


def _filled(cloth: Plane, known: Plane) -> Plane:
    """Go on with a mask's colours beyond its edges, further away with their mean.

    What is blurred later must not mix with colours that are none.
    """
    inside = known[..., None]
    shown = cloth * inside
    mean = shown.sum(axis=(0, 1)) / max(float(known.sum()), 1.0)
    near, weight = cv2.blur(shown, (9, 9)), cv2.blur(known, (9, 9))[..., None]
    around = (near + np.float32(0.02) * mean) / (weight + np.float32(0.02))
    return shown + (1 - inside) * around  # type: ignore[no-any-return]


def _shadow(share: Plane, placement: Placement) -> Plane:
    """Return the shadow that a mask throws on the skin around it, below more than above."""
    height, width = share.shape
    blur = max(0.4, 0.22 * placement.scale)
    # A wide blur is made on a smaller picture.
    factor = max(1, int(blur / 3))
    size = (max(1, width // factor), max(1, height // factor))
    small = cv2.resize(share, size, interpolation=cv2.INTER_AREA)
    near = cv2.GaussianBlur(small, (0, 0), blur / factor)
    x, y = 0.25 * placement.scale / factor * placement.turn[:2, 1]
    moved = cv2.warpAffine(near, np.array([[1, 0, x], [0, 1, y]]), size)
    large = cv2.resize(moved, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.float32(0.38) * large * (1 - share)  # type: ignore[no-any-return]


def _outline(body: Plane, canvas: Canvas, factor: int) -> Plane | None:
    inside = (body > 0.5).astype(np.uint8)
    found, _ = cv2.findContours(inside, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not found:
        return None
    largest = max(found, key=len)[:, 0].astype(np.float32)
    corner = np.array([canvas.left, canvas.top], np.float32)
    return (largest + corner + np.float32(0.5)) * factor - np.float32(0.5)
