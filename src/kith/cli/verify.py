"""``kith verify``: is A the same person as B."""

from __future__ import annotations

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
    from kith.cli.shapes import verification
    from kith.decision import verify as decide

    recognizer = options.make_recognizer(
        detector, embedder, device, score, shown=not (as_json or quiet)
    )
    found = decide(a, b, recognizer=recognizer, threshold=threshold)
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
    word = "same person" if found.same else "different people"
    return (
        f"{word}: similarity {found.similarity:.3f}, a match needs {found.threshold:.3f} "
        f"({found.detector}, {found.embedder})"
    )
