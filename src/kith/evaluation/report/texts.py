"""Sentences that stand above what a report shows of a system."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from kith.evaluation.report import words

if TYPE_CHECKING:
    from kith.evaluation.records import Failure
    from kith.evaluation.report.examples import Examples
    from kith.evaluation.report.people import Hardest

_REASONS = 3


def false_matches(examples: Examples) -> str:
    """Say how many pairs of two people were matched, and which are shown."""
    return _shown(examples, "two people", "above")


def false_non_matches(examples: Examples) -> str:
    """Say how many pairs of one person were not matched, and which are shown."""
    said = _shown(examples, "one person", "below")
    if examples.failed:
        lost = words.count(examples.failed, "pair")
        said += f" Besides, {lost} could not be compared, for want of a face (see below)."
    return said


def failures(failed: tuple[Failure, ...], photos: int, pairs: int | None, shown: int) -> str:
    """Say how many photos could not be acquired, and why.

    Args:
        failed: those photos.
        photos: how many there are in all.
        pairs: how many stand or fall with them; None where there are no pairs.
        shown: how many are shown at most.
    """
    reasons = Counter(one.reason for one in failed).most_common()
    said = f"{words.count(len(failed), 'photo')} of {photos:,}"
    if pairs is not None:
        said += f", in {words.count(pairs, 'pair')}"
    if len(failed) > 1:
        named = [f"{count:,} × {words.line(why)}" for why, count in reasons[:_REASONS]]
        rest = sum(count for _, count in reasons[_REASONS:])
        said += ": " + words.joined([*named, *([f"{rest:,} for other reasons"] if rest else [])])
    if len(failed) > shown:
        said += f". The first {shown}; report.json has all"
    return said + "."


def people(hardest: Hardest | None, what: str) -> str:
    """Say how many people have mistakes of a kind, and how unevenly those are spread.

    Args:
        hardest: those people; None where nothing was decided.
        what: happened to them, after "was" or "were".
    """
    if hardest is None or not hardest.measured:
        return "Nobody has such a pair."
    everybody = words.count(hardest.measured, "person")
    if not hardest.affected:
        return f"Nobody of {everybody} was {what}."
    said = (
        f"{hardest.affected:,} of {everybody} {'was' if hardest.affected == 1 else 'were'} {what}"
    )
    if hardest.affected > 2:
        said += f"; half of these mistakes come from {words.count(hardest.half, 'person')}"
    return said + "."


def _shown(examples: Examples, who: str, side: str) -> str:
    number, there = examples.mistakes, len(examples.pairs)
    many = f"{words.count(number, 'pair')} of {who}"
    if not there:
        return f"There is no pair of {who} that was compared."
    if not number:
        return f"None: no pair of {who} lies {side} the threshold. These came closest."
    if number > there:
        return f"{many}; the {there} worst."
    return f"{many}, {'and those that came closest' if number < there else 'the worst first'}."
