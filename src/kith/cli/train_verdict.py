"""What is said of a network that has learned: the sides in a table, and the verdict below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kith.cli.evaluated import percent
from kith.cli.figures import print_rows
from kith.cli.output import count, say
from kith.errors import printable
from kith.evaluation.shapes import rate_key

if TYPE_CHECKING:
    from kith.evaluation.records import Interval
    from kith.training.verdict import Judged, Verdict


def print_verdict(verdict: Verdict) -> None:
    """Print a row for each side, and the verdict in sentences."""
    from kith.training.verdict import verdict_lines

    say(
        f"judged on {count(verdict.people, 'person')} held out: "
        f"{count(verdict.photos, 'photo')}, {count(verdict.pairs, 'pair')}"
    )
    print_rows([(printable(one.name, 40), _row(one, verdict.fmr)) for one in verdict.sides])
    say("below each figure its 95 % interval, by bootstrap over people; ~ rough")
    for line in verdict_lines(verdict):
        say(f"{line}.")


def _row(one: Judged, fmr: float | None) -> dict[str, str]:
    row = {"accuracy": f"{100 * one.accuracy:.2f} %{_ends(one.interval, 100)}"}
    missed = one.missed(fmr)
    if missed is not None and fmr is not None:
        row[f"TAR at FAR\n{rate_key(fmr)}"] = percent(missed, turned=True)
    area = "" if one.auc.value is None else f"{one.auc.value:.4f}{_ends(one.auc.interval, 1, 3)}"
    return row | {"AUC": area, "EER": percent(one.eer)}


def _ends(interval: Interval | None, scale: float, decimals: int = 1) -> str:
    if interval is None:
        return ""
    return f"\n{scale * interval.low:.{decimals}f}–{scale * interval.high:.{decimals}f}"
