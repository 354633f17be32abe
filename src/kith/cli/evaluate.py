"""``kith evaluate``: how often kith is right, measured on photos of known people."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kith.cli import options
from kith.cli.evaluate_masked import masked
from kith.cli.evaluate_options import (
    Calibrated,
    Detectors,
    Embedders,
    Fars,
    Report,
    Rounds,
    Seed,
    rates,
)
from kith.cli.options import Device, Json, NoCache, Quiet

app = typer.Typer(help="How often kith is right, measured on photos of known people.")


@app.command()
def pairs(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="PAIRS",
            parser=options.folder,
            help="LFW's pairs.txt, or a CSV of photo, photo, same.",
        ),
    ],
    root: Annotated[
        Path | None,
        typer.Option(
            "--root",
            metavar="DIR",
            parser=options.folder,
            help="Where its photos lie. Default: beside it.",
        ),
    ] = None,
    skip_missing: Annotated[
        bool, typer.Option("--skip-missing", help="Leave out pairs whose photos are not there.")
    ] = False,
    detector: Detectors = None,
    embedder: Embedders = None,
    device: Device = "cpu",
    far: Fars = None,
    rounds: Rounds = 1000,
    seed: Seed = 0,
    report: Report = None,
    gallery: Calibrated = None,
    no_cache: NoCache = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Measure one to one on a list of pairs.

    Accuracy over folds, area under the ROC curve, error rates at thresholds, with intervals.
    """
    from kith.cli.evaluating import Run
    from kith.evaluation.protocols import read_pairs

    run = Run(
        detector, embedder, device, rounds, seed, cached=not no_cache, as_json=as_json, quiet=quiet
    )
    protocol = read_pairs(file, root, skip_missing=skip_missing, seed=seed)
    run.compare(protocol, far, report, gallery)


@app.command()
def folder(
    root: Annotated[
        Path,
        typer.Argument(
            metavar="ROOT", parser=options.folder, help="A folder with a folder for each person."
        ),
    ],
    impostors: Annotated[
        int,
        typer.Option(
            "--impostors",
            metavar="N",
            min=1,
            help="Pairs of two people at most; of more, a sample is drawn.",
        ),
    ] = 10_000_000,
    detector: Detectors = None,
    embedder: Embedders = None,
    device: Device = "cpu",
    far: Fars = None,
    rounds: Rounds = 1000,
    seed: Seed = 0,
    report: Report = None,
    gallery: Calibrated = None,
    no_cache: NoCache = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Measure one to one on a folder of people.

    Every photo is compared with every other.
    """
    from kith.cli.evaluating import Run
    from kith.evaluation.protocols import folder_pairs

    run = Run(
        detector, embedder, device, rounds, seed, cached=not no_cache, as_json=as_json, quiet=quiet
    )
    run.compare(folder_pairs(root, impostors=impostors, seed=seed), far, report, gallery)


@app.command()
def openset(
    gallery_root: Annotated[
        Path,
        typer.Option(
            "--gallery-root",
            metavar="DIR",
            parser=options.folder,
            help="Photos to enrol: a folder for each person.",
        ),
    ],
    probes: Annotated[
        Path,
        typer.Option(
            "--probes",
            metavar="DIR",
            parser=options.folder,
            help="Other photos of these people: a folder for each, of the same name.",
        ),
    ],
    unknown: Annotated[
        Path,
        typer.Option(
            "--unknown",
            metavar="DIR",
            parser=options.folder,
            help="Photos of people who are not enrolled, or a list of names, one a line.",
        ),
    ],
    root: Annotated[
        Path | None,
        typer.Option(
            "--root",
            metavar="DIR",
            parser=options.folder,
            help="Where the folders of such a list lie. Default: beside it.",
        ),
    ] = None,
    detector: Detectors = None,
    embedder: Embedders = None,
    device: Device = "cpu",
    fpir: Annotated[
        list[str] | None,
        typer.Option(
            "--fpir",
            metavar="RATE",
            callback=rates,
            help="Share of strangers who may be named, to say the share of people missed at; "
            "several, or RATE,RATE. Default: 0.1,0.01,0.003.",
        ),
    ] = None,
    rounds: Rounds = 1000,
    seed: Seed = 0,
    report: Report = None,
    no_cache: NoCache = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Measure one to many, with strangers.

    Who is missed, and who is named that should not be.
    """
    from kith.cli.evaluating import Run
    from kith.evaluation.protocols import read_open_set

    run = Run(
        detector, embedder, device, rounds, seed, cached=not no_cache, as_json=as_json, quiet=quiet
    )
    run.search(read_open_set(gallery_root, probes, unknown, root), fpir, report)


app.command()(masked)
