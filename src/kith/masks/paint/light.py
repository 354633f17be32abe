"""The scene's light, read from the skin of a face."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from kith.masks.paint.arrays import along
from kith.masks.paint.mean_face import FIVE, SKIN, SKIN_NORMALS

if TYPE_CHECKING:
    from kith.masks.paint.arrays import Plane, Points, Vector
    from kith.masks.paint.placement import Placement
    from kith.types import Pixels

LUMINANCE = np.array([0.2126, 0.7152, 0.0722])

TYPICAL_SKIN = np.array([1.62, 0.86, 0.62])
"""Skin in white light, linear, over its own luminance: hardly different between dark and light."""

ALBEDO = 0.34
"""What skin throws back, in the middle of dark and light."""

PRIOR = np.array([0.0, -0.14, 0.22])
"""How light usually falls, as shares of its mean: from above and from the viewer's side."""

PER_CM = 5.0
"""Pixels of a centimetre where colours are read."""

SHADES = (0.02, 0.9)
"""Luminances, linear, between which a colour can be told."""

ONE_COLOUR = 0.05
"""How much red may differ between places equally bright on a photo of one colour, as a share."""

TO_LINEAR = np.where(
    np.arange(256) <= 10,
    np.arange(256) / 255 / 12.92,
    ((np.arange(256) / 255 + 0.055) / 1.055) ** 2.4,
).astype(np.float32)
"""Linear light for each value of sRGB."""


@dataclass(frozen=True, slots=True, eq=False)
class Light:
    """How bright a white surface at the place of a face would be.

    Attributes:
        ambient: from all sides, linear: 1 is white.
        direction: 3, what facing it adds (photo's axes, z towards the viewer).
        colour: 3, of the light, linear RGB with luminance 1.
        black: linear luminance of the photo's darkest parts: haze.
        skin: 3, the skin's usual colour on this photo, linear; None where none is seen.
        tint: 3 × 3, how a photo of one colour, such as an old print, is toned: for red, green and
            blue a polynomial of the luminance (see `toned`); None where it has several colours.
        spots: N × 2 places in pixels, and N how much brighter it is there than the rest says.
    """

    ambient: float
    direction: Vector
    colour: Vector
    black: float
    skin: Vector | None
    tint: Vector | None
    spots: tuple[Vector, Vector]

    def shade(self, normals: Points) -> Plane:
        """Return how bright white surfaces (… × 3 unit vectors) are."""
        level = np.float32(self.ambient) + along(normals, self.direction)
        return np.maximum(level, np.float32(0.12 * self.ambient))

    def local(self, places: Vector, reach: float) -> Plane:
        """Return how much brighter it is at places (N × 2) than elsewhere on the face."""
        where, gains = self.spots
        if not len(where):
            return np.ones(len(places), np.float32)
        apart = ((places[:, None] - where[None]) ** 2).sum(axis=2)
        weights = np.exp(-(apart - apart.min(axis=1, keepdims=True)) / (2 * reach**2))
        return (along(weights, gains) / weights.sum(axis=1)).astype(np.float32)  # type: ignore[no-any-return]


def read_light(pixels: Pixels, placement: Placement) -> Light:
    """Read the light that falls on a face.

    The skin's luminance is explained as an even light and a directed one on the mean face's
    surface, as the first four spherical harmonics do (R. Basri, D. Jacobs, *Lambertian
    reflectance and linear subspaces*, PAMI 2003), robustly: hair, beards and spectacles stand out.
    """
    crop, left, top, factor = _surroundings(pixels, placement)
    linear = TO_LINEAR[crop].astype(np.float32)
    soft = cv2.blur(linear, (3, 3))
    luminance = along(soft, LUMINANCE)
    places, colours, facing = _skin(soft, placement, left, top, factor)
    if len(places) < 4:
        level = float(np.median(luminance)) if luminance.size else 0.3
        return Light(
            max(level * 2, 0.02), PRIOR * level * 2, np.ones(3), 0.0, None, None, _no_spots()
        )
    seen = colours @ LUMINANCE
    even, directed, weights = _fit(seen, facing)
    skin = float(np.median(seen))
    white = _white(skin, luminance, placement, left, top, factor) / max(skin, 1e-4)
    explained = np.maximum(even + facing @ directed, 0.1 * even)
    gains = 1.0 + (np.clip(seen / explained, 0.45, 1.7) - 1.0) * np.minimum(1.0, 0.3 + weights)
    return Light(
        even * white,
        directed * white,
        _colour(colours, weights, soft),
        float(np.percentile(luminance, 0.5)),
        np.median(colours, axis=0),
        _tint(soft),
        (places, gains),
    )


def _no_spots() -> tuple[Vector, Vector]:
    return np.zeros((0, 2)), np.zeros(0)


def _surroundings(pixels: Pixels, placement: Placement) -> tuple[Pixels, int, int, float]:
    """Return the photo around a face, small; where it lies; and how much it was shrunk."""
    height, width = pixels.shape[:2]
    x, y, _ = placement.place(np.array([0.0, 3.5, 0.0]))
    reach = 16 * placement.scale
    left, right = (int(np.clip(v, 0, width)) for v in (x - reach, x + reach + 1))
    top, bottom = (int(np.clip(v, 0, height)) for v in (y - reach, y + reach + 1))
    if right - left < 2 or bottom - top < 2:
        left, top, right, bottom = 0, 0, width, height
    crop = pixels[top:bottom, left:right]
    factor = max(1.0, placement.scale / PER_CM)
    size = (max(1, round(crop.shape[1] / factor)), max(1, round(crop.shape[0] / factor)))
    if factor > 1:
        crop = np.asarray(cv2.resize(crop, size, interpolation=cv2.INTER_AREA), np.uint8)
    return crop, left, top, factor


def _skin(
    soft: Plane, placement: Placement, left: int, top: int, factor: float
) -> tuple[Vector, Vector, Vector]:
    facing = placement.facing(SKIN_NORMALS)
    places = placement.place(SKIN)[:, :2]
    x, y = np.floor((places + 0.5 - (left, top)) / factor).astype(int).T
    height, width = soft.shape[:2]
    seen = (facing[:, 2] > 0.2) & (x >= 0) & (y >= 0) & (x < width) & (y < height)
    return places[seen], soft[y[seen], x[seen]].astype(np.float64), facing[seen]


def _fit(seen: Vector, facing: Vector) -> tuple[float, Vector, Vector]:
    """Return the even light, the directed one (3), and how much each place is believed."""
    middle = max(float(np.median(seen)), 1e-4)
    target = seen / middle
    columns = np.column_stack([np.ones(len(seen)), facing])
    prior = np.array([0.8, *PRIOR])
    hold = np.diag([0.0, 3.0, 3.0, 4.0])
    weights = np.ones(len(seen))
    for _ in range(4):
        weighted = columns * weights[:, None]
        found = np.linalg.solve(weighted.T @ columns + hold, weighted.T @ target + hold @ prior)
        apart = np.abs(target - columns @ found)
        weights = 1.0 / (1.0 + (apart / 0.18) ** 2)
    return float(max(found[0], 0.25)) * middle, found[1:] * middle, weights


def _white(
    skin: float,
    luminance: Plane,
    placement: Placement,
    left: int,
    top: int,
    factor: float,
) -> float:
    """Return how bright white would be where skin has this luminance, linear.

    How dark the skin itself is cannot be seen from it; the whites of the eyes and the brightest
    parts around the face have a say.
    """
    votes, weights = [skin / ALBEDO], [0.36]
    reach = np.array([1.7, 0.6]) * placement.scale / factor
    for eye in placement.place(FIVE[:2])[:, :2]:
        x, y = (eye - (left, top)) / factor
        rows = slice(max(0, round(y - reach[1])), max(0, round(y + reach[1]) + 1))
        columns = slice(max(0, round(x - reach[0])), max(0, round(x + reach[0]) + 1))
        patch = luminance[rows, columns]
        if patch.size >= 6:
            votes.append(float(np.percentile(patch, 92)) / 0.38)
            weights.append(0.25)
    votes.append(float(np.percentile(luminance, 97)) / 0.85)
    weights.append(0.16)
    logs = np.log(np.maximum(votes, 1e-3))
    level = float(np.exp(np.average(logs, weights=weights)))
    return float(np.clip(level, skin / 0.55, skin / 0.13))


def _colour(colours: Vector, weights: Vector, soft: Plane) -> Vector:
    """Return the light's colour: what makes typical skin of this skin, half believed."""
    skin = np.average(colours, axis=0, weights=weights)
    skin = np.maximum(skin / max(float(skin @ LUMINANCE), 1e-5), 0.05)
    around = soft.reshape(-1, 3).mean(axis=0).astype(np.float64)
    around = np.maximum(around / max(float(around @ LUMINANCE), 1e-5), 0.05)
    colour = np.clip(np.sqrt(skin / TYPICAL_SKIN) * around**0.1, 0.65, 1.45)
    return colour / float(colour @ LUMINANCE)  # type: ignore[no-any-return]


def toned(luminance: Plane, tint: Vector) -> Plane:
    """Return the colours (… × 3, linear) of luminances (linear) on a photo of one colour."""
    shares = np.einsum("...p,pc->...c", _powers(luminance), tint)
    return luminance[..., None] * np.exp(shares).astype(np.float32)  # type: ignore[no-any-return]


def _powers(luminance: Plane) -> Plane:
    logs = np.log(np.clip(luminance, *SHADES))
    return np.stack([np.ones_like(logs), logs, logs**2], axis=-1)


def _tint(soft: Plane) -> Vector | None:
    """Return how a photo is toned; None where colours differ between places equally bright."""
    flat = soft.reshape(-1, 3)[::3].astype(np.float64)
    luminance = along(flat, LUMINANCE)
    inside = (luminance > SHADES[0]) & (luminance < SHADES[1])
    if int(inside.sum()) < 20:
        return None
    flat, luminance = flat[inside], luminance[inside]
    shares = np.log(np.maximum(flat, 1e-3) / luminance[:, None])
    powers = _powers(luminance)
    # Even a photo of one shade has an answer: the small hold keeps the others at naught.
    hold = 1e-3 * len(flat) * np.diag([0.0, 1.0, 1.0])
    square, mixed = (np.einsum("np,nq->pq", powers, other) for other in (powers, shares))
    tint = np.linalg.solve(square + hold, mixed)
    red, _, blue = (shares - np.einsum("np,pc->nc", powers, tint)).std(axis=0)
    return tint if red < ONE_COLOUR and blue < 2 * ONE_COLOUR else None
