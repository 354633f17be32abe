"""Options that several commands share, and what they make."""

from __future__ import annotations

import math
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kith.errors import OptionError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from kith.classification import AnyClassifier
    from kith.media import Limits
    from kith.recognizer import Recognizer
    from kith.recognizer.cache import FaceCache


def filled(value: Any) -> Any:
    """Refuse an empty path, which is what a variable that was never set becomes.

    Raises:
        typer.BadParameter: it, or one of several, is empty.
    """
    if any(one == "" for one in ([value] if isinstance(value, str) else value or [])):
        raise typer.BadParameter("it is empty; is a variable not set?")
    return value


def folder(text: str | Path) -> Path:
    """Return the path of a folder; a default comes as a path already.

    Raises:
        typer.BadParameter: it is empty.
    """
    return Path(filled(str(text)))


Paths = Annotated[
    list[str],
    typer.Argument(metavar="PATH...", help="Photos, or folders of photos.", callback=filled),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object per line on stdout.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")]
Strict = Annotated[bool, typer.Option("--strict", help="Exit with 2 if any photo or film failed.")]
GalleryFile = Annotated[
    Path | None,
    typer.Option(
        "--gallery",
        metavar="FILE",
        envvar="KITH_GALLERY",
        readable=False,  # the gallery itself says it better
        help="The gallery's file. Default: people.kith in your data folder.",
    ),
]
DetectorId = Annotated[
    str,
    typer.Option(
        "--detector", metavar="ID", help="Network that finds faces: yunet, mtcnn, scrfd-500m."
    ),
]
EmbedderId = Annotated[
    str | None,
    typer.Option(
        "--embedder",
        metavar="ID",
        help="Network that describes faces, or best, or fast; ID+mirror uses both views. Default: "
        "sface, or the gallery's own.",
    ),
]
Device = Annotated[
    str, typer.Option("--device", metavar="NAME", help="cpu, cuda, openvino or openvino:bf16.")
]
Score = Annotated[
    float | None,
    typer.Option(
        "--score",
        metavar="NUMBER",
        help="Least score of a face, 0 to 1. Default: the detector's own.",
    ),
]
MinFace = Annotated[
    float | None,
    typer.Option("--min-face", metavar="PIXELS", help="Narrowest face wanted."),
]
ThresholdOption = Annotated[
    float | None,
    typer.Option(
        "--threshold",
        metavar="NUMBER",
        help="Least similarity of a match, -1 to 1. Default: the one measured for the embedder.",
    ),
]
NoCache = Annotated[
    bool, typer.Option("--no-cache", help="Neither use nor keep what was found on the photos.")
]
DrawTo = Annotated[
    Path | None,
    typer.Option(
        "--draw", metavar="DIR", parser=folder, help="Write photos with boxes and names here."
    ),
]


def make_recognizer(
    detector: str = "yunet",
    embedder: str | None = None,
    device: str = "cpu",
    score: float | None = None,
    min_face: float | None = None,
    *,
    limits: Limits | None = None,
    shown: bool = True,
) -> Recognizer:
    """Load the networks that the options name, with a bar where they have to be fetched.

    Raises:
        OptionError: an option outside its range.
        ModelError: a network cannot be had or run.
    """
    _check_min_face(min_face)
    from kith.cli.progress import pull_with_progress
    from kith.embedding import needing, parse
    from kith.recognizer import Recognizer

    embedder = embedder or "sface"
    needed = [detector, *(card.id for card in parse(embedder).cards)]
    with needing(embedder):
        pull_with_progress(needed, shown=shown)
    return Recognizer(detector, embedder, device, score=score, min_face=min_face, limits=limits)


def face_cache(*, used: bool) -> AbstractContextManager[FaceCache | None]:
    """Return what is remembered of photos, to be used in a `with`; None where it is not wanted."""
    if not used:
        return nullcontext()
    from kith.recognizer.cache import FaceCache

    return FaceCache()


def make_classifier(
    model: str,
    detector: str,
    device: str,
    score: float | None,
    min_face: float | None,
    *,
    shown: bool = True,
) -> AnyClassifier:
    """Load the networks that the options name, with a bar where they have to be fetched.

    Args:
        model: id of a network with a classifier, or of a head of the user's own.
        detector: the option of that name, and so are the others.
        device: where networks run.
        score: least score of a face.
        min_face: narrowest face wanted, in pixels.
        shown: whether there may be a bar.

    Raises:
        OptionError: an option outside its range.
        ModelError: a network or its labels cannot be had or run.
    """
    _check_min_face(min_face)
    from kith.classification import head_card, open_classifier
    from kith.cli.progress import pull_with_progress
    from kith.embedding import needing, parse, parse_network
    from kith.models import ModelStore

    head = head_card(model, ModelStore())
    if head is not None:
        with needing(head.embedder):
            pull_with_progress(
                [detector, *(one.id for one in parse(head.embedder).cards)], shown=shown
            )
    elif parse_network(model).card.classes:
        pull_with_progress([detector, model.partition("+")[0]], shown=shown)
    return open_classifier(model, detector, device, score=score, min_face=min_face)


def _check_min_face(min_face: float | None) -> None:
    if min_face is not None and not 0 < min_face < math.inf:
        raise OptionError(f"--min-face is a width above 0 in pixels, not {min_face:g}")


def gallery_embedder(path: Path | None, *, must_exist: bool) -> str:
    """Return the embedder that a gallery was made with; the default one for a new gallery.

    Raises:
        GalleryError: there is no gallery where there must be one, or it cannot be read.
        ModelError: the embedder is a model of somebody's own that is not here, or damaged.
    """
    from kith.gallery.contract import known_embedder
    from kith.gallery.location import default_path
    from kith.gallery.store import GalleryStore

    with GalleryStore.open(path or default_path(), create=not must_exist) as store:
        return known_embedder(store.contract() if store.exists else None, store.path)
