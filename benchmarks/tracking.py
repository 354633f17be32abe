"""How well faces are followed, on films made of photos, in which it is known who is where.

For each scene: how many frames show a face under the right name, under a wrong one, under none yet;
faces not found; boxes where no face is; how often a person's track changes while they are in view;
how often a track's name changes; how many numbers a person is given; seconds from a face's coming
to its name; milliseconds of a step. The photos are kith's samples; three of five people are
enrolled from other photos than those they play with.

    python benchmarks/tracking.py
    python benchmarks/tracking.py crossing --seeds 5
    python benchmarks/tracking.py --without doubt
    python benchmarks/tracking.py --film film.mp4 --draw FOLDER
"""

from __future__ import annotations

import argparse
import math
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np

import kith
from kith import samples
from kith.media.films import Frame, open_film
from kith.samples.clip import Actor, heads, render, walk
from kith.tracking import Follower, Moment, Seen, Settings, disputes, joining, scene
from kith.types import Box, Pixels, Verdict, overlap

KNOWN = ("ben_afflek", "madonna", "mindy_kaling")
STRANGERS = ("elton_john", "jerry_seinfeld")


@dataclass
class Part:
    """A person in a scene."""

    person: str
    actor: Actor


@dataclass
class SceneFilm:
    """A film in which it is known who is where.

    Attributes:
        parts: the people in it; later ones stand in front.
        things: what else moves, in front of all.
        seconds: how long it is.
        cuts: seconds at which the background changes.
        rate: frames per second.
    """

    parts: list[Part]
    things: list[Actor] = field(default_factory=list)
    seconds: float = 8.0
    cuts: tuple[float, ...] = ()
    rate: float = 25.0

    def frames(self, size: tuple[int, int] = (640, 360)) -> Iterator[Frame]:
        actors = [part.actor for part in self.parts] + self.things
        for index in range(round(self.seconds * self.rate)):
            seconds = index / self.rate
            pixels = render(actors, seconds, size, sum(cut <= seconds for cut in self.cuts))
            yield Frame.of_pixels(pixels, index, seconds)

    def truth(self, seconds: float) -> list[tuple[str, Box, bool]]:
        """Return who is where, and whether they can be seen."""
        found: list[tuple[str, Box, bool]] = []
        front = [part.actor for part in self.parts] + self.things
        for number, part in enumerate(self.parts):
            place = part.actor.place(seconds)
            if place is None:
                continue
            face = _inner(place)
            hidden = [other.place(seconds) for other in front[number + 1 :]]
            covered = max((_covered(face, box) for box in hidden if box), default=0.0)
            inside = 640 * 360 and _covered(face, Box(0, 0, 640, 360)) > 0.9
            found.append((part.person, face, covered < 0.05 and bool(inside)))
        return found


def _inner(place: Box) -> Box:
    """Return where the face is in a cut-out."""
    return Box(
        place.x + place.width / 4, place.y + place.height / 4, place.width / 2, place.height / 2
    )


def _covered(face: Box, by: Box) -> float:
    across = min(face.x + face.width, by.x + by.width) - max(face.x, by.x)
    down = min(face.y + face.height, by.y + by.height) - max(face.y, by.y)
    return max(0.0, across) * max(0.0, down) / face.area


Cast = dict[str, list[Pixels]]
Direct = Callable[[Cast, list[str]], SceneFilm]


def crossing(cast: Cast, who: list[str]) -> SceneFilm:
    a = Actor(cast[who[0]], walk((100, 180), (540, 180), 180, seconds=4.0, since=1.0), turn=3)
    b = Actor(cast[who[1]], walk((540, 175), (100, 175), 180, seconds=4.0, since=1.0), turn=3)
    return SceneFilm([Part(who[0], a), Part(who[1], b)], seconds=7)


def turning_back(cast: Cast, who: list[str]) -> SceneFilm:
    """Two meet behind one another and go back the way they came: motion alone swaps them."""

    def there_and_back(left: float, sign: float) -> Callable[[float], Box | None]:
        def place(seconds: float) -> Box | None:
            share = math.sin(min(1.0, seconds / 6.0) * math.pi)
            x = left + sign * 215 * share
            return Box(x - 90, 90, 180, 180)

        return place

    a = Actor(cast[who[0]], there_and_back(110, 1), turn=3)
    b = Actor(cast[who[1]], there_and_back(530, -1), turn=3)
    return SceneFilm([Part(who[0], a), Part(who[1], b)], seconds=7)


def bumping(cast: Cast, who: list[str]) -> SceneFilm:
    """Four times two meet and turn back, so fast that neither is hidden for long."""

    def there_and_back(left: float, sign: float) -> Callable[[float], Box | None]:
        def place(seconds: float) -> Box | None:
            x = left + sign * 200 * abs(math.sin(seconds / 2.0 * math.pi))
            return Box(x - 90, 90, 180, 180)

        return place

    a = Actor(cast[who[0]][:1], there_and_back(115, 1))
    b = Actor(cast[who[1]][:1], there_and_back(525, -1))
    return SceneFilm([Part(who[0], a), Part(who[1], b)], seconds=8)


def passing(cast: Cast, who: list[str]) -> SceneFilm:
    """Three run across the picture, two one way and one the other, and pass each other."""

    def run(number: int) -> Callable[[float], Box | None]:
        way = 1 if number < 2 else -1

        def place(seconds: float) -> Box | None:
            x = 320 + way * (700 * ((seconds + 0.9 * number) % 2.4) - 560)
            return Box(x - 80, 100 + 8 * number, 160, 160) if -40 < x < 680 else None

        return place

    parts = [Part(who[n], Actor(cast[who[n]][:1], run(n))) for n in range(3)]
    return SceneFilm(parts, seconds=9)


def returning(cast: Cast, who: list[str]) -> SceneFilm:
    def place(seconds: float) -> Box | None:
        return None if 3.0 <= seconds < 5.5 else Box(200 + 10 * seconds, 80, 200, 200)

    return SceneFilm([Part(who[0], Actor(cast[who[0]], place, turn=2))], seconds=8)


def cutting(cast: Cast, who: list[str]) -> SceneFilm:
    """Cuts between two people at the same place."""

    def during(even: bool) -> Callable[[float], Box | None]:
        def place(seconds: float) -> Box | None:
            return Box(220, 80, 200, 200) if (int(seconds / 2) % 2 == 0) == even else None

        return place

    parts = [
        Part(who[number], Actor(cast[who[number]], during(number == 0), turn=2))
        for number in range(2)
    ]
    return SceneFilm(parts, seconds=8, cuts=(2.0, 4.0, 6.0))


def replaced(cast: Cast, who: list[str]) -> SceneFilm:
    """One takes the other's place from one frame to the next, without a cut."""
    film = cutting(cast, who)
    film.cuts = ()
    return film


def hidden(cast: Cast, who: list[str]) -> SceneFilm:
    """A thing and then another person pass in front."""
    thing = np.full((256, 256, 3), (120, 90, 60), np.uint8)
    a = Actor(cast[who[0]], walk((320, 180), (330, 180), 180), turn=3)
    b = Actor(cast[who[1]], walk((-100, 190), (740, 190), 200, since=3.5, seconds=2.5), turn=3)
    passing = Actor([thing], walk((-100, 180), (740, 180), 200, since=1.0, seconds=1.5))
    return SceneFilm([Part(who[0], a), Part(who[1], b)], [passing], seconds=8)


def blurred(cast: Cast, who: list[str]) -> SceneFilm:
    """Out of focus for two seconds."""
    actor = Actor(
        cast[who[0]],
        walk((200, 180), (440, 180), 180, seconds=8),
        turn=3,
        blur=lambda seconds: 8.0 if 2 < seconds < 4 else 0.0,
    )
    return SceneFilm([Part(who[0], actor)], seconds=8)


def quick(cast: Cast, who: list[str]) -> SceneFilm:
    """Back and forth, at most four widths of a face a second."""

    def place(seconds: float) -> Box | None:
        return Box(230 + 180 * math.sin(2.0 * seconds), 90 + 40 * math.sin(3.1 * seconds), 180, 180)

    return SceneFilm([Part(who[0], Actor(cast[who[0]], place, turn=3))], seconds=8)


def coming(cast: Cast, who: list[str]) -> SceneFilm:
    """From far away to close up."""

    def place(seconds: float) -> Box | None:
        side = 50 * math.exp(seconds / 8 * math.log(12))
        return Box(320 - side / 2, 180 - side / 2, side, side)

    return SceneFilm([Part(who[0], Actor(cast[who[0]], place, turn=3))], seconds=8)


def crowd(cast: Cast, _who: list[str]) -> SceneFilm:
    """Everybody, swaying."""

    def sway(number: int) -> Callable[[float], Box | None]:
        x, y = 10 + (number % 3) * 210, 5 + (number // 3) * 180
        return lambda seconds: Box(x + 15 * math.sin(seconds + number), y, 170, 170)

    parts = [Part(one, Actor(cast[one], sway(n), turn=2)) for n, one in enumerate(cast)]
    return SceneFilm(parts, seconds=8)


def seldom(cast: Cast, who: list[str]) -> SceneFilm:
    """Two people at five frames a second."""
    film = crossing(cast, who)
    film.rate = 5.0
    return film


def without(part: str) -> Settings:
    """Do without a part of following; return the settings to do it with."""
    if part == "doubt":  # no look ever says that it is somebody else
        disputes.is_strange = lambda *_: False
    elif part == "patch":
        joining.BY_PATCH, joining.SUDDEN = 0.0, 2.0
    elif part == "cuts":
        scene.is_cut = lambda *_: False
    return Settings(votes=1) if part == "votes" else Settings()


SCENES: dict[str, Direct] = {
    each.__name__: each
    for each in (
        crossing,
        turning_back,
        bumping,
        passing,
        returning,
        cutting,
        replaced,
        hidden,
        blurred,
        quick,
        coming,
        crowd,
        seldom,
    )
}


@dataclass
class Score:
    """What following a film was worth; frames counted by person."""

    visible: int = 0
    right: int = 0
    wrong: int = 0
    nameless: int = 0
    missed: int = 0
    nowhere: int = 0
    switches: int = 0
    flicker: int = 0
    split: int = 0
    mixed: int = 0
    named_after: list[float] = field(default_factory=list)
    steps: list[float] = field(default_factory=list)


class Marker:
    """Compares moments with the truth."""

    def __init__(self, film: SceneFilm, score: Score) -> None:
        self._film = film
        self._score = score
        self._track: dict[str, int] = {}
        self._name: dict[int, str | None] = {}
        self._numbers: dict[str, set[int]] = defaultdict(set)
        self._owners: dict[int, set[str]] = defaultdict(set)
        self._since: dict[str, float] = {}

    def note(self, moment: Moment) -> None:
        score, truth = self._score, self._film.truth(moment.time)
        rest = list(moment.seen)
        here = {who for who, _, _ in truth}
        for gone in self._since.keys() - here:
            del self._since[gone]
            self._track.pop(gone, None)
        for who, box, visible in sorted(truth, key=lambda one: not one[2]):
            fits = max(rest, key=lambda seen: overlap(seen.face.box, box), default=None)
            if fits is not None and overlap(fits.face.box, box) < 0.25:
                fits = None
            if fits is not None:
                rest.remove(fits)
            if visible:
                self._since.setdefault(who, moment.time)
                self._person(who, fits, moment.time)
        score.nowhere += len(rest)

    def _person(self, who: str, seen: Seen | None, seconds: float) -> None:
        score = self._score
        score.visible += 1
        if seen is None:
            score.missed += 1
            return
        score.switches += self._track.get(who, seen.track) != seen.track
        self._track[who] = seen.track
        answer = seen.answer
        name = answer.name if answer else None
        before = self._name.get(seen.track)
        score.flicker += before is not None and name != before
        self._name[seen.track] = name
        if seen.person:
            self._numbers[who].add(seen.person)
            self._owners[seen.person].add(who)
        known = who in KNOWN
        if (known and name == who) or (not known and answer and answer.verdict is Verdict.UNKNOWN):
            score.right += 1
            if who in self._since and not math.isinf(self._since[who]):
                score.named_after.append(seconds - self._since[who])
                self._since[who] = math.inf
        elif name is not None:
            score.wrong += 1
        else:
            score.nameless += 1

    def end(self) -> None:
        self._score.split += sum(len(numbers) - 1 for numbers in self._numbers.values())
        self._score.mixed += sum(len(owners) - 1 for owners in self._owners.values())


def run(film: SceneFilm, people: kith.Gallery, score: Score, settings: Settings) -> None:
    follower = Follower(people.recognizer, people.identify_faces, settings)
    marker = Marker(film, score)
    for frame in film.frames():
        start = time.perf_counter()
        moment = follower.step(frame)
        score.steps.append(time.perf_counter() - start)
        marker.note(moment)
    follower.finish()
    marker.end()


HEAD = (
    "scene         right  wrong  no name  missed  nowhere  switch  flicker  split  mixed"
    "  name after  step p50 p95"
)


def line(name: str, score: Score) -> str:
    def share(count: int) -> str:
        return f"{100 * count / max(1, score.visible):5.1f}%"

    after = f"{np.mean(score.named_after):.2f} s" if score.named_after else "never"
    steps = 1000 * np.percentile(score.steps, [50, 95])
    return (
        f"{name:12} {share(score.right)} {share(score.wrong)}   {share(score.nameless)}  "
        f"{share(score.missed)} {score.nowhere:8} {score.switches:7} {score.flicker:8} "
        f"{score.split:6} {score.mixed:6} {after:>11} {steps[0]:5.1f} {steps[1]:5.1f} ms"
    )


def enrolled(folder: Path) -> kith.Gallery:
    gallery = kith.Gallery(folder / "people.kith")
    root = samples.folder("celebrities") / "train"
    for person in KNOWN:
        gallery.enroll(person, sorted((root / person).glob("*.jpg"))[:5])
    return gallery


def the_cast(recognizer: kith.Recognizer) -> Cast:
    root = samples.folder("celebrities") / "val"
    return {
        one: heads(sorted((root / one).glob("*.jpg")), recognizer) for one in (*KNOWN, *STRANGERS)
    }


def draw(path: str, people: kith.Gallery, folder: Path, every: int) -> None:
    """Write frames of a film with what was seen on them."""
    folder.mkdir(parents=True, exist_ok=True)
    follower = Follower(people.recognizer, people.identify_faces)
    with open_film(path) as film:
        for frame in film.frames():
            moment = follower.step(frame)
            if frame.index % every == 0:
                picture = _drawn(frame.reduced(960).copy(), moment.seen, frame.width)
                cv2.imwrite(str(folder / f"{frame.index:06}.png"), picture[..., ::-1])


def _drawn(picture: Pixels, seen: Sequence[Seen], width: int) -> Pixels:
    factor = picture.shape[1] / width
    for one in seen:
        x, y, w, h = (round(value * factor) for value in one.face.box)
        answer = one.answer
        text = "-" if answer is None else answer.name or answer.verdict.value
        colour = (255, 160, 0) if one.predicted else (0, 255, 0)
        cv2.rectangle(picture, (x, y), (x + w, y + h), colour, 2)
        words = f"{one.track} p{one.person} {text}"
        cv2.putText(picture, words, (x, y - 4), cv2.FONT_HERSHEY_SIMPLEX, 0.5, colour, 1)
    return picture


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("scenes", nargs="*", help="all, unless some are named")
    parser.add_argument("--seeds", type=int, default=3, help="casts of each scene")
    parser.add_argument("--without", choices=("doubt", "patch", "cuts", "votes"))
    parser.add_argument("--film", help="a film to draw instead")
    parser.add_argument("--draw", type=Path, help="where the pictures go")
    parser.add_argument("--every", type=int, default=10, help="frames between two pictures")
    chosen = parser.parse_args()
    with TemporaryDirectory() as folder, enrolled(Path(folder)) as people:
        if chosen.film:
            draw(chosen.film, people, chosen.draw, chosen.every)
            return
        settings = without(chosen.without)
        cast = the_cast(people.recognizer)
        print(HEAD)
        whole = Score()
        for name in chosen.scenes or SCENES:
            score = Score()
            for seed in range(chosen.seeds):
                who = list(np.random.default_rng(seed).permutation(list(cast)))
                run(SCENES[name](cast, who), people, score, settings)
            print(line(name, score), flush=True)
            for each, value in vars(score).items():
                setattr(whole, each, getattr(whole, each) + value)
        print(line("all", whole))


if __name__ == "__main__":
    main()
