"""How a network is to be trained: every choice in one place, checked before anything runs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from kith.errors import OptionError

Loss: TypeAlias = Literal["triplet", "arcface", "cosface"]
Mining: TypeAlias = Literal["semihard", "batch-hard", "all"]
Optimizer: TypeAlias = Literal["adam", "adamw", "sgd"]
Precision: TypeAlias = Literal["float32", "bfloat16", "float16"]

AUGMENTATIONS = ("flip", "crop", "colour", "jpeg", "blur", "masks")
"""Changes to the photos that make few of them go further; ``masks`` paints masks on some."""

MOST = 2048
"""Photos of a batch."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Choices of one training.

    Attributes:
        out: id of the model that comes out.
        backbone: a network to begin at random, or a model to begin from.
        loss: what is made small.
        margin: α of the triplet loss, in squared distance (Schroff et al., FaceNet, CVPR 2015,
            section 3.1); of ArcFace an angle in radians, of CosFace a cosine.
        scale: s, of the margin losses.
        mining: which triplets of a batch count.
        epochs: passes over the people at most.
        people, photos: of each batch: P people with K photos of each; people 0: 16, or all
            where there are fewer.
        rate: the highest learning rate.
        optimizer: which.
        weight_decay: how fast numbers that nothing holds go to zero.
        warmup: share of all steps in which the rate rises from 0; then it falls as a cosine.
        freeze: share of the layers, from the photo's side, that stay as they are; 0–1.
        norms: batch normalisations learn from the batch; else they stay as they are.
        augment: some of `AUGMENTATIONS`.
        held_out: share of the people who are only measured on.
        patience: epochs without a gain on them after which it ends.
        precision: of the layers while learning; what comes out is float32.
        device: ``cpu`` or ``cuda``.
        seed: of every draw.
        detector: id of the network that finds the faces.
    """

    out: str
    backbone: str
    loss: Loss = "triplet"
    margin: float = 0.2
    scale: float = 32.0
    mining: Mining = "semihard"
    epochs: int = 10
    people: int = 0
    photos: int = 4
    rate: float = 1e-3
    optimizer: Optimizer = "adamw"
    weight_decay: float = 1e-4
    warmup: float = 0.1
    freeze: float = 0.0
    norms: bool = True
    augment: tuple[str, ...] = ("flip", "crop", "colour", "jpeg", "blur")
    held_out: float = 0.3
    patience: int = 5
    precision: Precision = "float32"
    device: str = "cpu"
    seed: int = 0
    detector: str = "yunet"

    def __post_init__(self) -> None:
        _one_of("loss", self.loss, get_args(Loss))
        _one_of("mining", self.mining, get_args(Mining))
        _one_of("optimizer", self.optimizer, get_args(Optimizer))
        _one_of("precision", self.precision, get_args(Precision))
        _one_of("device", self.device, ("cpu", "cuda"))
        for name in self.augment:
            _one_of("augment", name, AUGMENTATIONS)
        _within("margin", self.margin, 0.0, math.pi)
        _within("scale", self.scale, 1.0, 1000.0)
        _within("rate", self.rate, 0.0, 100.0)
        _within("weight decay", self.weight_decay, 0.0, 10.0, zero=True)
        _within("warmup", self.warmup, 0.0, 1.0, zero=True)
        _within("freeze", self.freeze, 0.0, 1.0, zero=True)
        _within("held out", self.held_out, 0.0, 0.9, zero=True)
        for what, number, least in (
            ("epochs", self.epochs, 1),
            ("photos", self.photos, 2),
            ("patience", self.patience, 1),
            ("seed", self.seed, 0),
        ):
            if number < least:
                raise OptionError(f"{what} must be {least} or more, not {number}")
        if self.people < 0 or self.people == 1:
            raise OptionError(f"people must be 2 or more, not {self.people}")
        check_batch(max(self.people, 2), self.photos)


def check_batch(people: int, photos: int) -> None:
    """Raise where a batch would hold more photos than fit and can be compared with each other.

    Raises:
        OptionError: it would.
    """
    if people * photos > MOST:
        raise OptionError(
            f"a batch of {people:,} people with {photos:,} photos of each is too large: {MOST:,} "
            "photos at most; lower --people or --photos"
        )


def _one_of(what: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise OptionError(f"{what} is one of {', '.join(known)}, not {value!r}")


def _within(what: str, value: float, least: float, most: float, *, zero: bool = False) -> None:
    """Refuse a number outside its range; the least one is inside where it may be 0."""
    if not least <= value <= most or (value == least and not zero):
        span = f"{least:g} to {most:g}" if zero else f"above {least:g}, {most:g} at most"
        raise OptionError(f"{what} must be {span}, not {value:g}")
