"""``kith verify``: is A the same person as B."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kith.cli import options
from kith.cli.options import (
    DetectorId,
    Device,
    EmbedderId,
    Json,
    Quiet,
    Score,
    ThresholdOption,
    filled,
)

if TYPE_CHECKING:
    from kith.recognizer import Recognizer
    from kith.types import Verification

WORDS = {
    "cosine": "cosine",
    "euclidean": "Euclidean",
    "euclidean_raw": "Euclidean (raw numbers)",
}
NO_DECISION = 3


def verify(
    a: Annotated[str, typer.Argument(metavar="A", help="A photo.", callback=filled)],
    b: Annotated[str, typer.Argument(metavar="B", help="Another.", callback=filled)],
    threshold: ThresholdOption = None,
    gallery: Annotated[
        Path | None,
        typer.Option(
            "--gallery",
            metavar="FILE",
            help="Use this gallery's network and calibration. Default: KITH_GALLERY, where it is "
            "set, else none.",
        ),
    ] = None,
    detector: DetectorId = "yunet",
    embedder: EmbedderId = None,
    device: Device = "cpu",
    score: Score = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Say whether two photos show the same person.

    Exit 0: the same. 1: different people. 3: no decision, because a photo shows no face or one
    too poor to tell. In a photo of several people the largest central face is meant.
    """
    from kith.cli.output import emit, say
    from kith.shapes import verification

    path = gallery or _from_environment()
    own = options.gallery_embedder(path, must_exist=True) if path else None
    recognizer = options.make_recognizer(
        detector, embedder or own, device, score, shown=not (as_json or quiet)
    )
    found = _found(a, b, recognizer, threshold, path, named=gallery is not None)
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
        raise typer.Exit(NO_DECISION)
    raise typer.Exit(0 if found.same else 1)


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


def _tradition(found: Verification) -> dict[str, Any] | None:
    """Return what the distance that the network's users know says; None where it has none."""
    from kith.embedding import parse

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
        return f"no decision: {found.reason}"
    from kith.cli.calibrated import needs, odds

    word = "same person" if found.same else "different people"
    return (
        f"{word}: similarity {found.similarity:.3f}{odds(found.probability)}, "
        f"{needs(found.threshold, found.calibration)} ({found.detector}, {found.embedder})"
    )
