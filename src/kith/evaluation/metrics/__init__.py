"""How often a system is right, from the similarities it gave: exact, in plain numpy."""

from kith.evaluation.metrics.curves import (
    Det,
    Roc,
    area_under_roc,
    det_curve,
    equal_error_rate,
    roc_curve,
)
from kith.evaluation.metrics.folds import FoldAccuracy, fold_accuracy
from kith.evaluation.metrics.openset import (
    cmc,
    detection_and_identification_rate,
    fnir,
    fpir,
    threshold_at_fpir,
)
from kith.evaluation.metrics.points import (
    Summary,
    area,
    at_rates,
    at_threshold,
    band,
    equal_error,
    summary,
)
from kith.evaluation.metrics.probes import (
    Probes,
    identification_at_rates,
    identification_at_threshold,
)
from kith.evaluation.metrics.rates import (
    false_match_rate,
    false_non_match_rate,
    tar_at_far,
    threshold_at_fmr,
)
from kith.evaluation.metrics.support import least_trials, rate_of, unsupported

__all__ = [
    "Det",
    "FoldAccuracy",
    "Probes",
    "Roc",
    "Summary",
    "area",
    "area_under_roc",
    "at_rates",
    "at_threshold",
    "band",
    "cmc",
    "det_curve",
    "detection_and_identification_rate",
    "equal_error",
    "equal_error_rate",
    "false_match_rate",
    "false_non_match_rate",
    "fnir",
    "fold_accuracy",
    "fpir",
    "identification_at_rates",
    "identification_at_threshold",
    "least_trials",
    "rate_of",
    "roc_curve",
    "summary",
    "tar_at_far",
    "threshold_at_fmr",
    "threshold_at_fpir",
    "unsupported",
]
