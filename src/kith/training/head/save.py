"""A head's card: what it is made of, under which terms, how good it is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kith._version import __version__
from kith.classification.pinned import pin
from kith.embedding import parse
from kith.models.card import Input, Licence, ModelCard, Origin, Weights

if TYPE_CHECKING:
    from pathlib import Path

    from kith.recognizer import Recognizer
    from kith.training.head.records import (
        Calibrated,
        Figures,
        Gathered,
        HeadSettings,
        Reject,
        Share,
    )

TITLES = {
    "softmax": "softmax (multinomial logistic regression)",
    "centroid": "nearest centroid",
    "svm": "linear support vector machine",
}


def make_card(
    settings: HeadSettings,
    gathered: Gathered,
    recognizer: Recognizer,
    calibrated: Calibrated,
    reject: Reject | None,
    measured: Figures,
    home: Path | None = None,
) -> ModelCard:
    """Return the card of a head; its files are filled in where it is kept.

    Args:
        settings: as asked for.
        gathered: what it learned from.
        recognizer: whose embeddings it takes.
        calibrated: its probabilities.
        reject: from which similarity on there is a name.
        measured: how it does.
        home: see `licence_of`.
    """
    references, contract = gathered.references, gathered.contract
    people, photos = len(references.people), len(references.photos)
    return ModelCard(
        id=settings.out,
        task="head",
        title=f"{TITLES[settings.kind]} on {recognizer.embedder}: {people:,} people",
        weights=Weights("", "", 0, ()),
        licence=licence_of(recognizer.embedder, home),
        input=Input(0, 0, "RGB", mean=0.0, scale=1.0),
        paper="",
        training_data=f"{photos:,} photos of {people:,} people, your own",
        classes=people,
        output="probabilities",
        dimension=contract.dimension,
        embedder=recognizer.embedder,
        reject=None if reject is None else reject.similarity,
        notes="" if reject is None else f"reject: {reject.says}",
        origin=Origin(
            kind="head",
            base=recognizer.embedder,
            base_sha256=contract.weights_sha256,
            fingerprint=gathered.fingerprint,
            people=people,
            photos=photos,
            made=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            settings={
                "kind": settings.kind,
                "detector": recognizer.detector,
                "fpir": settings.fpir,
                "reject": None if reject is None else reject.how,
                "sharpness": calibrated.sharpness,
                "seed": settings.seed,
                "kith": __version__,
                **pin(contract),
            },
            figures=_numbers(measured, calibrated),
        ),
    )


def licence_of(embedder: str, home: Path | None = None) -> Licence:
    """Return the terms of what an embedder's vectors were learned with: the strictest of its parts.

    Args:
        embedder: its name.
        home: kith's folder, in which the user's own models are; None: the user's.
    """
    cards = parse(embedder, home).cards
    return next((card.licence for card in cards if not card.licence.commercial), cards[0].licence)


def _numbers(measured: Figures, calibrated: Calibrated) -> dict[str, float | int | None]:
    shares = {
        "accuracy": measured.accuracy,
        "found": measured.found,
        "fpir": measured.fpir,
        "template_accuracy": measured.template_accuracy,
        "template_found": measured.template_found,
        "template_fpir": measured.template_fpir,
    }
    numbers: dict[str, float | int | None] = {}
    for name, share in shares.items():
        numbers |= _of_share(name, share)
    return numbers | {
        "gain": measured.gain,
        "gain_low": measured.gain_low,
        "gain_high": measured.gain_high,
        "brier": calibrated.brier,
        "calibration_error": calibrated.error,
        "confidence": calibrated.confidence,
    }


def _of_share(name: str, share: Share | None) -> dict[str, float | int | None]:
    if share is None:
        return {name: None}
    return {
        name: share.value,
        f"{name}_low": share.low,
        f"{name}_high": share.high,
        f"{name}_trials": share.trials,
    }
