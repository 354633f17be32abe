"""Numbers as people read them."""

from __future__ import annotations

import math
from pathlib import PurePath
from typing import TYPE_CHECKING

from kith.errors import printable

if TYPE_CHECKING:
    from kith.evaluation.records import Interval, Rate

_THIN = "\u202f"
_NAME = 60
_LINE = 300


def percent(value: float, digits: int = 2) -> str:
    """Return a share with so many digits that count, but never less than whole per cent: 0.50 %."""
    return _number(value, digits) + _THIN + "%"


def accuracy(value: float) -> str:
    """Return a share as the field writes accuracies: 99.63 %."""
    return f"{100 * value:.2f}{_THIN}%"


def asked(rate: float | None) -> str:
    """Return a rate as somebody asked for it: no digit too many."""
    if rate is None:
        return "–"
    return f"{100 * rate:.10f}".rstrip("0").rstrip(".") + _THIN + "%"


def one_in(rate: float | None) -> str:
    """Return 1 in 1,000 for a rate that is one, else nothing."""
    if rate is None or not 0 < rate < 1 or abs(1 / rate - round(1 / rate)) > 1e-6 / rate:
        return ""
    return f"1 in {round(1 / rate):,}"


def interval(ends: Interval | None, digits: int = 2) -> str:
    """Return an interval of shares: 0.2–1.1 %; nothing for none."""
    if ends is None or not (math.isfinite(ends.low) and math.isfinite(ends.high)):
        return ""
    return f"{_number(ends.low, digits)}–{_number(ends.high, digits)}{_THIN}%"


def rate(one: Rate) -> str:
    """Return a rate, or why there is none."""
    if one.value is None:
        return one.unsupported or f"not supported by {one.trials:,} pairs"
    return percent(one.value)


def bounds(one: Rate) -> str:
    """Return where the true rate lies, as far as that is known: 0.2–1.1 %."""
    return "" if one.value is None else interval(one.interval)


def sure(one: Rate) -> str:
    """Return how sure a rate is: 95 %: 0.2–1.1 %, rough."""
    if one.value is None:
        return ""
    ends = bounds(one)
    parts = [f"95{_THIN}%: {ends}" if ends else "", "rough" if one.rough else ""]
    return ", ".join(part for part in parts if part)


def with_bounds(one: Rate) -> str:
    """Return a rate with how sure it is, for sentences."""
    known = sure(one)
    return f"{rate(one)} ({known})" if known else rate(one)


def errors(one: Rate) -> str:
    """Return how many of how many trials a rate is: 3 of 600."""
    if one.value is None:
        return ""
    return f"{round(one.value * one.trials):,} of {one.trials:,}"


def score(value: float | None) -> str:
    """Return a similarity or threshold."""
    return "–" if value is None or not math.isfinite(value) else f"{value:.3f}".replace("-", "−")


def margin(value: float) -> str:
    """Return how far a similarity is from the threshold: +0.120."""
    return f"{value:+.3f}".replace("-", "−") if math.isfinite(value) else ""


def count(number: int, what: str) -> str:
    """Return a number with its word: 1 photo, 2 photos."""
    plural = {"person": "people"}.get(what, f"{what}s")
    return f"{number:,} {what if number == 1 else plural}"


def person(name: str) -> str:
    """Return a name of bounded length and without control characters."""
    return printable(name.replace("_", " "), _NAME)


def photo(path: str) -> str:
    """Return what tells a photo from others: its file name, with its folder's where that helps."""
    *_, folder, name = ("", *PurePath(path).parts)
    alone = not folder or name.startswith(folder)
    return printable(name if alone else f"{folder}/{name}", _NAME)


def line(text: str) -> str:
    """Return a text of bounded length and without control characters."""
    return printable(text, _LINE)


def joined(parts: list[str]) -> str:
    """Return a list in words: a, b and c."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def _number(value: float, digits: int) -> str:
    share = 100 * value
    if share <= 0 or not math.isfinite(share):
        return "0" if share <= 0 else "–"
    if share > 99:  # what is missing to the whole counts
        return f"{share:.{digits}f}".removesuffix("." + "0" * digits)
    rounded = float(f"{share:.{digits - 1}e}")  # 0.09996 has become 0.10 before it is written
    return f"{rounded:.{max(0, digits - 1 - math.floor(math.log10(rounded)))}f}"
