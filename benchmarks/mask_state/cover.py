"""Things over faces: simple masks for variety, and what is no mask (hands, microphones, beards).

Places are in the units of a 112 × 112 face (`kith.alignment.ARCFACE`), brought to a crop's pixels.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from crops import BIG, WIDER

Picture = npt.NDArray[np.float32]
Points = npt.NDArray[np.float64]
Random = np.random.Generator

SPAN = 150.0
ZOOM = BIG / (SPAN * WIDER)
CORNER = np.array([19.0, 10.0]) + SPAN * (WIDER - 1) / 2

CLOTHS = (
    *((235, 235, 235), (250, 250, 250), (165, 205, 225), (140, 190, 220), (120, 170, 210)),
    *((25, 25, 28), (40, 45, 60), (90, 90, 95), (150, 150, 150), (225, 170, 180)),
    *((60, 90, 150), (120, 40, 45), (60, 110, 80), (200, 190, 160), (160, 200, 190)),
)


def place(points: object) -> Points:
    return (np.asarray(points, np.float64) + CORNER) * ZOOM


def smooth(points: Points, rounds: int = 2) -> Points:
    """Cut the corners of a closed line (Chaikin)."""
    for _ in range(rounds):
        following = np.roll(points, -1, axis=0)
        pair = [0.75 * points + 0.25 * following, 0.25 * points + 0.75 * following]
        points = np.stack(pair, axis=1).reshape(-1, 2)
    return points


def fill(
    picture: Picture,
    outline: Points,
    colour: object,
    alpha: float = 1.0,
    soft: float = 0.8,
    shade: Picture | None = None,
) -> Picture:
    """Lay a coloured shape over a picture."""
    cover = np.zeros(picture.shape[:2], np.uint8)
    line = np.round(outline * 16).astype(np.int32)
    cv2.fillPoly(cover, [line], 255, lineType=cv2.LINE_AA, shift=4)
    share = cv2.GaussianBlur(cover, (0, 0), soft)[..., None].astype(np.float32) * (alpha / 255)
    cloth = np.broadcast_to(np.asarray(colour, np.float32), picture.shape)
    return picture * (1 - share) + (cloth if shade is None else cloth * shade) * share


def shading(picture: Picture, random: Random) -> Picture:
    """The light of a face, with folds or a pattern of its own."""
    height, width = picture.shape[:2]
    light = cv2.GaussianBlur(picture.mean(axis=2), (0, 0), random.uniform(5, 14))
    middle = max(float(light[60:110, 50:110].mean()), 8.0)
    shade = np.clip((light / middle) ** random.uniform(0.2, 0.9), 0.45, 1.5)
    shade = shade * (1 + random.uniform(-0.25, 0.25) * np.linspace(-1, 1, height)[:, None])
    shade = shade * (1 + random.uniform(-0.25, 0.25) * np.linspace(-1, 1, width)[None])
    shade = np.repeat(shade[..., None], 3, axis=2)
    if random.random() < 0.4:
        waves = np.sin(np.arange(height) * random.uniform(0.2, 0.7) + random.uniform(0, 6))
        shade *= (1 + random.uniform(0.02, 0.12) * waves)[:, None, None]
    if random.random() < 0.3:
        shape = (*random.integers(6, 40, 2), 3 if random.random() < 0.5 else 1)
        noise = random.normal(0, 1, shape).astype(np.float32)
        noise = cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC)
        shade *= 1 + random.uniform(0.03, 0.3) * noise.reshape(height, width, -1)
    return np.clip(shade, 0.2, 2).astype(np.float32)


def mask(picture: Picture, coverage: str, random: Random) -> Picture:
    """Paint a plain mask by the crop's frame alone."""
    tops = {"nose": (54, 67), "mouth": (77, 86), "chin": (101, 110)}
    ends = {"nose": (110, 124), "mouth": (114, 128), "chin": (122, 138)}
    top, end = random.uniform(*tops[coverage]), random.uniform(*ends[coverage])
    wide = random.uniform(22, 34) if coverage == "chin" else random.uniform(31, 41)
    side = top + (random.uniform(4, 16) if coverage == "nose" else random.uniform(0, 8))
    half = [
        *((12, top + random.uniform(1, 6)), (wide * 0.8, side), (wide, side + 4)),
        *((wide * random.uniform(0.85, 1.0), (side + end) / 2 + 4), (wide * 0.62, end - 8)),
        (wide * 0.25, end),
    ]
    middle = 56 + random.normal(0, 2)
    right = [(middle + x, y) for x, y in half]
    left = [(middle - x, y) for x, y in reversed(half)]
    outline = np.array([(middle, top), *right, *left]) + random.normal(0, 1.2, (13, 2))
    colour = random.uniform(10, 250, 3)
    if random.random() < 0.8:
        colour = np.array(CLOTHS[random.integers(len(CLOTHS))]) + random.normal(0, 12, 3)
    light = float(picture[40:70, 55:105].mean()) / 130
    colour = colour * np.clip(light ** random.uniform(0.3, 1), 0.25, 1.3)
    shade = shading(picture, random)
    if random.random() < 0.6 and coverage != "chin":
        ear = random.uniform(50, 66)
        for way in (-1, 1):
            strap = place([(middle + way * wide, side + 4), (middle + way * (wide + 14), ear)])
            ends_at = [tuple(np.round(end).astype(int).tolist()) for end in strap]
            shown = tuple(np.clip(colour, 0, 255).tolist())
            cv2.line(picture, ends_at[0], ends_at[1], shown, 1, cv2.LINE_AA)
    soft = random.uniform(0.4, 1.2)
    return np.clip(fill(picture, smooth(place(outline)), colour, 1.0, soft, shade), 0, 255)


def skin(picture: Picture, random: Random) -> Picture:
    x, y = place([(56 + random.uniform(-14, 14), random.uniform(28, 40))])[0].astype(int)
    return np.asarray(np.median(picture[y - 4 : y + 4, x - 6 : x + 6].reshape(-1, 3), axis=0))


def blob(
    random: Random, x: float, y: float, across: float, down: float, corners: int = 9
) -> Points:
    angles = np.sort(random.uniform(0, 2 * np.pi, corners))
    reach = random.uniform(0.75, 1.2, corners)
    rim = [x + across * reach * np.cos(angles), y + down * reach * np.sin(angles)]
    return place(smooth(np.stack(rim, axis=1)))


def hand(picture: Picture, random: Random) -> Picture:
    colour = skin(picture, random) * random.uniform(0.8, 1.15)
    start = np.array([random.uniform(30, 80), random.uniform(85, 115)])
    angle, shade = random.uniform(-1.3, 1.3), shading(picture, random)
    across = np.array([np.cos(angle + 1.57), np.sin(angle + 1.57)])
    for finger in range(int(random.integers(2, 5))):
        length, half = random.uniform(16, 34), random.uniform(4, 6.5)
        root = start + finger * half * 1.9 * across
        along = np.array([np.cos(angle - 0.1 * finger), np.sin(angle - 0.1 * finger)])
        out = np.array([-along[1], along[0]]) * half
        tip = root + along * length
        rim = [root + out, tip + 0.8 * out, tip + 3 * along, tip - 0.8 * out, root - out]
        outline = smooth(place([*rim, root - 30 * along]))
        picture = fill(picture, outline, colour * random.uniform(0.85, 1.1), 1, 1.0, shade)
    return picture


def microphone(picture: Picture, random: Random) -> Picture:
    x, y, size = random.uniform(40, 72), random.uniform(98, 118), random.uniform(7, 15)
    colour, lean = random.uniform(10, 70, 3), random.uniform(-25, 25, 2)
    stick = [(x - size * 0.4, y), (x + size * 0.4, y)]
    stick += [(x + size * 0.5 + lean[0], 180), (x - size * 0.5 + lean[1], 180)]
    picture = fill(picture, place(stick), colour * 0.8, 1, 0.7)
    return fill(picture, blob(random, x, y, size, size), colour, 1, 0.8, shading(picture, random))


def beard(picture: Picture, random: Random) -> Picture:
    dark = random.random() < 0.7
    colour = np.array([35, 28, 24]) * random.uniform(0.5, 2.2)
    if not dark:
        colour = np.array([150, 145, 140]) * random.uniform(0.7, 1.2)
    end, top = random.uniform(112, 126), random.uniform(80, 96)
    lip = -6 if random.random() < 0.6 else 16
    half = [(0, top - 4), (6, top + lip), (18, top + 2), (26, top + 8), (34, top - 6)]
    half += [(30, end - 16), (16, end - 2), (0, end)]
    rim = [(56 + x, y) for x, y in half] + [(56 - x, y) for x, y in reversed(half[1:-1])]
    outline = smooth(place(np.array(rim) + random.normal(0, 1.5, (len(rim), 2))))
    grain = random.normal(1, 0.25, picture.shape[:2]).astype(np.float32)
    grain = cv2.GaussianBlur(grain, (0, 0), 0.7)[..., None]
    covered = fill(picture, outline, colour, random.uniform(0.35, 0.9), 2.5, grain)
    x, y = place([(56, 92)])[0].astype(int).tolist()
    mouth = np.zeros(picture.shape[:2], np.uint8)
    axes = (int(12 * ZOOM), int(random.uniform(3, 7) * ZOOM))
    cv2.ellipse(mouth, (x, y), axes, 0, 0, 360, 255, -1)
    free = cv2.GaussianBlur(mouth, (0, 0), 1.2)[..., None].astype(np.float32) / 255
    return covered * (1 - free) + picture * free


def scarf(picture: Picture, random: Random) -> Picture:
    top = random.uniform(106, 118)
    rim = [(-40, top + random.uniform(-14, 20)), (20, top + random.uniform(-4, 10))]
    rim += [(56, top + random.uniform(0, 10)), (92, top + random.uniform(-4, 10))]
    rim += [(150, top + random.uniform(-14, 20)), (150, 200), (-40, 200)]
    colour = random.uniform(10, 240, 3)
    return fill(picture, smooth(place(rim), 1), colour, 1, 0.8, shading(picture, random))


def thing(picture: Picture, random: Random) -> Picture:
    """A cup, a telephone, a bottle, at the mouth or beside it."""
    x = random.choice([random.uniform(10, 40), random.uniform(72, 102), 56.0])
    wide, high, angle = random.uniform(8, 16), random.uniform(10, 25), random.uniform(-0.5, 0.5)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    rim = np.array([(-wide, -high), (wide, -high), (wide, high), (-wide, high)]) @ turn
    outline = place(rim + np.array([x, random.uniform(100, 125)]))
    return fill(picture, outline, random.uniform(0, 255, 3), 1, 0.6, shading(picture, random))


def shadow(picture: Picture, random: Random) -> Picture:
    dark = np.zeros(picture.shape[:2], np.float32)
    dark[int(place([(0, random.uniform(60, 95))])[0, 1]) :] = 1
    dark = cv2.GaussianBlur(dark, (0, 0), random.uniform(2, 10))[..., None]
    return picture * (1 - dark * random.uniform(0.2, 0.65))


def cheek(picture: Picture, random: Random) -> Picture:
    """Somebody else's skin at one side."""
    x = random.choice([random.uniform(0, 25), random.uniform(87, 112)])
    outline = blob(random, float(x), random.uniform(80, 120), 22, 26)
    colour = skin(picture, random) * random.uniform(0.7, 1.2)
    return fill(picture, outline, colour, 1, 1.0, shading(picture, random))


NO_MASKS = (hand, microphone, beard, scarf, thing, shadow, cheek)


def above(picture: Picture, random: Random) -> Picture:
    """Sunglasses, a hat, hair or somebody else over a part: whatever the mouth wears."""
    kind = int(random.integers(3))
    if kind == 0:
        for x in (38, 74):
            outline = blob(random, x, 53, 15, 10, 12)
            picture = fill(picture, outline, random.uniform(0, 60, 3), random.uniform(0.6, 1), 0.7)
        return picture
    if kind == 1:
        y = random.uniform(15, 40)
        rim = [(-10, -60), (122, -60), (115, y + 5), (56, y), (-3, y + random.uniform(-8, 8))]
        colour = random.uniform(0, 255, 3)
        return fill(picture, place(rim), colour, 1, 0.8, shading(picture, random))
    low, high = random.uniform(0, 24, 2)
    across = [-60, low, high, -60] if random.random() < 0.5 else [112 - low, 180, 180, 112 - high]
    colour = skin(picture, random) * random.uniform(0.5, 1)
    if random.random() < 0.5:
        colour = random.uniform(0, 255, 3)
    rim = list(zip(across, (-40, -40, 200, 200), strict=True))
    return fill(picture, place(rim), colour, 1, 0.8, shading(picture, random))
