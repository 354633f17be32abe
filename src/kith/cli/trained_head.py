"""What ``kith train head`` says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kith.cli.figures import print_rows
from kith.cli.output import count, say
from kith.errors import printable
from kith.shapes import number

if TYPE_CHECKING:
    from kith.training.head.records import Figures, HeadReport, Share

_SKIPPED_SHOWN = 5
STRANGERS = {
    "strangers": "of strangers' photos",
    "leave-one-person-out": "of photos of each person, as a stranger to the others",
}


def print_report(report: HeadReport) -> None:
    """Print what was learned, how good it is, and how to use it."""
    card, settings = report.card, report.settings
    say(
        f"{card.id}: {settings.kind} head on {card.embedder}, {count(card.classes, 'person')}, "
        f"{count(report.photos, 'photo')}"
    )
    source, people = report.strangers
    parts, judged = report.folds
    which = f"{parts} parts" if judged == parts else f"{judged} of {parts} parts"
    say(f"on photos it did not learn from ({which}):")
    _print_figures(report.figures)
    if report.figures.fpir is not None:
        say(
            f"named: share {STRANGERS[source]} that got a name "
            f"({report.figures.fpir.trials:,} photos of {count(people, 'person')})"
        )
    if report.held_out is not None:
        say("on the photos held out:")
        _print_figures(report.held_out)
    _print_answers(report)
    _print_verdict(report)
    for one in report.skipped[:_SKIPPED_SHOWN]:
        say(f"left out: {printable(one.photo)}: {one.reason}")
    if len(report.skipped) > _SKIPPED_SHOWN:
        say(f"left out: {len(report.skipped) - _SKIPPED_SHOWN:,} more")
    for note in report.notes:
        say(f"note: {note}")
    say(f"learned in {report.seconds:.1f} s; use it: kith classify PATH --model {card.id}")


def _print_figures(found: Figures) -> None:
    rows = [
        ("the head", _row(found.accuracy, found.found, found.fpir)),
        (
            "a template",
            _row(found.template_accuracy, found.template_found, found.template_fpir),
        ),
    ]
    print_rows(rows)


def _row(accuracy: Share, found: Share, named: Share | None) -> dict[str, str]:
    row = {"right person": _share(accuracy), "found": _share(found)}
    return row if named is None else row | {"strangers named": _share(named)}


def _share(share: Share) -> str:
    return f"{_percent(share.value)} ({_percent(share.low)}–{_percent(share.high)})"


def _percent(value: float) -> str:
    text = f"{100 * value:.1f}" if 0 < value < 1 else f"{100 * value:.0f}"
    return f"{text} %"


def _print_answers(report: HeadReport) -> None:
    reject, calibrated = report.reject, report.calibrated
    if reject is None:
        say("it always names somebody: strangers get a name, too")
    else:
        say(f"a name needs a similarity of {reject.similarity:.3f} ({reject.says})")
    say(
        f"probabilities: {_percent(calibrated.confidence)} on the mean where "
        f"{_percent(report.figures.accuracy.value)} are right, off by "
        f"{_percent(calibrated.error)} (ECE), Brier {calibrated.brier:.3f}"
    )


def _print_verdict(report: HeadReport) -> None:
    if report.settings.kind == "centroid":
        say("this kind is a template with a threshold; a gallery is, too, and can grow")
    elif report.figures.better:
        say(
            f"it finds {_points(report.figures.gain)} more than a template does "
            f"({_points(report.figures.gain_low)} to {_points(report.figures.gain_high)})"
        )
    else:
        how = "better" if report.figures.gain_high < 0 else "as well"
        say(
            f"a template does {how}, and people can be added to it any time: "
            "kith enroll --folder ROOT"
        )


def _points(value: float) -> str:
    return f"{100 * value:.1f} points"


def report_shape(report: HeadReport) -> dict[str, Any]:
    """Return the JSON of a new head."""
    card, origin = report.card, report.card.origin
    assert origin is not None
    source, people = report.strangers
    return {
        "id": card.id,
        "task": card.task,
        "kind": report.settings.kind,
        "embedder": card.embedder,
        "sha256": card.weights.sha256,
        "fingerprint": origin.fingerprint,
        "people": card.classes,
        "photos": report.photos,
        "one_photo": report.alone,
        "folds": {"parts": report.folds[0], "judged": report.folds[1]},
        "reject": None
        if report.reject is None
        else {
            "similarity": number(report.reject.similarity),
            "how": report.reject.how,
            "says": report.reject.says,
            "fpir": report.settings.fpir,
            "trials": report.reject.trials,
        },
        "strangers": {"source": source, "people": people},
        "cross_validated": figures_shape(report.figures),
        "held_out": None if report.held_out is None else figures_shape(report.held_out),
        "probability": {
            "brier": number(report.calibrated.brier),
            "error": number(report.calibrated.error),
            "confidence": number(report.calibrated.confidence),
            "photos": report.calibrated.photos,
        },
        "better_than_template": report.figures.better,
        "skipped": [{"source": one.photo, "reason": one.reason} for one in report.skipped],
        "notes": list(report.notes),
        "seconds": round(report.seconds, 3),
    }


def figures_shape(found: Figures) -> dict[str, Any]:
    """Return the JSON of how a head and a template do."""
    return {
        "accuracy": _shape(found.accuracy),
        "fnir": _missed(found.found),
        "fpir": _shape(found.fpir),
        "template": {
            "accuracy": _shape(found.template_accuracy),
            "fnir": _missed(found.template_found),
            "fpir": _shape(found.template_fpir),
        },
        "gain": {
            "value": number(found.gain),
            "low": number(found.gain_low),
            "high": number(found.gain_high),
        },
    }


def _shape(share: Share | None) -> dict[str, Any] | None:
    if share is None:
        return None
    low, high = number(share.low), number(share.high)
    return {"value": number(share.value), "low": low, "high": high, "trials": share.trials}


def _missed(found: Share) -> dict[str, Any]:
    low, high = number(1 - found.high), number(1 - found.low)
    return {"value": number(1 - found.value), "low": low, "high": high, "trials": found.trials}
