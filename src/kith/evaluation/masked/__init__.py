"""What masks cost: photos, their masked copies painted in memory, and how both are recognised."""

from kith.evaluation.masked.kinds import kinds_of
from kith.evaluation.masked.records import Kind
from kith.evaluation.masked.results import MaskedEvaluated, MaskedResult
from kith.evaluation.masked.run import evaluate_masked
from kith.evaluation.masked.scoring import Comparison, WholeFace

__all__ = [
    "Comparison",
    "Kind",
    "MaskedEvaluated",
    "MaskedResult",
    "WholeFace",
    "evaluate_masked",
    "kinds_of",
]
