"""One to one: is A the same person as B."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from kith.decision.identify import unusable
from kith.errors import OptionError
from kith.masks import compare, pair_of
from kith.recognizer import Recognizer, largest_central
from kith.types import Verdict, Verification

if TYPE_CHECKING:
    from kith.decision.calibration import Calibration
    from kith.types import Face, ImageInput, PhotoFaces


def verify(
    a: ImageInput,
    b: ImageInput,
    *,
    recognizer: Recognizer | None = None,
    threshold: float | None = None,
    calibration: Calibration | None = None,
) -> Verification:
    """Say whether two photos show the same person.

    In a photo of several people the largest central face is meant. Faces with masks are compared as
    `kith.masks.space` says; the answer's `masks` tells who wore one.

    Args:
        a: a path, encoded bytes, a PIL image, or RGB pixels (uint8, H × W × 3).
        b: the same.
        recognizer: whose networks are used; None: the default one, loaded once per process.
        threshold: least similarity of a match; None: the calibration's, else the one measured for
            the recogniser.
        calibration: of the same network, such as a gallery's; also says how probable a match is.

    Raises:
        PhotoError: a photo cannot be read.
        OptionError: the threshold is outside −1…1.
        ContractMismatch: the calibration was measured with another network.
        ModelError: a network cannot be had or run.
    """
    recognizer = recognizer or default_recognizer()
    if calibration is not None:
        calibration.require(recognizer.contract)
    if threshold is not None:
        checked_threshold(threshold, recognizer)  # before any work
    first, second = (_meant(item) for item in recognizer.stream([a, b]))
    return verify_faces(
        first, second, recognizer=recognizer, threshold=threshold, calibration=calibration
    )


def verify_faces(
    a: Face | None,
    b: Face | None,
    *,
    recognizer: Recognizer,
    threshold: float | None = None,
    calibration: Calibration | None = None,
) -> Verification:
    """Say whether two faces that were described already are one person's; see `verify`.

    Args:
        a: described by this recogniser; None where a photo shows none.
        b: the same.
        recognizer: whose embeddings these are.
        threshold: as for `verify`.
        calibration: of this recogniser's contract.

    Raises:
        OptionError: the threshold is outside −1…1.
    """
    pair = pair_of(a.mask, b.mask) if a is not None and b is not None else None
    if threshold is None and calibration is not None:
        least, promised = calibration.of_pair(pair).threshold, calibration.promise(pair=pair)
    else:
        least, promised = checked_threshold(threshold, recognizer), None
    found = replace(_verification(a, b, recognizer, least), masks=pair, calibration=promised)
    if calibration is None or found.similarity is None:
        return found
    odds = calibration.probability(found.similarity, pair=pair)
    return replace(found, probability=odds)


@lru_cache(maxsize=1)
def default_recognizer() -> Recognizer:
    """Return the recogniser that is used where none is named."""
    return Recognizer()


def checked_threshold(threshold: float | None, recognizer: Recognizer) -> float:
    """Return the threshold asked for, or the recogniser's own.

    Raises:
        OptionError: it is outside −1…1.
    """
    if threshold is None:
        return recognizer.threshold
    if not -1.0 <= threshold <= 1.0:
        raise OptionError(f"a threshold is a cosine between -1 and 1, not {threshold}")
    return threshold


def _meant(item: PhotoFaces) -> Face | None:
    if item.failure is not None:
        raise item.failure
    return largest_central(item.faces, item.width, item.height)


def _verification(
    a: Face | None, b: Face | None, recognizer: Recognizer, threshold: float
) -> Verification:
    similarity, reason = None, None
    verdict = Verdict.NO_FACE
    if a is None or b is None:
        which = "either photo" if a is None and b is None else f"photo {'A' if a is None else 'B'}"
        reason = f"no face found in {which}"
    elif a.embedding is not None and b.embedding is not None:
        similarity = compare(a, b, recognizer.masked_space)
        poor = [f"photo {n}: {unusable(f)}" for n, f in (("A", a), ("B", b)) if unusable(f)]
        verdict = Verdict.MATCH if similarity >= threshold else Verdict.UNKNOWN
        if poor:
            verdict, reason = Verdict.LOW_QUALITY, "; ".join(poor)
    return Verification(
        verdict, similarity, threshold, a, b, recognizer.detector, recognizer.embedder, reason
    )
