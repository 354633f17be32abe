"""Running an evaluation: one system after the other over the same photos."""

from __future__ import annotations

import shlex
import sys
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from kith.cli import options
from kith.cli.output import emit, say, spinner
from kith.cli.progress import photo_progress, pull_with_progress
from kith.errors import GalleryError, OptionError, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from kith.decision.calibration import Calibration
    from kith.evaluation.masked import MaskedEvaluated
    from kith.evaluation.openset import OpenSetResult
    from kith.evaluation.protocols import OpenSetProtocol
    from kith.evaluation.records import Evaluated, PairProtocol
    from kith.recognizer import Recognizer

    _Bar: TypeAlias = AbstractContextManager[Callable[[], None]]


class Run:
    """The systems of one command, each combination of a detector and an embedder.

    Args:
        detectors, embedders: ids; none: the default one.
        device: that they run on.
        rounds, seed: of the bootstrap.
        cached: use and keep what is found on the photos.
        as_json, quiet: the options of that name.
    """

    def __init__(
        self,
        detectors: list[str] | None,
        embedders: list[str] | None,
        device: str,
        rounds: int,
        seed: int,
        *,
        cached: bool,
        as_json: bool,
        quiet: bool,
    ) -> None:
        self._systems = list(product(detectors or ["yunet"], embedders or ["sface"]))
        self._device = device
        self._rounds = rounds
        self._seed = seed
        self._cached = cached
        self._json = as_json
        self._shown = not (as_json or quiet)

    def compare(
        self,
        protocol: PairProtocol,
        far: list[str] | None,
        report: Path | None,
        gallery: Path | None,
    ) -> None:
        """Measure every system on pairs, and say what came out.

        Args:
            protocol: the pairs.
            far: rates to say the true match rate at.
            report: folder to write one to.
            gallery: whose calibration to measure at too.
        """
        from kith.cli.evaluated import print_pairs
        from kith.evaluation.describe import describe
        from kith.evaluation.pairs import RATES, measure
        from kith.evaluation.shapes import pairs_shape

        if report is not None:
            self._check_report(report, protocol.photos, walked=protocol.exhaustive)
        calibration = calibration_of(gallery)
        if calibration is not None:
            self._check_calibration(calibration)
        rates = _numbers(far) or RATES
        evaluated = []
        with options.face_cache(used=self._cached) as cache:
            for recognizer, bar in self._each(len(protocol.photos)):
                with bar as on_photo:
                    seen = describe(recognizer, protocol.photos, cache=cache, on_photo=on_photo)
                with spinner("measuring", shown=self._shown):
                    found = measure(
                        protocol,
                        seen,
                        rates=rates,
                        rounds=self._rounds,
                        seed=self._seed,
                        calibration=calibration,
                    )
                evaluated.append(found)
                if self._json:
                    emit(pairs_shape(found.result, seen.cached))
        if self._shown:
            print_pairs(evaluated)
        self._write_report(evaluated, report, calibration)

    def search(
        self, protocol: OpenSetProtocol, fpir: list[str] | None, report: Path | None
    ) -> None:
        """Measure every system on an open set, and say what came out.

        Args:
            protocol: the photos.
            fpir: rates to say the share of missed people at.
            report: folder to write one to.
        """
        from kith.cli.evaluated import print_open_set
        from kith.evaluation.openset import RATES, evaluate_open_set
        from kith.evaluation.shapes import open_set_shape

        parts = (protocol.gallery, protocol.probes, protocol.unknown)
        if report is not None:
            for part in parts:
                self._check_report(report, part.paths, walked=True)
        total = sum(len(part.paths) for part in parts)
        results = []
        with options.face_cache(used=self._cached) as cache:
            for recognizer, bar in self._each(total):
                with bar as on_photo:
                    found = evaluate_open_set(
                        protocol,
                        recognizer,
                        rates=_numbers(fpir) or RATES,
                        rounds=self._rounds,
                        seed=self._seed,
                        cache=cache,
                        on_photo=on_photo,
                    )
                results.append(found)
                if self._json:
                    emit(open_set_shape(found))
        if self._shown:
            print_open_set(results)
        self._write_report(results, report)

    def _write_report(
        self,
        results: Sequence[Evaluated] | Sequence[OpenSetResult] | Sequence[MaskedEvaluated],
        folder: Path | None,
        calibration: Calibration | None = None,
    ) -> None:
        if folder is None:
            return
        from kith.evaluation.report import write_report

        with spinner("writing the report", shown=self._shown):
            page = write_report(results, folder, command=_command(), calibration=calibration)
        if self._shown:
            say(f"report: {printable(str(page))}")

    def _check_report(
        self, folder: Path, photos: Sequence[str], *, walked: bool, shown: int | None = None
    ) -> None:
        """Raise now what would keep a report from being written after all the work.

        Args:
            folder: of the report.
            photos: that are evaluated.
            walked: they were found by walking a folder.
            shown: how many systems it shows; None: each once.
        """
        from kith.evaluation.report import check_folder, require
        from kith.evaluation.report.palette import LINES

        require()
        shown = len(self._systems) if shown is None else shown
        if shown > len(LINES):
            raise OptionError(f"a report shows at most {len(LINES)} systems, not {shown}")
        check_folder(folder, photos, walked=walked)

    def _check_calibration(self, calibration: Calibration) -> None:
        """Raise now where the calibration is of none of the systems."""
        self._fetch()
        contracts = []
        for detector, embedder in self._systems:
            with options.make_recognizer(detector, embedder, self._device) as recognizer:
                contracts.append(recognizer.contract)
        if calibration.contract not in contracts:
            calibration.require(contracts[0])

    def _each(self, photos: int) -> Iterator[tuple[Recognizer, _Bar]]:
        """Yield each system with a bar for its photos."""
        self._fetch()
        for number, (detector, embedder) in enumerate(self._systems, start=1):
            of = f" ({number} of {len(self._systems)})" if len(self._systems) > 1 else ""
            bar = photo_progress(f"{detector} + {embedder}{of}", photos, shown=self._shown)
            made = options.make_recognizer(detector, embedder, self._device, shown=self._shown)
            with made as recognizer:
                yield recognizer, bar

    def _fetch(self) -> None:
        """Have what all systems need: nothing is to fail after the first was measured."""
        from kith.detection import detector_card
        from kith.embedding import needing, parse
        from kith.models.store import ModelStore

        store = ModelStore()
        for detector, embedder in self._systems:
            cards = [detector_card(detector), *parse(embedder).cards]
            for card in cards:
                store.require_licence(card)
            with needing(embedder):
                pull_with_progress([card.id for card in cards], shown=self._shown)


def calibration_of(gallery: Path | None) -> Calibration | None:
    """Return the calibration of a gallery that was named.

    Raises:
        GalleryError: there is none, or the gallery cannot be read.
    """
    if gallery is None:
        return None
    from kith.gallery.gallery import Gallery

    with Gallery(gallery, read_only=True) as people:
        found = people.calibration
    if found is None:
        shown = printable(str(gallery))
        raise GalleryError(f"{shown} has no calibration: run kith calibrate --gallery {shown}")
    return found


def _command() -> str:
    """Return the command line; nothing where kith runs inside another program."""
    return shlex.join(["kith", *sys.argv[1:]]) if Path(sys.argv[0]).stem == "kith" else ""


def _numbers(rates: list[str] | None) -> list[float]:
    return [float(rate) for rate in rates or []]
