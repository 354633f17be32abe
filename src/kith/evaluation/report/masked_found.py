"""Studies of masks: what a report says of each, in sentences and figures that stand out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from kith.evaluation.report import comparing, words
from kith.evaluation.report.names import named
from kith.evaluation.report.summary import Figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.evaluation.masked.records import Measured, Named
    from kith.evaluation.masked.results import KindResult, MaskedEvaluated, MaskedResult
    from kith.evaluation.records import OperatingPoint, Rate


@dataclass(frozen=True, slots=True, eq=False)
class Studied:
    """One system and way to compare.

    Attributes:
        name, slug: that no other study of the report has.
        evaluated: the study.
    """

    name: str
    slug: str
    evaluated: MaskedEvaluated

    @property
    def result(self) -> MaskedResult:
        """The study's own figures."""
        return self.evaluated.result


def find(evaluated: Sequence[MaskedEvaluated]) -> list[Studied]:
    """Name the studies."""
    results = [one.result for one in evaluated]
    ways = {one.comparison for one in results}
    systems = list({id(one.system): one.system for one in results}.values())
    names = dict(zip(map(id, systems), named(systems), strict=True))
    found = []
    for one in evaluated:
        name = names[id(one.result.system)]
        way = one.result.comparison
        many = len(ways) > 1
        found.append(
            Studied(
                f"{name.shown}, {way}" if many else name.shown,
                f"{name.slug}-{way.replace(' ', '-')}" if many else name.slug,
                one,
            )
        )
    return found


def in_use(result: MaskedResult, measured: Measured | None) -> OperatingPoint | None:
    """Return what happens to pairs at the threshold in use."""
    if measured is None or result.threshold is None:
        return None
    fixed = [*(one.point for one in result.bare.at), *result.bare.held]
    points = [*(one.point for one in measured.at), *measured.held]
    each = zip(fixed, points, strict=True)
    return next((here for there, here in each if there.threshold == result.threshold.pair), None)


def worst(result: MaskedResult) -> KindResult | None:
    """Return the kind of mask behind which most pairs of one person are missed."""
    points = [(kind, in_use(result, kind.probe)) for kind in result.kinds]
    known = [(kind, _value(point.fnmr)) for kind, point in points if point is not None]
    return max(known, key=lambda one: one[1])[0] if known else None


class Beside(NamedTuple):
    """A study beside others, at its threshold in use: FNMR without masks, then of each kind."""

    name: str
    threshold: float | None
    fnmr: list[Rate | None]


def beside(found: Sequence[Studied]) -> list[Beside]:
    """Return what studies of the same kinds of masks are compared by."""
    rows = []
    for one in found:
        result = one.result
        measured = [result.bare, *(kind.probe for kind in result.kinds)]
        points = [in_use(result, each) for each in measured]
        least = None if result.threshold is None else result.threshold.pair
        rows.append(
            Beside(one.name, least, [None if point is None else point.fnmr for point in points])
        )
    return rows


def leading(found: Sequence[Studied]) -> MaskedResult | None:
    """Return the study that the summary speaks of: as kith compares, where it is one system's.

    None where there are several systems.
    """
    systems = {id(one.result.system) for one in found}
    return found[-1].result if len(systems) == 1 else None


def sentences(found: Sequence[Studied]) -> list[str]:
    """Say what was studied, what masks cost, what the data cannot say, and what failed."""
    first = found[0].result
    said = [_data(found)]
    chosen = leading(found)
    if chosen is not None:  # of several systems a table says it
        said += [_headline(chosen, len(found) > 1), _names(chosen)]
    said += [
        comparing.reach(
            f"{words.count(first.bare.impostor, 'pair')} of two people",
            first.bare.band.supported,
            "FMR",
            first.bare.held,
        ),
        _painted(first),
        _failures(first),
    ]
    return [sentence for sentence in said if sentence]


def figures(result: MaskedResult | None) -> list[Figure]:
    """Return the figures of a study that stand out, as far as there are any."""
    kind = None if result is None else worst(result)
    if result is None or kind is None:
        return []
    shown = []
    bare, behind = in_use(result, result.bare), in_use(result, kind.probe)
    for label, point in (("FNMR without masks", bare), (f"FNMR: {kind.kind.name}", behind)):
        if point is not None:
            shown.append(Figure(label, words.rate(point.fnmr), words.sure(point.fnmr)))
    if kind.drop is not None:
        half = f"middle half {words.score(kind.drop.low)} to {words.score(kind.drop.high)}"
        shown.append(Figure("Drop of similarity", words.score(kind.drop.drop), half))
    if kind.bare is not None and kind.masked is not None:
        for label, names in (
            ("Right names without masks", kind.bare),
            ("Right names behind them", kind.masked),
        ):
            shown.append(Figure(label, words.rate(names.right), words.sure(names.right)))
    if kind.lost_share is not None:
        lost = kind.lost_share
        shown.append(Figure("Masked faces lost", words.rate(lost), words.sure(lost)))
    return shown


def _data(found: Sequence[Studied]) -> str:
    result = found[0].result
    kinds = [kind.kind.name for kind in result.kinds]
    ways = "; ".join(kinds)
    said = (
        f"{words.count(result.photos, 'photo')} of {words.count(result.people, 'person')} "
        f"({words.photo(result.protocol)}) were compared as they are and with masks painted on "
        f"them: {ways}."
    )
    if len({one.result.fingerprint for one in found}) > 1:
        said += " The systems did not all see the same data: their figures do not compare."
    return said


def _headline(result: MaskedResult, many: bool) -> str:
    kind = worst(result)
    bare = in_use(result, result.bare)
    behind = None if kind is None else in_use(result, kind.probe)
    if kind is None or bare is None or behind is None or result.threshold is None:
        return ""
    how = f"{result.comparison[:1].upper()}{result.comparison[1:]}: at" if many else "At"
    which = "" if len(result.kinds) == 1 else f" ({kind.kind.name})"
    return (
        f"{how} the threshold {words.score(result.threshold.pair)} {result.threshold.origin}, "
        f"{words.with_bounds(bare.fnmr)} of the pairs of one person are missed without masks "
        f"(FNMR), and {words.with_bounds(behind.fnmr)} where one of the two faces is masked"
        f"{which}; two people are taken for one in {words.rate(bare.fmr)} and "
        f"{words.rate(behind.fmr)} of the others (FMR)."
    )


def _names(result: MaskedResult) -> str:
    kind = worst(result)
    if kind is None or kind.bare is None or kind.masked is None:
        return ""
    return (
        f"Searched among all {words.count(result.people, 'person')}, "
        f"{words.percent(_value(kind.bare.right))} of the photos get the right name without a "
        f"mask and {words.percent(_value(kind.masked.right))} behind it; a wrong one "
        f"{_wrong(kind.bare)} and {_wrong(kind.masked)}."
    )


def _wrong(named: Named) -> str:
    return words.percent(_value(named.wrong))


def _painted(result: MaskedResult) -> str:
    without = {one.source for kind in result.kinds for one in kind.not_painted}
    if not without:
        return ""
    return (
        f"On {words.count(len(without), 'photo')} no mask could be painted: they are left out of "
        "what is measured behind masks, as there is nothing to measure."
    )


def _failures(result: MaskedResult) -> str:
    if not result.failures:
        return ""
    return (
        f"{words.count(len(result.failures), 'photo')} could not be acquired even without a mask; "
        "they count as missed with and without."
    )


def _value(rate: Rate) -> float:
    return rate.value or 0.0
