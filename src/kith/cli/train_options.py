"""Options that ``kith train triplet`` and ``kith train margin`` share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kith.cli import options
from kith.cli.evaluate_options import split

Root = Annotated[
    Path,
    typer.Argument(
        metavar="ROOT", parser=options.folder, help="A folder with a folder for each person."
    ),
]
Out = Annotated[str, typer.Option("--out", metavar="ID", help="What your model shall be called.")]
Backbone = Annotated[
    str,
    typer.Option(
        "--backbone",
        metavar="ID",
        help="Begin at random (mobilefacenet, nn4.small2, resnet18, …), or from a model that has "
        "learned (sface, openface, your own, …).",
    ),
]
Margin = Annotated[
    float | None,
    typer.Option(
        "--margin",
        metavar="NUMBER",
        help="How much nearer one's own person has to be. Default: triplet 0.2 (squared "
        "distance), arcface 0.5 (radians), cosface 0.35 (cosine).",
    ),
]
Scale = Annotated[
    float, typer.Option("--scale", metavar="NUMBER", help="How sharp the margin loss is.")
]
Epochs = Annotated[
    int | None,
    typer.Option(
        "--epochs", metavar="N", help="Passes at most. Default: 30 from random, 10 from a model."
    ),
]
People = Annotated[
    int | None,
    typer.Option(
        "--people",
        metavar="P",
        help="People in a batch. Default: 16, or all if there are fewer.",
    ),
]
Photos = Annotated[int, typer.Option("--photos", metavar="K", help="Photos of each of them.")]
Rate = Annotated[
    float | None,
    typer.Option(
        "--rate",
        metavar="NUMBER",
        help="Highest learning rate. Default: 1e-3 from random, 5e-5 from a model (sgd: 0.1, 5e-3)",
    ),
]
Optimizer = Annotated[str, typer.Option("--optimizer", metavar="NAME", help="adamw, adam or sgd.")]
WeightDecay = Annotated[
    float,
    typer.Option("--weight-decay", metavar="NUMBER", help="How fast unused numbers go to zero."),
]
Warmup = Annotated[
    float,
    typer.Option("--warmup", metavar="SHARE", help="Of all steps in which the rate still rises."),
]
Freeze = Annotated[
    float,
    typer.Option(
        "--freeze",
        metavar="SHARE",
        help="Of the layers, from the photo's side, that stay as they are.",
    ),
]
Norms = Annotated[
    bool | None,
    typer.Option(
        "--norms/--no-norms",
        help="Batch normalisations learn from the batches. Default: from random only.",
    ),
]
Augmentations = Annotated[
    list[str] | None,
    typer.Option(
        "--augment",
        metavar="NAME",
        callback=split,
        help="Changes that make few photos go further: flip, crop, colour, jpeg, blur, masks, or "
        "none; several, or NAME,NAME. Default: all but masks.",
    ),
]
HeldOut = Annotated[
    str,
    typer.Option(
        "--held-out",
        metavar="SHARE|DIR",
        callback=options.filled,
        help="Share of the people who are only measured on, or another folder of people to judge "
        "the result on.",
    ),
]
Patience = Annotated[
    int | None,
    typer.Option(
        "--patience",
        metavar="N",
        help="Epochs without a gain after which it ends. Default: 5 from a model; half of all from "
        "random, where it often gets worse before it gets better.",
    ),
]
Precision = Annotated[
    str,
    typer.Option(
        "--precision", metavar="NAME", help="While learning: float32, bfloat16, float16 (GPU)."
    ),
]
LearnOn = Annotated[str, typer.Option("--device", metavar="NAME", help="cpu or cuda.")]
Seed = Annotated[int, typer.Option("--seed", metavar="N", help="Of every draw.")]
Work = Annotated[
    Path | None,
    typer.Option(
        "--work",
        metavar="DIR",
        parser=options.folder,
        help="For checkpoints, curves and the report. Default: training/ID in kith's folder.",
    ),
]
Restart = Annotated[
    bool,
    typer.Option("--restart", help="Begin anew where an interrupted run would be gone on with."),
]
Replace = Annotated[
    bool, typer.Option("--replace", help="Take the place of a model of yours with this id.")
]
KeepCrops = Annotated[
    bool,
    typer.Option("--keep-crops", help="Leave the cut-out faces in the folder, for another run."),
]
TensorBoard = Annotated[
    bool, typer.Option("--tensorboard", help="Write events for TensorBoard, too.")
]
