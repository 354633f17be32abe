"""Is a network better for what it learned? After against before, on people held out."""

from kith.training.verdict.judge import judge
from kith.training.verdict.records import Compared, Failed, HeldPhotos, Judged, Side, Verdict
from kith.training.verdict.report import write_verdict_report
from kith.training.verdict.shape import verdict_shape
from kith.training.verdict.words import headline, verdict_lines

__all__ = [
    "Compared",
    "Failed",
    "HeldPhotos",
    "Judged",
    "Side",
    "Verdict",
    "headline",
    "judge",
    "verdict_lines",
    "verdict_shape",
    "write_verdict_report",
]
