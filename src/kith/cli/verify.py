"""``kith verify``: is A the same person as B, or as somebody of a folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kith.cli import options
from kith.cli.options import (
    DetectorId,
    Device,
    DrawTo,
    EmbedderId,
    Json,
    Quiet,
    Score,
    Strict,
    ThresholdOption,
    filled,
)
from kith.cli.usage import Command
from kith.errors import OptionError

if TYPE_CHECKING:
    from kith.decision import Calibration
    from kith.recognizer import Recognizer
    from kith.types import Verification

WORDS = {
    "cosine": "cosine",
    "euclidean": "Euclidean",
    "euclidean_raw": "Euclidean (raw numbers)",
}
NO_DECISION = 3
MASKS = {"none/worn": ", one behind a mask", "worn/worn": ", both behind masks"}


class VerifyCommand(Command):
    """Shows both ways to call it."""

    usages = ("A B", "PATH... --against FOLDER")


def verify(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH...",
            help="Two photos; with --against any number, or folders of them.",
            callback=filled,
        ),
    ],
    against: Annotated[
        Path | None,
        typer.Option(
            "--against",
            metavar="FOLDER",
            parser=options.folder,
            help="Compare every face with every photo of these people: FOLDER/Ada (2).jpg and "
            "FOLDER/Ada/*.jpg are Ada.",
        ),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="With --against: also a line for each of their photos.")
    ] = False,
    draw: DrawTo = None,
    threshold: ThresholdOption = None,
    gallery: Annotated[
        Path | None,
        typer.Option(
            "--gallery",
            metavar="FILE",
            help="Use this gallery's network, calibration and word on masks. Default: "
            "KITH_GALLERY, where it is set, else none.",
        ),
    ] = None,
    detector: DetectorId = "yunet",
    embedder: EmbedderId = None,
    device: Device = "cpu",
    score: Score = None,
    as_json: Json = False,
    quiet: Quiet = False,
    strict: Strict = False,
) -> None:
    """Say whether two photos show the same person, or who of a folder's people is on photos.

    Exit 0: the same, or a face of somebody in the folder. 1: different people. 3: no decision,
    because there is no face or none good enough to tell. Of two photos the largest central faces
    are compared, with --against all faces.
    """
    _check(paths, against, every=every, draw=draw)
    path = gallery or _from_environment()
    own = options.gallery_embedder(path, must_exist=True) if path else None
    recognizer = options.make_recognizer(
        detector, embedder or own, device, score, shown=not (as_json or quiet)
    )
    named = gallery is not None
    if against is not None:
        from kith.cli.verify_against import Against

        calibration, no_mask = _promised(recognizer, threshold, path, named=named)
        wanted = Against(paths, against, threshold, draw, every, as_json, quiet, strict)
        raise typer.Exit(wanted.run(recognizer, calibration, no_mask=no_mask))
    a, b = paths
    found = _found(a, b, recognizer, threshold, path, named=named)
    raise typer.Exit(_tell(found, as_json=as_json, quiet=quiet))


def _tell(found: Verification, *, as_json: bool, quiet: bool) -> int:
    """Print the answer; return the exit code."""
    from kith.cli.output import emit, say
    from kith.shapes import verification

    habit = _tradition(found)
    if as_json:
        emit(verification(found) | {"traditional": habit})
    elif not quiet:
        say(_sentence(found))
        if habit is not None:
            word = "the same" if habit["same"] else "different"
            say(
                f"by tradition: {word}, {WORDS[habit['metric']]} distance {habit['distance']:.3f}, "
                f"the same up to {habit['limit']:g}"
            )
    if found.same is None:
        return NO_DECISION
    return 0 if found.same else 1


def _check(paths: list[str], against: Path | None, *, every: bool, draw: Path | None) -> None:
    if against is not None:
        return
    for given, option in ((every, "--all"), (draw, "--draw")):
        if given:
            raise OptionError(f"{option} goes with --against FOLDER")
    if len(paths) != 2:
        raise OptionError(
            f"two photos are compared, not {len(paths)}: kith verify A B, or kith verify PATH... "
            "--against FOLDER"
        )


def _from_environment() -> Path | None:
    """Return the gallery that the environment names, where there is one yet."""
    named = os.environ.get("KITH_GALLERY")
    return Path(named) if named and Path(named).exists() else None


def _found(
    a: str,
    b: str,
    recognizer: Recognizer,
    threshold: float | None,
    path: Path | None,
    *,
    named: bool,
) -> Verification:
    """Compare, with a gallery's calibration where there is one.

    Args:
        a: a photo.
        b: another.
        recognizer: whose networks are used.
        threshold: that the user gave.
        path: of the gallery.
        named: by the user, for this command: then it must be of the recogniser's contract.
    """
    from kith.decision import verify as decide

    if path is None:
        return decide(a, b, recognizer=recognizer, threshold=threshold)
    from kith.cli.calibrated import warn_detector
    from kith.gallery.gallery import Gallery

    with Gallery(path, recognizer=recognizer) as people:
        if not named and people.contract != recognizer.contract:
            return decide(a, b, recognizer=recognizer, threshold=threshold)
        warn_detector(people.calibration, recognizer, given=threshold)
        return people.verify(a, b, threshold=threshold)


def _promised(
    recognizer: Recognizer, threshold: float | None, path: Path | None, *, named: bool
) -> tuple[Calibration | None, bool]:
    """Return a gallery's calibration and whether it refuses masks, if its network is this one's.

    Args: as of `_found`.
    """
    if path is None:
        return None, False
    from kith.cli.calibrated import warn_detector
    from kith.gallery.gallery import Gallery

    with Gallery(path, recognizer=recognizer) as people:
        if people.contract != recognizer.contract:
            if named:
                people.limit(threshold)  # says what differs
            return None, False
        warn_detector(people.calibration, recognizer, given=threshold)
        return people.calibration, people.no_mask


def _tradition(found: Verification) -> dict[str, Any] | None:
    """Return what the distance that the network's users know says.

    None where it has none, and where masks are refused: that would be an answer after all.
    """
    from kith.cli.reasons import MASK
    from kith.embedding import parse

    if found.reason == MASK:
        return None
    known = parse(found.embedder).tradition
    distance = (
        {
            "cosine": found.distance,
            "euclidean": found.euclidean,
            "euclidean_raw": found.euclidean_raw,
        }[known.metric]
        if known
        else None
    )
    if known is None or distance is None:
        return None
    return {
        "metric": known.metric,
        "distance": round(distance, 6),
        "limit": known.distance,
        "same": distance <= known.distance,
    }


def _sentence(found: Verification) -> str:
    if found.same is None:
        from kith.cli.reasons import of_pair

        return f"no decision: {of_pair(found)}"
    from kith.cli.calibrated import needs, odds

    word = "same person" if found.same else "different people"
    return (
        f"{word}{MASKS.get(found.masks or '', '')}: "
        f"similarity {found.similarity:.3f}{odds(found.probability)}, "
        f"{needs(found.threshold, found.calibration)} ({found.detector}, {found.embedder})"
    )
