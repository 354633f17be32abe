"""Measure what it is worth to teach kith one's people, each way, with kith's own commands.

Two parts, `heads` and `networks`, each printed as a table of docs/teach.md.

heads: of known people some photos are learned from, their others have to be named, and strangers
have to be called unknown: by templates (`kith enroll`, `kith identify`) and by each kind of head
(`kith train head`, `kith classify`), all at the thresholds that they come with.

networks: a network learns from most of the people (`kith train triplet`, `kith train margin`) and
is judged on the others, before and after, by the command's own report.

    python benchmarks/teach.py heads
    python benchmarks/teach.py heads --photos DATA/lfw_dev/images
    python benchmarks/teach.py networks
    python benchmarks/teach.py networks --photos DATA/lfw_dev/images --begin openface --begin sface
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path

from kith import samples

EACH = (2, 5)
"""Photos of a person that are learned from."""
HEADS = ("centroid", "softmax", "svm")
ENOUGH = 156
"""People of whom calibrating promises a false match rate of one in a thousand."""
LEAST = 4
"""Photos of a person who is to be known by a head or a template."""
HELD_OUT = 0.4
"""Of the people: half of these choose the epoch that is kept, the others judge it."""


@dataclass(frozen=True)
class Problem:
    """People to know, photos to name, and strangers.

    Attributes:
        known: photos to learn from, by person.
        probes: other photos of them.
        strangers: photos of others.
    """

    known: dict[str, list[Path]]
    probes: dict[str, list[Path]]
    strangers: list[Path]


@dataclass
class Tally:
    """What became of the photos; a photo without a face counts as unknown."""

    right: int = 0
    wrong: int = 0
    probes: int = 0
    named: int = 0
    strangers: int = 0

    def row(self) -> str:
        share = self.right / self.probes, self.wrong / self.probes, self.named / self.strangers
        return " | ".join(f"{part:.1%}" for part in share)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", choices=("heads", "networks"))
    parser.add_argument("--photos", type=Path, help="another set: a folder for each person")
    parser.add_argument("--embedder", action="append", help="heads on these instead of sface")
    parser.add_argument("--begin", action="append", help="networks that begin from these alone")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if asked.part == "heads":
            heads(asked.embedder or ["sface"], asked.photos, Path(folder))
        else:
            networks(asked.begin, asked.photos, Path(folder))


def heads(embedders: Sequence[str], photos: Path | None, folder: Path) -> None:
    print("| set | photos each | embedder | by | named rightly | wrongly | strangers named |")
    print("|---|--:|---|---|--:|--:|--:|")
    sets = {photos.parent.name: partial(known_ones, photos)} if photos else SETS
    for (name, problems), each, embedder in product(sets.items(), EACH, embedders):
        tallies: dict[str, Tally] = {}
        for number, problem in enumerate(problems(each)):
            place = folder / f"{name}-{each}-{embedder}-{number}"
            lay(problem, place)
            for way in ways(problem):
                tally = tallies.setdefault(way, Tally())
                count(place, ask(way, embedder, place), tally)
        for way, tally in tallies.items():
            print(f"| {name} | {each} | `{embedder}` | {way} | {tally.row()} |", flush=True)


def ways(problem: Problem) -> list[str]:
    calibrated = ["template, calibrated"] if len(problem.known) >= ENOUGH else []
    return ["template", *calibrated, *(f"head: {kind}" for kind in HEADS)]


def celebrities(each: int) -> Iterator[Problem]:
    """Each of the five in turn is the one whom nobody knows."""
    people = read(samples.folder("celebrities") / "train")
    for stranger in people:
        known = {name: own for name, own in people.items() if name != stranger}
        yield split(known, people[stranger], each)


def orl(each: int) -> Iterator[Problem]:
    """Every fourth person is a stranger."""
    people = read(samples.folder("orl"))
    strange = set(list(people)[::4])
    known = {name: own for name, own in people.items() if name not in strange}
    yield split(known, [one for name in sorted(strange) for one in people[name]], each)


def known_ones(root: Path, each: int) -> Iterator[Problem]:
    """Whoever has enough photos is known."""
    people = read(root)
    known = {name: own for name, own in people.items() if len(own) >= max(LEAST, each + 1)}
    if len(known) > 1:
        yield split(
            known, [one for n, own in people.items() if n not in known for one in own], each
        )


SETS = {"celebrities": celebrities, "orl": orl}


def split(people: dict[str, list[Path]], strangers: list[Path], each: int) -> Problem:
    return Problem(
        {who: own[:each] for who, own in people.items()},
        {who: own[each:] for who, own in people.items()},
        strangers,
    )


def read(root: Path) -> dict[str, list[Path]]:
    return {
        one.name: sorted(path for path in one.iterdir() if path.suffix in (".jpg", ".png"))
        for one in sorted(root.iterdir())
        if one.is_dir()
    }


@dataclass(frozen=True)
class Training:
    """One `kith train` of the table."""

    begin: str
    loss: str
    choices: str = ""

    def command(self) -> list[str]:
        kind = ["triplet"] if self.loss == "triplet" else ["margin", f"--loss={self.loss}"]
        return ["train", *kind, f"--backbone={self.begin}", *self.choices.split()]


TRAININGS = (
    Training("nn4.small2", "triplet", "--people 8 --epochs 40 --patience 40"),
    Training("openface", "triplet"),
    Training("openface", "arcface"),
    Training("sface", "triplet", "--epochs 3"),
)


def networks(begin: list[str] | None, photos: Path | None, folder: Path) -> None:
    print(
        "| set | begins from | loss | learned from | judged on | before | after | gain (95%) | "
        "use |"
    )
    print("|---|---|---|--:|--:|--:|--:|--:|---|")
    name, root = (photos.parent.name, photos) if photos else ("orl", samples.folder("orl"))
    several = folder / name
    for who, own in read(root).items():
        if len(own) > 1:
            several.mkdir(exist_ok=True)
            (several / who).symlink_to(root / who)
    for number, training in enumerate(TRAININGS):
        if begin and training.begin not in begin:
            continue
        *_, done = run(
            *training.command(),
            several,
            "--out=benchmark-teach",
            f"--held-out={HELD_OUT}",
            "--replace",
            "--restart",
            f"--work={folder / str(number)}",
        )
        print(f"| {name} | {outcome(training, done)} |", flush=True)


def outcome(training: Training, done: dict) -> str:
    """Return what the command's report says, as cells of the table."""
    judged = done["held_out"]
    before, after = (side["accuracy"] for side in judged["sides"][:2])
    gain, (low, high) = judged["gain"]["accuracy"], judged["gain"]["intervals"]["accuracy"]
    points = f"{100 * gain:+.1f} ({100 * low:+.1f} to {100 * high:+.1f})".replace("-", "−")
    cells = (
        f"`{training.begin}`",
        f"{training.loss} {training.choices}".strip(),
        f"{done['people']} people",
        f"{judged['people']} people",
        f"{before:.1%}",
        f"{after:.1%}",
        points,
        f"`{judged['use']}`" if judged["use"] else "none",
    )
    return " | ".join(cells)


def lay(problem: Problem, place: Path) -> None:
    """Copy the photos to `known/PERSON`, `probes` and `strangers`, each photo's name its own."""
    parts = {
        f"{part}/{who}/{number:03}{path.suffix}": path
        for part, people in (("known", problem.known), ("probes", problem.probes))
        for who, own in people.items()
        for number, path in enumerate(own)
    }
    parts |= {f"strangers/{n:05}{path.suffix}": path for n, path in enumerate(problem.strangers)}
    for name, path in parts.items():
        target = place / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)


def ask(way: str, embedder: str, place: Path) -> list[str]:
    """Learn from the known photos, and return the command that names photos."""
    asked = [place / "known", f"--embedder={embedder}"]
    if way.startswith("head"):
        out = "benchmark-teach"
        kind = way.removeprefix("head: ")
        run("train", "head", *asked, f"--kind={kind}", f"--out={out}", "--replace")
        command = ["classify", f"--model={out}"]
    else:
        gallery = f"--gallery={place / 'people.kith'}"
        run("enroll", "--folder", *asked, gallery)
        if "calibrated" in way:
            run("calibrate", "--fpir=0.01", gallery)
        command = ["identify", gallery]
    return command


def count(place: Path, command: list[str], tally: Tally) -> None:
    """Ask who is on the probes and the strangers."""
    for line in run(*command, place / "probes", place / "strangers"):
        photo = Path(line["source"])
        name = named(line)
        if photo.parent.name == "strangers":
            tally.strangers += 1
            tally.named += name is not None
        else:
            tally.probes += 1
            tally.right += name == photo.parent.name
            tally.wrong += name not in (None, photo.parent.name)


def named(line: dict) -> str | None:
    """Return whom the command names on a photo: on its largest face."""
    faces = sorted(line.get("faces", ()), key=lambda face: face["box"][2] * face["box"][3])
    return faces[-1]["name"] if faces and faces[-1]["verdict"] == "match" else None


def run(*arguments: object) -> list[dict]:
    """Run a command of kith's and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "kith", *map(str, arguments), "--json"],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


if __name__ == "__main__":
    main()
