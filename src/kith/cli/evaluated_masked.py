"""What ``kith evaluate masked`` says of the systems it measured."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from kith.cli.evaluated import percent, print_failures, print_time
from kith.cli.evaluated_photos import print_people, print_photos
from kith.cli.figures import print_rows
from kith.cli.output import count, say
from kith.errors import printable
from kith.evaluation.shapes import rate_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kith.evaluation.masked import MaskedEvaluated, MaskedResult
    from kith.evaluation.masked.records import Measured, Named
    from kith.evaluation.masked.results import KindResult, Told
    from kith.evaluation.records import Failure, OperatingPoint

BARE = "no mask"
_REASONS = 3


def print_masked(evaluated: Sequence[MaskedEvaluated], *, photos: bool) -> None:
    """Print tables for each system and way to compare.

    Args:
        evaluated: all on the same photos.
        photos: also say what became of every person and photo.
    """
    first = evaluated[0].result
    bare = first.bare
    say(
        f"{printable(first.protocol)}: {bare.pairs:,} pairs ({bare.genuine:,} of one person, "
        f"{bare.impostor:,} of two) of {count(first.photos, 'photo')} of "
        f"{count(first.people, 'person')}, masked in {count(len(first.kinds), 'way')}"
    )
    last = {one.result.system: one for one in evaluated}  # as kith compares, where that differs
    for one in evaluated:
        _print(one, photos=photos and one is last[one.result.system])
    _print_legend(first)
    for note in dict.fromkeys(note for one in evaluated for note in one.result.notes):
        say(f"note: {note}")
    for system, result in {one.result.system: one.result for one in evaluated}.items():
        print_failures(system, result.failures, result.photos, result.bare.failed)
        print_time(system, result.seconds, result.photos, result.cached)


def _print(one: MaskedEvaluated, *, photos: bool) -> None:
    result = one.result
    say(f"\n{result.system.name}, {result.comparison}{_at(result)}")
    print_rows(_costs(result), "what masks cost", most=8)
    _print_missing(result)
    _print_pairs(result)
    print_rows(_decisions(result), "accuracy at", most=8)
    if photos:
        print_people(result)
        print_photos(one)


def _at(result: MaskedResult) -> str:
    use = result.threshold
    if use is None:
        return "; no threshold, so no names"
    return f"; names from {use.search:.3f}, the threshold {use.origin}"


def _costs(result: MaskedResult) -> list[tuple[str, dict[str, str]]]:
    """Return what became of the photos: without masks, and behind each kind."""
    any_told = any(kind.told for kind in result.kinds)
    rows = []
    for number, kind in enumerate(result.kinds):
        if number == 0:
            rows.append((BARE, _uncovered(result, kind, told=any_told)))
        rows.append((_name(kind), _cost(kind, told=any_told)))
    return rows


def _uncovered(result: MaskedResult, kind: KindResult, *, told: bool) -> dict[str, str]:
    """Return what photos without masks came to, those that were painted with a kind."""
    similar = "" if kind.drop is None else f"{kind.drop.bare:.3f}"
    return {
        "painted": "",
        "lost": "",
        "similarity\nto own": similar,
        "drop": "",
        **_names(kind.bare),
        **({"told\nrightly": _told(result.told)} if told else {}),
    }


def _names(named: Named | None) -> dict[str, str]:
    if named is None:
        return dict.fromkeys(("right\nname", "wrong\nname", "no\nname"), "")
    return {
        "right\nname": percent(named.right),
        "wrong\nname": percent(named.wrong),
        "no\nname": percent(named.unknown),
    }


def _cost(kind: KindResult, *, told: bool) -> dict[str, str]:
    drop = kind.drop
    return {
        "painted": f"{kind.painted:,}",
        "lost": "" if kind.lost_share is None else percent(kind.lost_share),
        "similarity\nto own": "" if drop is None else f"{drop.masked:.3f}",
        "drop": "" if drop is None else f"{drop.drop:.3f}\n{drop.low:.2f}–{drop.high:.2f}",
        **_names(kind.masked),
        **({"told\nrightly": _told(kind.told)} if told else {}),
    }


def _told(told: Told | None) -> str:
    return "" if told is None or told.right is None else percent(told.right)


def _print_pairs(result: MaskedResult) -> None:
    """Print error rates at thresholds fixed without masks, and fixed anew."""
    points = result.bare.held
    reasons: dict[str, list[str]] = {}
    for at, point in enumerate(points):
        if point.threshold is None:
            reason = point.fnmr.unsupported or ""
            reasons.setdefault(reason, []).append(rate_key(point.asked or 0))
            continue
        rows = [(name, _row(measured, at, anew=number > 0))
                for number, (name, measured) in enumerate(_measured(result))]  # fmt: skip
        print_rows(rows, f"FMR {rate_key(point.asked or 0)}\nwithout masks")
    for reason, rates in reasons.items():
        say(f"FMR {', '.join(rates)}: {reason}")


def _measured(result: MaskedResult) -> Iterator[tuple[str, Measured | None]]:
    yield BARE, result.bare
    for kind in result.kinds:
        yield _name(kind), kind.probe
        yield "  both masked", kind.both


def _row(measured: Measured | None, at: int, *, anew: bool) -> dict[str, str]:
    held = None if measured is None else measured.held[at]
    fixed = None if measured is None or not anew else measured.fixed[at]
    return {
        "threshold": _threshold(held),
        "FNMR": "" if held is None else percent(held.fnmr),
        "FMR": "" if held is None else percent(held.fmr),
        "its own\nthreshold": _threshold(fixed),
        "FNMR\nthere": "" if fixed is None else percent(fixed.fnmr),
    }


def _threshold(point: OperatingPoint | None) -> str:
    return "" if point is None or point.threshold is None else f"{point.threshold:.3f}"


def _decisions(result: MaskedResult) -> list[tuple[str, dict[str, str]]]:
    names = {one.name: _heading(one.name, one.point.threshold) for one in result.bare.at}
    rows = []
    for name, measured in _measured(result):
        cells = dict.fromkeys(names.values(), "")
        for one in measured.at if measured else ():
            missed, matched = one.point.fnmr.value or 0.0, one.point.fmr.value or 0.0
            errors = f"{100 * missed:.1f} / {100 * matched:.2f}"
            even = f"{100 * one.balanced:.2f} even"
            cells[names[one.name]] = f"{100 * one.accuracy:.2f} %\n{even}\n{errors}"
        rows.append((name, cells))
    return rows


def _heading(name: str, threshold: float | None) -> str:
    first, _, rest = name.partition(" ")
    shown = rest or f"{threshold:.3f}"
    return f"{first}\n{shown}"


def _name(kind: KindResult) -> str:
    return kind.kind.name.replace(", ", ",\n", 1)


def _print_missing(result: MaskedResult) -> None:
    for kind in result.kinds:
        for what, failures in (("not painted", kind.not_painted), ("lost", kind.lost)):
            if failures:
                say(f"{kind.kind.name}: {count(len(failures), 'photo')} {what}: {_why(failures)}")


def _why(failures: Sequence[Failure]) -> str:
    reasons = Counter(one.reason for one in failures).most_common()
    said = [f"{reason} ({number:,})" for reason, number in reasons[:_REASONS]]
    rest = sum(number for _, number in reasons[_REASONS:])
    return ", ".join([*said, *([f"other reasons ({rest:,})"] if rest else [])])


def _print_legend(result: MaskedResult) -> None:
    lines = [
        "",
        "lost: masked faces not found any more or too poor to tell; they count as missed",
        "similarity to own: median, to the person's other photos; drop: median and middle half",
        "names: each photo searched among all people, without its own copy among them",
        "FMR without masks: a masked face against one without, at the threshold that pairs without",
        "masks need; its own threshold: the one that masked pairs need for the same FMR",
        "accuracy: share of all pairs decided rightly; even: as if those of one person were as",
        "many as those of two; below it FNMR / FMR in per cent; distance: 1 − similarity",
    ]
    if result.bare.eer.interval is not None:
        lines.append("below other figures their 95 % interval, by bootstrap over people")
    say("\n".join([*lines, "~ rough: fewer than 30 errors stand behind it"]))
