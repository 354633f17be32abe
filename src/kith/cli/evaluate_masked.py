"""``kith evaluate masked``: what masks cost, on photos of known people."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kith.cli import options
from kith.cli.evaluate_options import (
    Calibrated,
    Detectors,
    Embedders,
    Report,
    Rounds,
    Seed,
    distances,
    rates,
    split,
)
from kith.cli.options import Device, Json, NoCache, Quiet


def masked(
    root: Annotated[
        Path | None,
        typer.Option(
            "--root",
            metavar="ROOT",
            parser=options.folder,
            help="A folder with a folder for each person; with --pairs, where its photos lie.",
        ),
    ] = None,
    pairs: Annotated[
        Path | None,
        typer.Option(
            "--pairs",
            metavar="FILE",
            parser=options.folder,
            help="Compare these pairs: LFW's pairs.txt, or a CSV of photo, photo, same. "
            "Default: every photo of ROOT with every other.",
        ),
    ] = None,
    styles: Annotated[
        list[str] | None,
        typer.Option(
            "--styles",
            "--style",
            metavar="STYLE",
            callback=split,
            help="Masks to paint; several, or STYLE,STYLE; random: as varied as on a street. "
            "Default: surgical,cloth,kn95.",
        ),
    ] = None,
    coverages: Annotated[
        list[str] | None,
        typer.Option(
            "--coverages",
            "--coverage",
            metavar="WHERE",
            callback=split,
            help="How they are worn: over the nose, over the mouth alone, under the chin: nose, "
            "mouth, chin; several. Default: nose.",
        ),
    ] = None,
    detector: Detectors = None,
    embedder: Embedders = None,
    device: Device = "cpu",
    thresholds: Annotated[
        list[str] | None,
        typer.Option(
            "--thresholds",
            metavar="DISTANCE",
            callback=distances,
            help="Cosine distances (1 − similarity) to decide at; several. Default: 0.4,0.5,0.6.",
        ),
    ] = None,
    far: Annotated[
        list[str] | None,
        typer.Option(
            "--far",
            metavar="RATE",
            callback=rates,
            help="False match rate of pairs without masks to fix a threshold at; several, or "
            "RATE,RATE. Default: 1e-3,1e-5.",
        ),
    ] = None,
    impostors: Annotated[
        int,
        typer.Option(
            "--impostors",
            metavar="N",
            min=1,
            help="Without --pairs: pairs of two people at most; of more, a sample is drawn.",
        ),
    ] = 1_000_000,
    skip_missing: Annotated[
        bool,
        typer.Option("--skip-missing", help="Leave out listed pairs whose photos are not there."),
    ] = False,
    rounds: Rounds = 1000,
    seed: Seed = 0,
    report: Report = None,
    gallery: Calibrated = None,
    photos: Annotated[
        bool,
        typer.Option("--photos", help="Also say of every photo what became of it."),
    ] = False,
    no_cache: NoCache = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Measure what masks cost.

    Masks are painted on each photo in memory, and it is compared and searched with and without.
    """
    from kith.cli.evaluating_masked import MaskedRun, Study
    from kith.evaluation.protocols import read_masked

    study = Study.of(styles, coverages, thresholds, far)
    run = MaskedRun(
        detector, embedder, device, rounds, seed, cached=not no_cache, as_json=as_json, quiet=quiet
    )
    protocol = read_masked(root, pairs, impostors=impostors, skip_missing=skip_missing, seed=seed)
    run.study(protocol, study, report, gallery, photos=photos)
