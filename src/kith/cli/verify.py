"""``kith verify``: is A the same person as B."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from kith.cli import options
from kith.cli.options import DetectorId, Device, EmbedderId, Json, Quiet, Score, ThresholdOption

if TYPE_CHECKING:
    from kith.types import Verification

NO_DECISION = 3


def verify(
    a: Annotated[str, typer.Argument(metavar="A", help="A photo.")],
    b: Annotated[str, typer.Argument(metavar="B", help="Another.")],
    threshold: ThresholdOption = None,
    detector: DetectorId = "yunet",
    embedder: EmbedderId = None,
    device: Device = "cpu",
    score: Score = 0.6,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Say whether two photos show the same person: exit 0 same, 1 different, 3 no decision."""
    from kith.cli.output import emit, say
    from kith.cli.shapes import verification
    from kith.decision import verify as decide

    recognizer = options.make_recognizer(detector, embedder, device, score)
    found = decide(a, b, recognizer=recognizer, threshold=threshold)
    if as_json:
        emit(verification(found))
    elif not quiet:
        say(_sentence(found))
    if found.same is None:
        raise typer.Exit(NO_DECISION)
    raise typer.Exit(0 if found.same else 1)


def _sentence(found: Verification) -> str:
    if found.same is None:
        return f"no decision: {found.reason}"
    word = "same person" if found.same else "different people"
    return (
        f"{word}: similarity {found.similarity:.3f}, a match needs {found.threshold:.3f} "
        f"({found.detector}, {found.embedder})"
    )
