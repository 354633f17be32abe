"""Options that several commands share, and what they make."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from kith.recognizer import Recognizer

Paths = Annotated[
    list[str], typer.Argument(metavar="PATH...", help="Photos, or folders of photos.")
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object per line on stdout.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")]
Strict = Annotated[bool, typer.Option("--strict", help="Exit with 2 if any photo failed.")]
GalleryFile = Annotated[
    Path | None,
    typer.Option(
        "--gallery",
        metavar="FILE",
        envvar="KITH_GALLERY",
        help="The gallery's file. Default: people.kith in your data folder.",
    ),
]
DetectorId = Annotated[
    str, typer.Option("--detector", metavar="ID", help="Network that finds faces.")
]
EmbedderId = Annotated[
    str | None,
    typer.Option(
        "--embedder",
        metavar="ID",
        help="Network that describes faces; ID+mirror uses both views. Default: sface, or the "
        "gallery's own.",
    ),
]
Device = Annotated[str, typer.Option("--device", help="cpu or cuda.")]
Score = Annotated[float, typer.Option("--score", help="Least score of a face, 0 to 1.")]
MinFace = Annotated[
    float | None,
    typer.Option("--min-face", metavar="PIXELS", help="Narrowest face wanted."),
]
ThresholdOption = Annotated[
    float | None,
    typer.Option("--threshold", help="Least similarity of a match. Default: the measured one."),
]
DrawTo = Annotated[
    Path | None,
    typer.Option("--draw", metavar="DIR", help="Write photos with boxes and names here."),
]


def make_recognizer(
    detector: str = "yunet",
    embedder: str | None = None,
    device: str = "cpu",
    score: float = 0.6,
    min_face: float | None = None,
) -> Recognizer:
    """Load the networks that the options name, with a bar where they have to be fetched."""
    from kith.cli.output import pull_with_progress
    from kith.recognizer import Recognizer

    embedder = embedder or "sface"
    pull_with_progress([detector, embedder.removesuffix("+mirror")])
    return Recognizer(detector, embedder, device, score=score, min_face=min_face)


def gallery_embedder(path: Path | None, *, must_exist: bool) -> str:
    """Return the embedder that a gallery was made with; the default one for a new gallery.

    Raises:
        GalleryError: there is no gallery where there must be one, or it cannot be read.
    """
    from kith.gallery.gallery import contract_embedder
    from kith.gallery.location import default_path
    from kith.gallery.store import GalleryStore

    with GalleryStore.open(path or default_path(), create=not must_exist) as store:
        return contract_embedder(store.contract() if store.exists else None)
