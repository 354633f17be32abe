"""What ``kith evaluate`` says of the systems it measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kith.cli.figures import print_figures
from kith.cli.output import count, say
from kith.errors import printable
from kith.evaluation.shapes import rate_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kith.evaluation.openset import OpenSetResult
    from kith.evaluation.records import (
        Evaluated,
        Failure,
        OperatingPoint,
        PairsResult,
        Rate,
        System,
    )

_FAILURES_SHOWN = 5


def print_pairs(evaluated: Sequence[Evaluated]) -> None:
    """Print a row for each system, all measured on the same pairs."""
    results = [one.result for one in evaluated]
    first = results[0]
    say(
        f"{printable(first.protocol)}: {first.pairs:,} pairs ({first.genuine:,} of one person, "
        f"{first.impostor:,} of two) of {count(first.photos, 'photo')} of "
        f"{count(first.people, 'person')}" + (f", {first.folds} folds" if first.folds else "")
    )
    rows = {one.system: _pairs_row(one) for one in results}
    print_figures(rows)
    _print_unsupported("FAR", first.points)
    print_figures(
        {one.system: _own_row(one.default, "FMR", "FNMR") for one in results},
        "at its own threshold",
    )
    if any(one.calibrated for one in results):
        print_figures(
            {one.system: _own_row(one.calibrated, "FMR", "FNMR") for one in results},
            "at the gallery's",
        )
    _print_legend(first.auc)
    for one in results:
        print_failures(one.system, one.failures, one.photos, one.failed_pairs)
    _print_notes(results)
    for done in evaluated:
        seconds, photos = done.result.seconds, len(done.described.faces)
        print_time(done.result.system, seconds, photos, done.described.cached)


def print_open_set(results: Sequence[OpenSetResult]) -> None:
    """Print a row for each system, all measured on the same photos."""
    first = results[0]
    say(
        f"{count(first.people, 'person')} in the gallery, {count(first.probes, 'probe')} of "
        f"{first.probe_people:,} of them, {count(first.unknown, 'photo')} of "
        f"{count(first.unknown_people, 'person')} unknown to it"
    )
    print_figures({one.system: _open_set_row(one) for one in results})
    _print_unsupported("FPIR", first.points)
    print_figures(
        {one.system: _own_row(one.default, "FPIR", "FNIR") for one in results},
        "at its own threshold",
    )
    _print_legend(first.rank1)
    for one in results:
        print_failures(one.system, one.failures, one.photos, None)
    _print_notes(results)
    for one in results:
        print_time(one.system, one.seconds, one.photos, one.cached)


def _pairs_row(result: PairsResult) -> dict[str, str]:
    """Return the figures of a system by their headings."""
    row = {}
    if result.accuracy_mean is not None and result.accuracy_std is not None:
        deviation = f"± {100 * result.accuracy_std:.2f}"
        row["accuracy"] = f"{100 * result.accuracy_mean:.2f} %\n{deviation}"
    row |= {"AUC": _fraction(result.auc), "EER": percent(result.eer)}
    row |= {
        f"TAR at FAR\n{rate_key(point.asked or 0)}": percent(point.fnmr, turned=True)
        for point in result.points
        if point.fnmr.value is not None
    }
    return row | {"failed": f"{len(result.failures):,}"}


def _open_set_row(result: OpenSetResult) -> dict[str, str]:
    row = {"found first": percent(result.rank1)}
    row |= {
        f"FNIR at FPIR\n{rate_key(point.asked or 0)}": percent(point.fnmr)
        for point in result.points
        if point.fnmr.value is not None
    }
    failed = {
        "failed": f"{len(result.failures):,}",
        "not\nenrolled": f"{len(result.not_enrolled):,}",
    }
    return row | failed


def _own_row(point: OperatingPoint | None, fmr: str, fnmr: str) -> dict[str, str]:
    """Return what happens at the threshold that a system has of its own."""
    if point is None or point.threshold is None:
        return {"threshold": "none", fmr: "", fnmr: ""}
    shown = f"{point.threshold:.3f}"
    return {"threshold": shown, fmr: percent(point.fmr), fnmr: percent(point.fnmr)}


def _print_unsupported(what: str, points: Iterable[OperatingPoint]) -> None:
    reasons: dict[str, list[str]] = {}
    for point in points:
        if point.fnmr.unsupported is not None:
            reasons.setdefault(point.fnmr.unsupported, []).append(rate_key(point.asked or 0))
    for reason, rates in reasons.items():
        say(f"{what} {', '.join(rates)}: {reason}")


def _print_legend(rate: Rate) -> None:
    interval = "below each figure its 95 % interval, by bootstrap over people\n"
    say(f"{interval if rate.interval else ''}~ rough: fewer than 30 errors stand behind it")


def print_failures(
    system: System, failures: Sequence[Failure], photos: int, pairs: int | None
) -> None:
    """Say which photos failed, and in how many pairs where there are pairs."""
    if not failures:
        return
    where = "" if pairs is None else f", in {count(pairs, 'pair')}, which count as no match"
    say(f"{system.name}: of {count(photos, 'photo')} {len(failures):,} failed{where}")
    for failure in failures[:_FAILURES_SHOWN]:
        say(f"  {printable(failure.source)}: {failure.reason}")
    if len(failures) > _FAILURES_SHOWN:
        say(f"  and {len(failures) - _FAILURES_SHOWN:,} more; --json names all")


def _print_notes(results: Sequence[PairsResult | OpenSetResult]) -> None:
    """Print what was noted once, and whose it is where it is not of every system."""
    notes = dict.fromkeys(note for one in results for note in one.notes)
    for note in notes:
        whose = [one.system.name for one in results if note in one.notes]
        of = f" ({', '.join(whose)})" if len(whose) < len(results) else ""
        say(f"note: {note}{of}")


def print_time(system: System, seconds: float, photos: int, cached: int) -> None:
    """Say how long a system took, and for how many photos it had nothing to do."""
    known = f", {cached:,} of {count(photos, 'photo')} known from an earlier run" if cached else ""
    say(f"{system.name}: {seconds:.1f} s{known}")


def _fraction(rate: Rate) -> str:
    """Return an area with its interval below."""
    value = "" if rate.value is None else f"{'~' if rate.rough else ''}{rate.value:.4f}"
    ends = rate.interval
    return value + (f"\n{ends.low:.3f}–{ends.high:.3f}" if ends else "")


def percent(rate: Rate, *, turned: bool = False) -> str:
    """Return a rate with its interval below; turned: what is left to 1."""
    if rate.value is None:
        return rate.unsupported or ""
    value, ends = rate.value, rate.interval
    low, high = (ends.low, ends.high) if ends else (value, value)
    if turned:
        value, low, high = 1 - value, 1 - high, 1 - low
    shown = f"{'~' if rate.rough else ''}{digits(value, 2)} %"
    return shown + (f"\n{digits(low, 1)}–{digits(high, 1)}" if ends else "")


def digits(share: float, decimals: int) -> str:
    """Return a share in percent: so many decimals, or two digits where those would be zeros."""
    percent = 100 * share
    if percent >= 100:
        return "100"
    few = 0 < percent < 10 ** (1 - decimals)
    return f"{percent:.2g}" if few else f"{percent:.{decimals}f}"
