"""A verdict in plain sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kith.errors import printable
from kith.evaluation.report.words import accuracy, asked, count, percent
from kith.training.verdict.records import LEAST_PEOPLE

if TYPE_CHECKING:
    from kith.evaluation.metrics.paired import Difference
    from kith.training.verdict.records import Compared, Verdict

_THIN = "\u202f"


def headline(verdict: Verdict) -> str:
    """Return the verdict in a few words."""
    after, before = _name(verdict.after.name), _name(verdict.before.name)
    if verdict.few:
        return f"{after}: too few people held out to say whether it is better"
    if verdict.better:
        return f"{after}: better than {before}"
    if verdict.worse:
        return f"{after}: worse than {before}"
    return f"{after}: no measurable gain over {before}"


def verdict_lines(verdict: Verdict) -> list[str]:
    """Return the verdict in sentences, without full stops; the first is the verdict itself."""
    lines = [_change(verdict), *(_against(verdict, one) for one in verdict.against)]
    lines += [*_contrary(verdict), *_doubts(verdict), *_advice(verdict)]
    return [line for line in lines if line]


def points(difference: Difference) -> str:
    """Return a difference of shares with its interval: +3.1 points (95 %: +1.0 to +5.2)."""
    said = f"{_signed(difference.value)} points"
    ends = difference.interval
    if ends is None:
        return said
    return f"{said} (95{_THIN}%: {_signed(ends.low)} to {_signed(ends.high)})"


def _change(verdict: Verdict) -> str:
    before, after = verdict.before, verdict.after
    who = f"on {count(verdict.people, 'person')} it did not learn from"
    was = f"{accuracy(after.accuracy)} accuracy {who}, {accuracy(before.accuracy)} before"
    by = points(verdict.gain.accuracy)
    if verdict.few:
        return (
            f"Too few people held out to say whether it is better: {was}, but that says little "
            f"with fewer than {LEAST_PEOPLE} people"
        )
    if verdict.better:
        return f"Better: {was}: {by}"
    if verdict.worse:
        return f"Worse: {was}: {by}"
    if not verdict.gain.accuracy.value:
        return f"No measurable gain: {accuracy(after.accuracy)} accuracy {who}, as before: {by}"
    return f"No measurable gain: {was}; the difference of {by} may be chance"


def _against(verdict: Verdict, other: Compared) -> str:
    side = next(one for one in verdict.sides if one.name == other.name)
    name, after = _name(other.name), _name(verdict.after.name)
    reached = f"{name} reaches {accuracy(side.accuracy)} on the same people"
    if verdict.few:
        return reached
    gap = points(other.accuracy)
    if other.accuracy.below:
        return f"{reached}: {after} is worse than that, {gap}"
    if other.accuracy.above:
        return f"{reached}: {after} is better than that, {gap}"
    if not other.accuracy.value:
        return f"{reached}, as {after} does: {gap}"
    return f"{reached}: that {after} differs by {gap} may be chance"


def _contrary(verdict: Verdict) -> list[str]:
    """Say where another figure speaks against the one that decides."""
    if verdict.few or verdict.fmr is None:
        return []
    tar = verdict.gain.differences.tar[verdict.fmr]
    where = f"at a false match rate of {asked(verdict.fmr)}"
    if tar.below and not verdict.worse:
        return [f"But {where} it accepts fewer pairs of one person than before: {points(tar)}"]
    if tar.above and not verdict.better:
        return [f"Yet {where} it accepts more pairs of one person than before: {points(tar)}"]
    return []


def _doubts(verdict: Verdict) -> list[str]:
    doubts = []
    if not verdict.apart:
        doubts.append(
            "The same people chose which epoch is kept, so that these figures are a little too "
            "good: hold out more people, or give a folder of others"
        )
    if verdict.failures:
        share = percent(verdict.failures / max(1, verdict.photos))
        doubts.append(
            f"{count(verdict.failures, 'photo')} without a usable face ({share}) count as never "
            "matched, on every side"
        )
    return doubts


def _advice(verdict: Verdict) -> list[str]:
    use, after = verdict.use, verdict.after.name
    if use == after:
        return [f"Use {_name(after)}"]
    if use is None:
        return ["Nothing it learned shows on other people: give it more people to learn from"]
    keep = "Keep using" if use == verdict.before.name else "Use"
    return [f"{keep} {_name(use)}"]


def _signed(share: float) -> str:
    value = round(100 * share, 2)
    return f"{value:+.2f}".replace("-", "−") if value else "0.00"


def _name(name: str) -> str:
    return printable(name, 60)
