"""``kith.calibrate``: from a gallery and photos of known people to a calibration it keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kith.errors import GalleryError, OptionError
from kith.evaluation.calibrate.material import from_folder, from_gallery, from_pairs
from kith.evaluation.calibrate.measure import CalibrationReport, measure
from kith.evaluation.calibrate.painting import to_paint, with_copies
from kith.evaluation.calibrate.task import Task
from kith.evaluation.calibrate.traditional import habits
from kith.gallery.contract import require_same
from kith.masks import Painter

if TYPE_CHECKING:
    import os

    from kith.evaluation.calibrate.material import Material
    from kith.evaluation.describe import OnPhoto
    from kith.gallery.gallery import Gallery
    from kith.recognizer.cache import FaceCache

FMR = 1e-3
FPIR = 3e-3
"""What NIST's evaluations of identification (FRTE 1:N) hold their thresholds to."""


def calibrate(
    gallery: Gallery,
    fmr: float = FMR,
    fpir: float = FPIR,
    *,
    photos: str | os.PathLike[str] | None = None,
    pairs: str | os.PathLike[str] | None = None,
    root: str | os.PathLike[str] | None = None,
    masked: bool = False,
    painter: Painter | None = None,
    seed: int = 0,
    cache: FaceCache | None = None,
    on_photo: OnPhoto | None = None,
) -> CalibrationReport:
    """Measure on photos of known people which similarity a match needs; the gallery keeps it.

    The people are split in two. On one part the threshold is chosen that keeps the false match
    rate with 95 % certainty, on the other it is measured. Without `photos` and `pairs` the people
    are the gallery's own, as they are enrolled. Nothing is kept before everything is measured.

    Args:
        gallery: whose network is calibrated, and which keeps the result.
        fmr: false match rate of one comparison that is promised, above 0 and below 1.
        fpir: how often a search may name a stranger, above 0 and below 1.
        photos: a folder with a folder of photos for each person.
        pairs: a list of pairs of such photos, LFW's or a CSV; everybody on them is compared.
        root: where those photos lie; None: beside the list.
        masked: paint a mask on a copy of each photo, in memory; takes `photos` or `pairs`.
        painter: of these masks; None: the usual one.
        seed: of the split and of everything drawn.
        cache: of photos that were described before; masked copies are never kept.
        on_photo: told of each photo, and each masked copy, as it is dealt with.

    Raises:
        InputError: there are too few people or photos; the message says how many are missing.
        OptionError: a rate outside its range, or options that exclude each other.
        PhotoError, ProtocolError: photos or pairs cannot be read.
        GalleryError: the gallery is empty, cannot be read or written, or is of another contract.
    """
    if masked:
        require_photos(photos, pairs)
    task = prepare(gallery, fmr, fpir, seed)
    material = gather(
        gallery, photos=photos, pairs=pairs, root=root, cache=cache, on_photo=on_photo
    )
    if masked:
        chosen, painter = to_paint(material, seed), painter or Painter()
        material = with_copies(
            material, gallery.recognizer, painter, chosen, seed, on_photo=on_photo
        )
    return conclude(gallery, task, material)


def prepare(gallery: Gallery, fmr: float, fpir: float, seed: int) -> Task:
    """Return what is to be done, once it is clear that the gallery can keep the result.

    Raises:
        OptionError, GalleryError: see `calibrate`.
    """
    for name, rate in (("an FMR", fmr), ("an FPIR", fpir)):
        if not 0 < rate < 1:
            raise OptionError(f"{name} lies above 0 and below 1, not at {rate:g}")
    if not 0 <= seed < 2**48:
        raise OptionError(f"a seed is a whole number from 0, not {seed}")
    contract = gallery.contract
    if contract is None:
        raise GalleryError("the gallery is empty: enrol somebody first, then calibrate")
    with gallery.store.database.write():
        pass  # what cannot be written is told now, not after an hour
    recognizer = gallery.recognizer
    require_same(contract, recognizer.contract, gallery.store.path)
    return Task(contract, recognizer.detector, fmr, fpir, seed, recognizer.masked_space)


def gather(
    gallery: Gallery,
    *,
    photos: str | os.PathLike[str] | None = None,
    pairs: str | os.PathLike[str] | None = None,
    root: str | os.PathLike[str] | None = None,
    cache: FaceCache | None = None,
    on_photo: OnPhoto | None = None,
) -> Material:
    """Return the photos to calibrate on, described.

    Raises:
        InputError, PhotoError, ProtocolError, GalleryError: see `calibrate`.
    """
    if photos is not None and pairs is not None:
        raise OptionError("give photos or pairs, not both")
    if root is not None and pairs is None:
        raise OptionError("a root belongs to pairs: it is where their photos lie")
    if photos is not None:
        return from_folder(photos, gallery.recognizer, cache=cache, on_photo=on_photo)
    if pairs is not None:
        return from_pairs(pairs, root, gallery.recognizer, cache=cache, on_photo=on_photo)
    return from_gallery(gallery.store)


def require_photos(photos: object, pairs: object) -> None:
    """Refuse to paint masks where there is nothing to paint them on.

    Raises:
        OptionError: neither photos nor pairs were given.
    """
    if photos is None and pairs is None:
        raise OptionError(
            "masks are painted on photos, and a gallery keeps none: give --photos ROOT or "
            "--pairs FILE"
        )


def conclude(gallery: Gallery, task: Task, material: Material) -> CalibrationReport:
    """Measure, and let the gallery keep the result.

    Raises:
        InputError, GalleryError: see `calibrate`.
    """
    report = measure(material, task, habits(gallery.recognizer))
    gallery.set_calibration(report.calibration)
    return report
