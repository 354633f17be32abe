"""How much data a rate needs before it may be spoken of.

Rule of 3: after n independent trials without an error the rate may still be 3/n (95 %), so that
no rate below 3/n can be claimed. Rule of 30: with fewer than 30 errors a rate may be off by more
than 30 % (90 %). ISO/IEC 19795-1; Doddington et al., Speech Communication 31 (2000).
"""

from __future__ import annotations

from kith.errors import OptionError
from kith.evaluation.records import Interval, Rate

RULE_OF_3 = 3
RULE_OF_30 = 30


def least_trials(rate: float) -> int:
    """Return how many trials are the fewest that can support a rate (rule of 3).

    Raises:
        OptionError: the rate is not above 0 and at most 1: 0 cannot be supported at all.
    """
    if not 0.0 < rate <= 1.0:
        raise OptionError(f"a rate to be measured lies above 0 and at most at 1, not at {rate}")
    above, below = float(rate).as_integer_ratio()  # of 1e-320, 3 / rate would be infinite
    trials = -(-RULE_OF_3 * below // above)
    # 0.3 is a little less than 0.3 in floating point, but 3 / 10 is, too: the share decides, as
    # for `allowed`.
    return trials - 1 if trials > 1 and RULE_OF_3 / (trials - 1) <= rate else trials


def supports(trials: int, rate: float) -> bool:
    """Return whether so many trials can support a rate (rule of 3)."""
    return trials >= least_trials(rate)


def unsupported(trials: int, short: int | None = None, of: str = "pairs") -> Rate:
    """Return the rate that no number is given for.

    Args:
        trials: it would have been measured on.
        short: how many there are of what is too few; None: the trials themselves.
        of: what those are, in words.
    """
    few = trials if short is None else short
    return Rate(value=None, trials=trials, unsupported=f"not supported by {few:,} {of}")


def rate_of(
    errors: int, trials: int, interval: Interval | None = None, *, rough: bool = False
) -> Rate:
    """Return a measured rate; rough with fewer than 30 errors.

    Args:
        errors: how many of the trials went wrong.
        trials: at least 1.
        interval: where the true rate lies.
        rough: it is in any case.
    """
    return Rate(
        value=errors / trials,
        trials=trials,
        interval=interval,
        rough=rough or errors < RULE_OF_30,
    )
