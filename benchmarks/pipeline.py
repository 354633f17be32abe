"""Compare kith with its peers, end to end, in one run on the same photos on the same machine.

From a path on disk to one embedding a face: decoding, detection, alignment and embedding all
count, because all of them make a user wait. Engines take turns round by round, so that whatever
else the machine does hits all of them alike, and each figure is a median.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import children
import engines
from engines import KITH, Engine, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp"})
BUSY = 0.5
"""A load before the benchmark starts above which its figures are those of a shared machine."""


class BenchmarkError(Exception):
    """The benchmark cannot go on; the message is one line."""


@dataclass(frozen=True, slots=True)
class Speed:
    """What one engine did on one set of photos, over all its passes."""

    version: str
    libraries: Mapping[str, str]
    photos: int
    faces: int
    failed: int
    peak_mib: float
    seconds: tuple[float, ...]

    @property
    def rates(self) -> tuple[float, ...]:
        """Photos a second, pass by pass."""
        return tuple(self.photos / seconds for seconds in self.seconds)

    @property
    def rate(self) -> float:
        """The median of photos a second."""
        return statistics.median(self.rates)


@dataclass(frozen=True, slots=True)
class Cold:
    """What one engine took to compare two photos, from process start to answer."""

    seconds: tuple[float, ...]
    peak_mib: float

    @property
    def median(self) -> float:
        """The median of seconds."""
        return statistics.median(self.seconds)


def main() -> int:
    """Run the benchmark; 0 when done, 2 with one clear line when it cannot be."""
    arguments = parse_arguments()
    try:
        benchmark(arguments)
    except (BenchmarkError, engines.SetupError, children.ChildError, OSError) as error:
        say(f"pipeline.py: error: {error}")
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Compare kith with its peers, end to end.")
    add = parser.add_argument
    add("--photos", type=Path, action="append", default=[], metavar="DIR", help="a set of photos")
    add("--limit", type=_positive, metavar="N", help="photos a set, evenly spaced over it")
    add("--rounds", type=_positive, default=3, help="turns each engine gets (default: 3)")
    add("--repeat", type=_positive, default=1, help="passes an engine makes a turn (default: 1)")
    add("--only", type=_names, default=engines.NAMES, metavar="A,B", help="engines to run")
    add("--cold", action="store_true", help="measure a cold verify of two photos instead")
    add("--pair", type=Path, nargs=2, metavar=("A", "B"), help="the two photos --cold compares")
    add("--kith-python", default=sys.executable, metavar="PYTHON", help="where kith is installed")
    add("--work", type=Path, default=cache_folder(), metavar="DIR", help="environments, weights")
    add("--json", type=Path, metavar="FILE", help="write all figures here too")
    arguments = parser.parse_args()
    if not arguments.photos and not (arguments.cold and arguments.pair):
        parser.error("name at least one folder with --photos")
    return arguments


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def _names(text: str) -> tuple[str, ...]:
    wanted = {name.strip() for name in text.split(",")}
    if unknown := wanted - set(engines.NAMES):
        known = ", ".join(engines.NAMES)
        raise argparse.ArgumentTypeError(f"no engine {min(unknown)!r}; there are {known}")
    return tuple(name for name in engines.NAMES if name in wanted)


def cache_folder() -> Path:
    """Return the platform's place for files that may be deleted and made again."""
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "kith-bench"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "kith-bench"


def benchmark(arguments: argparse.Namespace) -> None:
    """Measure what was asked for, print it, and keep it as JSON where asked."""
    sets = {str(folder): sample(folder, arguments.limit) for folder in arguments.photos}
    pair = choose_pair(arguments.pair, sets) if arguments.cold else []
    names = [name for name in arguments.only if not arguments.cold or name in engines.COLD]
    if not names:
        raise BenchmarkError(f"a cold verify is measured for {', '.join(engines.COLD)} only")
    figures: dict[str, Any] = {"machine": machine()}
    work = arguments.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    ready = [engines.prepare(name, work, arguments.kith_python) for name in names]
    if arguments.cold:
        figures["cold"] = report_cold(ready, pair, arguments.rounds)
    else:
        figures["sets"] = [
            report_speed(ready, folder, photos, arguments.rounds, arguments.repeat)
            for folder, photos in sets.items()
        ]
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def sample(folder: Path, limit: int | None) -> list[Path]:
    """Return a folder's photos, sorted; with a limit, that many at even distances."""
    if not folder.is_dir():
        raise BenchmarkError(f"{folder} is not a folder")
    photos = sorted(
        path.resolve()
        for path in folder.rglob("*")
        if path.suffix.lower() in SUFFIXES and path.is_file()
    )
    if not photos:
        raise BenchmarkError(f"{folder} holds no photos")
    count = min(limit or len(photos), len(photos))
    return [photos[index * len(photos) // count] for index in range(count)]


def choose_pair(given: Sequence[Path] | None, sets: Mapping[str, list[Path]]) -> list[Path]:
    """Return the two photos for a cold verify: those given, else the first two there are."""
    pair = list(given or [photo for photos in sets.values() for photo in photos][:2])
    if len(pair) != 2:
        raise BenchmarkError("a cold verify takes two photos")
    for path in pair:
        if not path.is_file():
            raise BenchmarkError(f"{path} is not a file")
    return [path.resolve() for path in pair]


def machine() -> dict[str, str | int | float | None]:
    """Describe the machine as far as a figure needs it, and say so if it has other work."""
    load = round(os.getloadavg()[0], 2)
    if load > BUSY:
        say(f"note: the machine has other work (load {load}), so figures will be low")
    return {
        "processor": _processor(),
        "cpus": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
        "load": load,
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.machine()


def turns(ready: Sequence[Engine], rounds: int) -> Iterator[tuple[str, Engine]]:
    """Yield every engine once a round, each round starting with another one.

    The order moves so that no engine always follows the same neighbour: a hot or throttled
    processor is a legacy of whoever ran just before.
    """
    for index in range(rounds):
        shift = index % len(ready)
        for engine in (*ready[shift:], *ready[:shift]):
            yield f"round {index + 1}/{rounds} {engine.name}", engine


def report_speed(
    ready: Sequence[Engine], folder: str, photos: list[Path], rounds: int, repeat: int
) -> dict[str, Any]:
    """Time every engine on one set of photos and print the table."""
    speeds = measure_speed(ready, photos, rounds, repeat)
    print(f"\n{folder}: {len(photos)} photos, median of {rounds * repeat} passes\n")
    print_table(
        ("engine", "version", "photos/s", "slowest-fastest", "faces", "failed", "peak MiB"),
        [
            (
                name,
                speed.version,
                f"{speed.rate:.1f}",
                f"{min(speed.rates):.1f}-{max(speed.rates):.1f}",
                str(speed.faces),
                str(speed.failed),
                f"{speed.peak_mib:.0f}",
            )
            for name, speed in speeds.items()
        ],
    )
    return {
        "photos": folder,
        "rounds": rounds,
        "repeat": repeat,
        "engines": {
            name: asdict(speed) | {"photos_per_second": speed.rate}
            for name, speed in speeds.items()
        },
        "ratios": report_ratios({name: speed.rate for name, speed in speeds.items()}),
    }


def measure_speed(
    ready: Sequence[Engine], photos: list[Path], rounds: int, repeat: int
) -> dict[str, Speed]:
    """Time every engine, a process a turn, on photos that are all in the page cache."""
    results: dict[str, list[dict[str, Any]]] = {engine.name: [] for engine in ready}
    with tempfile.TemporaryDirectory() as folder:
        listing = Path(folder) / "photos.txt"
        listing.write_text("".join(f"{path}\n" for path in photos), encoding="utf-8")
        for path in photos:
            path.read_bytes()
        for turn, engine in turns(ready, rounds):
            child = children.run(engine.name, engine.runner(listing, repeat), engine.env)
            result = parse_result(engine.name, child.stdout)
            results[engine.name].append(result)
            say(f"{turn}: {result['photos'] * repeat / sum(result['seconds']):.1f} photos/s")
    return {name: summarise(taken) for name, taken in results.items()}


def parse_result(name: str, stdout: str) -> dict[str, Any]:
    """Read a runner's figures off its last line; peers may print what they like before it."""
    try:
        result = json.loads(stdout.splitlines()[-1])
    except (IndexError, ValueError) as error:
        raise BenchmarkError(f"{name}: the runner printed no figures") from error
    if not isinstance(result, dict) or result.get("engine") != name:
        raise BenchmarkError(f"{name}: the runner's last line is not its figures")
    return result


def summarise(results: Sequence[Mapping[str, Any]]) -> Speed:
    """Join an engine's turns into one figure; memory is that of its worst turn."""
    last = results[-1]
    return Speed(
        version=last["version"],
        libraries=last["libraries"],
        photos=last["photos"],
        faces=last["faces"],
        failed=last["failed"],
        peak_mib=max(result["peak_mib"] for result in results),
        seconds=tuple(seconds for result in results for seconds in result["seconds"]),
    )


def report_cold(ready: Sequence[Engine], pair: Sequence[Path], rounds: int) -> dict[str, Any]:
    """Time every engine's cold verify and print the table."""
    colds = measure_cold(ready, pair, rounds)
    print(f"\ncold verify of {pair[0].name} and {pair[1].name}, median of {rounds} runs\n")
    print_table(
        ("engine", "seconds", "fastest-slowest", "peak MiB"),
        [
            (
                name,
                f"{cold.median:.2f}",
                f"{min(cold.seconds):.2f}-{max(cold.seconds):.2f}",
                f"{cold.peak_mib:.0f}",
            )
            for name, cold in colds.items()
        ],
    )
    return {
        "rounds": rounds,
        "engines": {name: asdict(cold) | {"median": cold.median} for name, cold in colds.items()},
        "ratios": report_ratios({name: 1 / cold.median for name, cold in colds.items()}),
    }


def measure_cold(ready: Sequence[Engine], pair: Sequence[Path], rounds: int) -> dict[str, Cold]:
    """Time whole processes, from start to answer.

    A first run of each is not counted: it fetches models and fills caches on disk, which
    happens once in a machine's life.
    """
    runs: dict[str, list[children.Child]] = {engine.name: [] for engine in ready}
    for engine in ready:
        verify(engine, pair)
    for turn, engine in turns(ready, rounds):
        child = verify(engine, pair)
        runs[engine.name].append(child)
        say(f"{turn}: {child.seconds:.2f} s")
    return {
        name: Cold(tuple(run.seconds for run in taken), max(run.peak_mib for run in taken))
        for name, taken in runs.items()
    }


def verify(engine: Engine, pair: Sequence[Path]) -> children.Child:
    """Let an engine compare two photos in a process of its own."""
    command = [*engine.cold, *map(str, pair)]
    return children.run(f"{engine.name} verify", command, engine.env, accept=engine.answers)


def report_ratios(speeds: Mapping[str, float]) -> dict[str, float]:
    """Print and return how many times as fast as each peer kith is, and as the best of them."""
    peers = {name: speed for name, speed in speeds.items() if name != KITH}
    if KITH not in speeds or not peers:
        return {}
    ratios = {name: speeds[KITH] / speed for name, speed in peers.items()}
    best = max(peers, key=peers.__getitem__)
    print()
    for name, ratio in ratios.items():
        print(f"{KITH} : {name} = {ratio:.2f}")
    print(f"{KITH} : best peer ({best}) = {ratios[best]:.2f}")
    return {**ratios, "best_peer": ratios[best]}


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print columns wide enough for what they hold: names to the left, figures to the right."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        first, *rest = (
            cell.ljust(width) if index == 0 else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        print("  ".join((first, *rest)))


if __name__ == "__main__":
    raise SystemExit(main())
