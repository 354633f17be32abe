"""Running a study of masks: one system after the other over the same photos."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Self

from kith.cli import options
from kith.cli.evaluating import Run, calibration_of
from kith.cli.output import emit, spinner
from kith.cli.progress import pull_with_progress

if TYPE_CHECKING:
    from pathlib import Path

    from kith.evaluation.masked import Kind, MaskedEvaluated
    from kith.evaluation.records import PairProtocol


class Study(NamedTuple):
    """What is to be studied.

    Attributes:
        kinds: of masks.
        distances: cosine distances to decide at.
        rates: false match rates to fix thresholds at.
    """

    kinds: tuple[Kind, ...]
    distances: tuple[float, ...]
    rates: tuple[float, ...]

    @classmethod
    def of(
        cls,
        styles: list[str] | None,
        coverages: list[str] | None,
        distances: list[str] | None,
        rates: list[str] | None,
    ) -> Self:
        """Take what the options say, or what is usual.

        Raises:
            OptionError: there is no such style or coverage.
        """
        from kith.evaluation.masked import kinds_of
        from kith.evaluation.masked.kinds import COVERAGES, DISTANCES, STYLES
        from kith.evaluation.masked.run import RATES

        return cls(
            kinds_of(styles or STYLES, coverages or COVERAGES),
            tuple(map(float, distances or DISTANCES)),
            tuple(map(float, rates or RATES)),
        )


class MaskedRun(Run):
    """The systems of a study; see `Run`."""

    def study(
        self,
        protocol: PairProtocol,
        study: Study,
        report: Path | None,
        gallery: Path | None,
        *,
        photos: bool,
    ) -> None:
        """Measure what masks cost every system, and say what came out.

        Args:
            protocol: the photos and their pairs.
            study: what is to be studied.
            report: folder to write one to.
            gallery: whose calibration to decide at too.
            photos: also say what became of every photo.
        """
        from kith.cli.evaluated_masked import print_masked
        from kith.evaluation.masked.copies import portray
        from kith.evaluation.masked.run import measure
        from kith.evaluation.masked.scoring import usual
        from kith.evaluation.masked.shapes import masked_shape
        from kith.landmarks import DEFAULT
        from kith.masks import Painter

        if report is not None:
            studies = sum(len(usual(embedder)) for _, embedder in self._systems)
            self._check_report(report, protocol.photos, walked=protocol.exhaustive, shown=studies)
        calibration = calibration_of(gallery)
        if calibration is not None:
            self._check_calibration(calibration)
        pull_with_progress([DEFAULT], shown=self._shown)
        painter = Painter()  # on the CPU: the same masks whatever the systems run on
        evaluated: list[MaskedEvaluated] = []
        with options.face_cache(used=self._cached) as cache:
            for recognizer, bar in self._each(len(protocol.photos)):
                with bar as on_photo:
                    portrayed = portray(
                        recognizer,
                        painter,
                        protocol.photos,
                        study.kinds,
                        seed=self._seed,
                        cache=cache,
                        on_photo=on_photo,
                    )
                for comparison in usual(recognizer.embedder):
                    with spinner("measuring", shown=self._shown):
                        found = measure(
                            protocol,
                            portrayed,
                            painter,
                            comparison,
                            distances=study.distances,
                            rates=study.rates,
                            rounds=self._rounds,
                            seed=self._seed,
                            calibration=calibration,
                        )
                    evaluated.append(found)
                    if self._json:
                        emit(masked_shape(found, photos=photos))
        if self._shown:
            print_masked(evaluated, photos=photos)
        self._write_report(evaluated, report)
