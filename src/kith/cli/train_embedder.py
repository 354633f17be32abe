"""``kith train triplet`` and ``kith train margin``: an embedder that learns your people."""

from __future__ import annotations

from typing import Annotated

import typer

from kith.cli import train_options as given
from kith.cli.options import DetectorId, Json, Quiet

LOSSES = ("arcface", "cosface")


def triplet(
    root: given.Root,
    out: given.Out,
    backbone: given.Backbone = "sface",
    margin: given.Margin = None,
    mining: Annotated[
        str,
        typer.Option(
            "--mining", metavar="NAME", help="Triplets that count: semihard, batch-hard, all."
        ),
    ] = "semihard",
    epochs: given.Epochs = None,
    people: given.People = None,
    photos: given.Photos = 4,
    rate: given.Rate = None,
    optimizer: given.Optimizer = "adamw",
    weight_decay: given.WeightDecay = 1e-4,
    warmup: given.Warmup = 0.1,
    freeze: given.Freeze = 0.0,
    norms: given.Norms = None,
    augment: given.Augmentations = None,
    held_out: given.HeldOut = "0.3",
    patience: given.Patience = None,
    precision: given.Precision = "float32",
    device: given.LearnOn = "cpu",
    seed: given.Seed = 0,
    detector: DetectorId = "yunet",
    work: given.Work = None,
    restart: given.Restart = False,
    replace: given.Replace = False,
    keep_crops: given.KeepCrops = False,
    tensorboard: given.TensorBoard = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Train an embedder by triplets.

    Two photos of one person shall lie nearer to each other than to anybody else, by a margin.
    """
    asked = locals()
    from kith.cli.training import Asked, run

    run(Asked(**asked, loss="triplet"))


def margin(
    root: given.Root,
    out: given.Out,
    loss: Annotated[
        str, typer.Option("--loss", metavar="NAME", help="arcface or cosface.")
    ] = "arcface",
    backbone: given.Backbone = "sface",
    margin: given.Margin = None,
    scale: given.Scale = 32.0,
    epochs: given.Epochs = None,
    people: given.People = None,
    photos: given.Photos = 4,
    rate: given.Rate = None,
    optimizer: given.Optimizer = "adamw",
    weight_decay: given.WeightDecay = 1e-4,
    warmup: given.Warmup = 0.1,
    freeze: given.Freeze = 0.0,
    norms: given.Norms = None,
    augment: given.Augmentations = None,
    held_out: given.HeldOut = "0.3",
    patience: given.Patience = None,
    precision: given.Precision = "float32",
    device: given.LearnOn = "cpu",
    seed: given.Seed = 0,
    detector: DetectorId = "yunet",
    work: given.Work = None,
    restart: given.Restart = False,
    replace: given.Replace = False,
    keep_crops: given.KeepCrops = False,
    tensorboard: given.TensorBoard = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Train an embedder by an angular margin.

    Each person gets a direction, and their photos shall lie nearer to it than to any other's.
    """
    asked = locals()
    from kith.cli.training import Asked, run
    from kith.errors import OptionError

    if loss not in LOSSES:
        raise OptionError(f"loss is one of {', '.join(LOSSES)}, not {loss!r}")
    run(Asked(**asked))
