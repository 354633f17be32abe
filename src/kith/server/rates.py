"""How often a client may ask: a bucket of tokens each, filled at a steady rate."""

from __future__ import annotations

import math
import time
from collections import OrderedDict

CLIENTS = 4096
"""Remembered; the one that asked longest ago is forgotten first."""


class Rate:
    """Tokens a second for each client, and how many it may save up.

    Args:
        rate: tokens a second.
        burst: tokens at most.
    """

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = burst
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, client: str, tokens: float = 1) -> int:
        """Take tokens of a client's.

        More than a client may ever save up can be taken when it has as many as it can have, and
        is owed then.

        Returns:
            0, or where there are too few the seconds until there are enough.
        """
        now = time.monotonic()
        left, since = self._left.pop(client, (self._burst, now))
        left = min(self._burst, left + self._rate * (now - since))
        missing = min(tokens, self._burst) - left
        if missing <= 0:
            left -= tokens
        self._left[client] = left, now
        if len(self._left) > CLIENTS:
            self._left.popitem(last=False)
        return 0 if missing <= 0 else max(1, math.ceil(missing / self._rate))
