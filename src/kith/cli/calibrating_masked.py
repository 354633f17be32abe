"""What ``kith calibrate`` says of masked faces."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from kith.cli.calibrated import percent
from kith.cli.output import Column, Table, count, say
from kith.decision.calibration import BARE, MASKED
from kith.shapes import number

if TYPE_CHECKING:
    from kith.decision.calibration import Calibration, Measured

MEND = "kith calibrate --masked --photos ROOT measures them"


def print_masked(found: Calibration) -> None:
    """Print a row for each pair of states, or what to do where nothing was measured."""
    known = {one.pair: one for one in found.masked}
    missing = [pair for pair in MASKED if pair not in known]
    if known:
        columns = (Column(name, "number") for name in ("a match needs", "FMR", "FNMR"))
        with Table("who wears a mask", *columns) as table:
            bare, least = found.measured_fmr, f"{found.threshold:.3f}"
            table.add(BARE, least, rate(bare), rate(found.measured_fnmr))
            for pair, one in known.items():
                own = rate(one.measured_fmr), rate(one.measured_fnmr)
                table.add(pair, f"{one.threshold:.3f}", *own)
                table.add(f"{pair}, held", least, rate(one.held_fmr), rate(one.held_fnmr))
        [first, *_] = known.values()
        say(
            f"behind masks: {count(first.photos, 'photo')} of {count(first.people, 'person')}, "
            f"{first.painted:,} of them painted; held: at the threshold of faces without masks"
        )
    if rough := [one.pair for one in found.masked if one.rough]:
        say(f"rough: {', '.join(rough)} (more people would lower what a match needs)")
    if missing:
        say(
            f"not measured: {', '.join(missing)}; they go by {found.threshold:.3f} like faces "
            f"without masks ({MEND})"
        )


def masked_shape(found: Calibration, people: int) -> dict[str, Any]:
    """Return the JSON for each pair of states with masks; null where it was not measured."""
    shapes: dict[str, Any] = dict.fromkeys(MASKED)
    for one in found.masked:
        shapes[one.pair] = {
            "threshold": number(one.threshold),
            "fmr": {"asked": found.fmr} | asdict(one.measured_fmr),
            "fnmr": asdict(one.measured_fnmr),
            "held": {
                "threshold": number(found.threshold),
                "fmr": asdict(one.held_fmr),
                "fnmr": asdict(one.held_fnmr),
            },
            "rough": one.rough,
            "gallery": limit_shape(found, people, one.pair),
            "people": one.people,
            "photos": one.photos,
            "painted": one.painted,
            "pairs": one.pairs,
        }
    return shapes


def limit_shape(found: Calibration, people: int, pair: str = BARE) -> dict[str, Any]:
    """Return the JSON of the threshold of a search among so many people."""
    return {
        "people": people,
        "threshold": number(found.threshold_for(people, pair)),
        "extrapolated": found.promise(people, pair).extrapolated,
    }


def rate(measured: Measured) -> str:
    """Return a rate in words, with its interval."""
    return f"{percent(measured.value)} ({100 * measured.low:.2g}–{100 * measured.high:.2g})"
