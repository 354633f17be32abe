"""A stage with actors in the place of networks: what is found, and who it is, is as a script says.

So what following does can be told from what networks see; those have tests of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from kith.decision import decide
from kith.media.films import Frame
from kith.tracking import Follower, Moment, Settings
from kith.types import Box, Candidate, Face, Identification, Quality, overlap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from kith.types import Pixels, Vector

SIZE = (320, 180)
DIMENSION = 64
POINTS = np.array([[0.3, 0.4], [0.7, 0.4], [0.5, 0.6], [0.35, 0.8], [0.65, 0.8]])


@dataclass(eq=False)
class Player:
    """Somebody on the stage: a texture that moves, and a direction that the face has."""

    place: Callable[[float], Box | None]
    vector: Vector
    texture: Pixels
    quality: Callable[[float], float]
    score: float


class Stage:
    """Stands in for a recogniser.

    Attributes:
        searches, looks: how often it was asked; of the looks, where.
        time: of the frame that was made last.
    """

    threshold = 0.4
    pipeline = SimpleNamespace(score=0.6, min_face=None)
    masked_space = None

    def __init__(self, seed: int = 0, noise: float = 0.3) -> None:
        self.random = np.random.default_rng(seed)
        self.players: list[Player] = []
        self.known: dict[str, Vector] = {}
        self.noise = noise
        self.searches: list[float] = []
        self.looks: list[tuple[float, Box]] = []
        self.time = 0.0

    def enter(
        self,
        place: Callable[[float], Box | None],
        *,
        name: str | None = None,
        quality: Callable[[float], float] = lambda time: 0.9,
        score: float = 0.9,
        like: Player | None = None,
    ) -> Player:
        """Put somebody on the stage; with a name, they are known."""
        vector = _unit(self.random.normal(size=DIMENSION)) if like is None else like.vector
        texture = self.random.integers(0, 256, (6, 6, 3), dtype=np.uint8)
        if like is not None:
            texture = like.texture
        player = Player(place, vector, texture, quality, score)
        self.players.append(player)
        if name is not None:
            self.known[name] = vector
        return player

    def frame(self, index: int, time: float, *, still: bool = False) -> Frame:
        """Return the picture of a second; something flickers in a corner unless it is still."""
        self.time = time
        picture = np.full((SIZE[1], SIZE[0], 3), 90, np.uint8)
        if not still:
            picture[:16, :16] = 60 if index % 2 else 120
        for player in self.players:
            box = player.place(time)
            if box is not None:
                _paint(picture, player.texture, box)
        return Frame.of_pixels(picture, index, time)

    def glance(self, pixels: Pixels) -> tuple[Face, ...]:
        """Find everybody whom nobody hides."""
        self.searches.append(self.time)
        return tuple(Face(box, _points(box), player.score) for player, box in self._visible())

    def close_up(self, pixels: Pixels, box: Box) -> Face | None:
        """Look at who is at a place."""
        self.looks.append((self.time, box))
        found = max(self._visible(), key=lambda one: overlap(one[1], box), default=None)
        if found is None or overlap(found[1], box) < 0.3:
            return None
        player, where = found
        vector = player.vector + self.random.normal(0, self.noise / 8, DIMENSION)
        quality = Quality(where.width / 2, 0.3, 0.0, player.quality(self.time))
        return Face(where, _points(where), player.score, quality, _unit(vector), 1.0)

    def ask(self, faces: Sequence[Face]) -> tuple[Identification, ...]:
        """Say who faces are, as a gallery does."""
        return tuple(self._answer(face) for face in faces)

    def follow(
        self, seconds: float, *, rate: float = 25.0, settings: Settings | None = None
    ) -> Iterator[tuple[Follower, Moment]]:
        """Yield the moments of a film, and at the end one with what was left."""
        follower = Follower(self, self.ask, settings)  # type: ignore[arg-type]
        for index in range(round(seconds * rate)):
            yield follower, follower.step(self.frame(index, index / rate))
        yield follower, Moment(-1, seconds, (), follower.finish())

    def _answer(self, face: Face) -> Identification:
        assert face.embedding is not None
        candidates = sorted(
            (Candidate(name, float(face.embedding @ one)) for name, one in self.known.items()),
            key=lambda candidate: -candidate.similarity,
        )
        return decide(face, candidates, self.threshold)

    def _visible(self) -> Iterator[tuple[Player, Box]]:
        for number, player in enumerate(self.players):
            box = player.place(self.time)
            front = (other.place(self.time) for other in self.players[number + 1 :])
            if box is not None and all(one is None or overlap(one, box) < 0.25 for one in front):
                yield player, box


def still(x: float, y: float, side: float = 40, since: float = 0.0, until: float = 1e9):
    """Return a place that somebody stays at."""
    return lambda time: Box(x, y, side, side) if since <= time < until else None


def line(start: tuple[float, float], speed: tuple[float, float], side: float = 40):
    """Return a way in a straight line, in pixels a second."""
    return lambda time: Box(start[0] + speed[0] * time, start[1] + speed[1] * time, side, side)


def names(moment: Moment) -> dict[int, str | None]:
    """Return what each track that is seen is called; a verdict in brackets where it has no name."""
    return {
        seen.track: None if seen.answer is None else seen.answer.name or f"({seen.answer.verdict})"
        for seen in moment.seen
    }


def _paint(picture: Pixels, texture: Pixels, box: Box) -> None:
    x, y, side = round(box.x), round(box.y), round(box.width)
    grown = cv2.resize(texture, (side, side), interpolation=cv2.INTER_NEAREST)
    left, top = max(0, x), max(0, y)
    right, bottom = min(picture.shape[1], x + side), min(picture.shape[0], y + side)
    if right > left and bottom > top:
        picture[top:bottom, left:right] = grown[top - y : bottom - y, left - x : right - x]


def _points(box: Box) -> np.ndarray:
    points = POINTS * (box.width, box.height) + (box.x, box.y)
    return points.astype(np.float32)


def _unit(vector: np.ndarray) -> Vector:
    return np.asarray(vector / np.linalg.norm(vector), np.float32)
