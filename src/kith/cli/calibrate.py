"""``kith calibrate``: which similarity a match needs, measured on photos of known people."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kith.cli import options
from kith.cli.options import DetectorId, Device, EmbedderId, GalleryFile, Json, NoCache, Quiet
from kith.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from kith.evaluation.calibrate.material import Material
    from kith.recognizer import Recognizer


def calibrate(
    fmr: Annotated[
        float, typer.Option("--fmr", metavar="RATE", help="False match rate to promise.")
    ] = 1e-3,
    fpir: Annotated[
        float,
        typer.Option("--fpir", metavar="RATE", help="How often a search may name a stranger."),
    ] = 3e-3,
    photos: Annotated[
        Path | None,
        typer.Option(
            "--photos",
            metavar="ROOT",
            parser=options.folder,
            help="A folder with a folder for each person. Default: the gallery's own people.",
        ),
    ] = None,
    pairs: Annotated[
        Path | None,
        typer.Option(
            "--pairs",
            metavar="FILE",
            parser=options.folder,
            help="LFW's pairs.txt, or a CSV of photo, photo, same.",
        ),
    ] = None,
    root: Annotated[
        Path | None,
        typer.Option(
            "--root",
            metavar="DIR",
            parser=options.folder,
            help="Where the photos of --pairs lie. Default: beside it.",
        ),
    ] = None,
    masked: Annotated[
        bool,
        typer.Option(
            "--masked",
            help="Paint a mask on a copy of each photo, in memory, and measure masked faces, too.",
        ),
    ] = False,
    traditional: Annotated[
        bool,
        typer.Option(
            "--traditional", help="Show what the distances of tutorials would do on these photos."
        ),
    ] = False,
    seed: Annotated[
        int, typer.Option("--seed", metavar="N", min=0, help="Of the split and of all draws.")
    ] = 0,
    show: Annotated[
        bool, typer.Option("--show", help="Show the gallery's calibration and measure nothing.")
    ] = False,
    remove: Annotated[
        bool, typer.Option("--remove", help="Go back to the embedder's own threshold.")
    ] = False,
    gallery: GalleryFile = None,
    detector: DetectorId = "yunet",
    embedder: EmbedderId = None,
    device: Device = "cpu",
    no_cache: NoCache = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Measure which similarity a match needs.

    It then promises a false match rate, and how often a search names a stranger. The people are
    split in two: the threshold is chosen on one part and measured on the other. The gallery keeps
    it: identify and verify use it from then on.
    """
    if show or remove:
        _check_alone(show=show, remove=remove, data=photos or pairs or root or masked or None)
        _tell(gallery, show=show, as_json=as_json, quiet=quiet)
        return
    from kith.cli.calibrating import print_report, report_shape
    from kith.cli.output import emit, spinner
    from kith.evaluation.calibrate.run import conclude, gather, prepare, require_photos
    from kith.gallery.gallery import Gallery

    if masked:
        require_photos(photos, pairs)
    shown = not (as_json or quiet)
    own = options.gallery_embedder(gallery, must_exist=True)
    recognizer = options.make_recognizer(detector, embedder or own, device, shown=shown)
    with recognizer, Gallery(gallery, recognizer=recognizer) as people:
        task = prepare(people, fmr, fpir, seed)
        with options.face_cache(used=not no_cache) as cache, _bar(photos, shown=shown) as on_photo:
            material = gather(
                people, photos=photos, pairs=pairs, root=root, cache=cache, on_photo=on_photo
            )
        if masked:
            material = _painted(material, recognizer, seed, shown=shown)
        with spinner("measuring", shown=shown):
            report = conclude(people, task, material)
        count = people.store.count()
    if as_json:
        emit(report_shape(report, count, traditional=traditional))
    elif not quiet:
        print_report(report, count, traditional=traditional)


def _painted(material: Material, recognizer: Recognizer, seed: int, *, shown: bool) -> Material:
    """Add masked copies of the photos."""
    from kith.cli.progress import photo_progress, pull_with_progress
    from kith.evaluation.calibrate.painting import to_paint, with_copies
    from kith.landmarks import DEFAULT
    from kith.masks import Painter

    pull_with_progress([DEFAULT], shown=shown)
    painter, chosen = Painter(), to_paint(material, seed)
    with photo_progress("masking", len(chosen), shown=shown) as on_photo:
        return with_copies(material, recognizer, painter, chosen, seed, on_photo=on_photo)


def _check_alone(*, show: bool, remove: bool, data: object) -> None:
    if show and remove:
        raise OptionError("--show or --remove, not both")
    if data is not None:
        raise OptionError("--show and --remove measure nothing: leave photos and pairs out")


def _tell(path: Path | None, *, show: bool, as_json: bool, quiet: bool) -> None:
    """Show or remove the calibration; no network is needed for that."""
    from kith.cli.calibrating import calibration_shape, print_calibration
    from kith.cli.output import count, emit, say
    from kith.gallery.calibrations import StoredCalibrations
    from kith.gallery.location import default_path
    from kith.gallery.store import GalleryStore

    with GalleryStore.open(path or default_path()) as store:
        kept = StoredCalibrations(store)
        if not show:
            removed = kept.remove()
            words = f"{count(removed, 'calibration')} removed" if removed else "nothing to remove"
            if as_json:
                emit({"removed": removed})
            elif not quiet:
                say(f"{words}: the embedder's own threshold counts")
            return
        found, people = kept.current()
    if as_json:
        emit({"calibrated": False} if found is None else calibration_shape(found, people))
    elif found is None:
        say("not calibrated: the embedder's own threshold counts")
    else:
        print_calibration(found, people)


def _bar(photos: Path | None, *, shown: bool) -> AbstractContextManager[Callable[[], None]]:
    """Return a bar for the photos of a folder; for those of a list, whose number is not known."""
    from kith.cli.progress import photo_progress
    from kith.errors import KithError
    from kith.media import count_photos

    total = None
    if shown and photos is not None:
        with suppress(KithError):  # whatever it is will be told when they are read
            total = count_photos([str(photos)])
    return photo_progress("describing", total, shown=shown)
