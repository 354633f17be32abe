"""Show what a film is worth as a person's reference, beside photos and together with them.

Of each person in turn some photos are blended into one another and moved about, which makes a film
of them; the person's other photos, and everybody else's, then look for who was enrolled. Printed
are the mean similarity of a person's other photos with the template, how many of them match at the
embedder's threshold, and how many of other people's do. Then the same for three photos together
with what enrolment keeps of forty poor frames of one moment (one photo, small, unsharp, dim and
compressed in forty ways): counted like one photo, as galleries do, and by the number of its faces.

    python benchmarks/clips.py PHOTOS
    python benchmarks/clips.py PHOTOS --clip obama.mp4 --of obama1.jpg obama2.jpg

`PHOTOS` holds a folder of photos for each person, eight or more each. `--clip` is a real film of
one person, who is on each photo `--of`: both ways, film to photos and photo to film.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt

import kith
from damage import phone
from kith.gallery.choosing import choose
from kith.gallery.clips import ClipReader
from kith.gallery.templates import template
from kith.recognizer import largest_central
from kith.samples.clip import Actor, heads, make_clip, walk

ROUNDS = 3
SECONDS = 4.0
LEAST = 8
FRAMES = 40

Rows = npt.NDArray[np.float32]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", type=Path, help="a folder of photos for each person")
    parser.add_argument("--clip", type=Path, help="a real film of one person")
    parser.add_argument("--of", type=Path, nargs="+", default=[], help="photos of that person")
    asked = parser.parse_args()
    random = np.random.default_rng(0)
    with kith.Recognizer() as recognizer, tempfile.TemporaryDirectory() as folder:
        people = read(asked.root, recognizer)
        print(f"{len(people)} people, threshold {recognizer.threshold:.3f}")
        table = Table(recognizer.threshold)
        for name, (paths, rows) in people.items():
            others = np.vstack([r for other, (_, r) in people.items() if other != name])
            for _ in range(ROUNDS):
                order = random.permutation(len(paths))
                measure(table, recognizer, Path(folder) / "film.mp4", paths, rows, order, others)
        table.show()
        if asked.clip:
            real(recognizer, asked.clip, asked.of)


def measure(
    table: Table,
    recognizer: kith.Recognizer,
    film: Path,
    paths: list[Path],
    rows: Rows,
    order: npt.NDArray[np.intp],
    others: Rows,
) -> None:
    """Make films of a person's first photos and look for them with the last ones."""
    probes = rows[order[4:]]
    several = filmed(recognizer, film, [paths[i] for i in order[:3]])
    table.add("one photo", template(rows[order[:1]]).vector, probes, others)
    table.add("three photos", template(rows[order[:3]]).vector, probes, others)
    table.add("a film of these three", of(several), probes, others)
    faces = moment(recognizer, paths[order[3]])
    both = np.vstack([rows[order[:3]], embeddings(faces)])
    quality = [1.0, 1.0, 1.0, *(face.quality.score for face in faces)]
    shared = [0, 1, 2] + [3] * len(faces)
    table.add("three and a poor film", template(both, quality, shared).vector, probes, others)
    table.add("the same by its faces", template(both, quality).vector, probes, others)
    table.kept.append(len(faces))


def moment(recognizer: kith.Recognizer, photo: Path) -> list[kith.Face]:
    """Return what enrolment keeps of poor frames of one photo."""
    pixels = kith.load_photo(photo).pixels
    random = np.random.default_rng(0)
    frames = [phone(pixels, np.zeros((5, 2), np.float32), random) for _ in range(FRAMES)]
    found = [largest_central(recognizer.faces(one), *one.shape[1::-1]) for one in frames]
    faces = [face for face in found if face is not None]
    return [faces[index] for index in choose(faces)]


def filmed(recognizer: kith.Recognizer, film: Path, photos: list[Path]) -> list[kith.Face]:
    """Return what enrolment keeps of a film of these photos."""
    place = walk((220, 180), (420, 180), 240, seconds=SECONDS)
    turn = SECONDS / max(2, len(photos))
    actor = Actor(heads(photos, recognizer), place, turn, blur=lambda time: 1.0 + np.sin(3 * time))
    make_clip(film, [actor], rate=12, seconds=SECONDS)
    return looked(recognizer, film)


def looked(recognizer: kith.Recognizer, film: Path) -> list[kith.Face]:
    reader = ClipReader(
        recognizer,
        same_person=False,
        portraits=False,
        on_progress=lambda *_: None,
        stopped=lambda: False,
    )
    seen = reader.look(film, "0" * 64)
    if seen.photo is None:
        raise SystemExit(f"{film}: {seen.refusal}")
    return list(seen.photo.faces)


def embeddings(faces: list[kith.Face]) -> Rows:
    return np.array([face.embedding for face in faces])


def of(faces: list[kith.Face]) -> Rows:
    return template(embeddings(faces), [face.quality.score for face in faces]).vector


def read(root: Path, recognizer: kith.Recognizer) -> dict[str, tuple[list[Path], Rows]]:
    """Return everybody's photos and the embeddings of their faces."""
    people = {}
    for folder in sorted(path for path in root.iterdir() if path.is_dir()):
        found = []
        for photo in recognizer.stream(sorted(map(str, folder.glob("*.jpg")))):
            face = largest_central(photo.faces, photo.width, photo.height)
            if face is not None:
                found.append((Path(photo.source), face.embedding))
        if len(found) >= LEAST:
            paths, rows = zip(*found, strict=True)
            people[folder.name] = list(paths), np.array(rows)
    return people


class Table:
    """Similarities with templates of each kind."""

    def __init__(self, threshold: float) -> None:
        self._threshold = threshold
        self._own: dict[str, list[Rows]] = {}
        self._others: dict[str, list[Rows]] = {}
        self.kept: list[int] = []

    def add(self, kind: str, vector: Rows, probes: Rows, others: Rows) -> None:
        self._own.setdefault(kind, []).append(probes @ vector)
        self._others.setdefault(kind, []).append(others @ vector)

    def show(self) -> None:
        print(f"{'template of':28} {'mean':>6} {'5%':>6} {'matched':>8} {'others':>7}")
        for kind, found in self._own.items():
            own, others = np.concatenate(found), np.concatenate(self._others[kind])
            matched, wrong = (np.mean(one >= self._threshold) for one in (own, others))
            low = np.percentile(own, 5)
            print(f"{kind:28} {own.mean():6.3f} {low:6.3f} {matched:8.1%} {wrong:7.2%}")
        print(f"faces kept of a poor film: {np.mean(self.kept):.1f}")


def real(recognizer: kith.Recognizer, clip: Path, photos: list[Path]) -> None:
    """Print how a real film and photos of the same person agree."""
    kept = looked(recognizer, clip)
    frames, whole = embeddings(kept), of(kept)
    print(f"\n{clip.name}: {len(kept)} faces kept")
    for photo in photos:
        faces = recognizer.faces(photo)
        row = max(faces, key=lambda face: face.box.area).embedding
        back = frames @ row
        print(
            f"{photo.name:28} with the film's template {whole @ row:.3f}, "
            f"its own with the film's faces {back.min():.3f} to {back.max():.3f}"
        )


if __name__ == "__main__":
    main()
