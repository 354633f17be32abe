"""The page of a run: what was reached so far, and how it went."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kith._version import __version__
from kith.errors import printable
from kith.evaluation.report import words
from kith.evaluation.report.render import environment, look
from kith.evaluation.report.summary import Figure
from kith.training.watch.figures import drawn
from kith.training.watch.panels import best_of, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.training.records import EpochRecord, StepRecord
    from kith.training.watch.panels import Panel

_SECONDS = 5
"""Between two looks of a page that is open."""


def page(
    title: str,
    panels: Sequence[Panel],
    history: Sequence[EpochRecord],
    step: StepRecord | None,
    ended: str | None,
) -> str:
    """Return the page as HTML, one file that loads nothing.

    Args:
        title: of the run.
        panels: to be drawn.
        history: of every epoch so far.
        step: the last.
        ended: how the run did; None: it goes on, and the page looks again every few seconds.
    """
    now = datetime.now(UTC)
    chosen = environment("kith.training.watch")
    return chosen.get_template("progress.html.jinja").render(
        **look(chosen),
        title=printable(title),
        mark=f"kith {__version__} learning",
        moment=now.isoformat(timespec="seconds"),
        date=f"{now:%Y-%m-%d %H:%M:%S} UTC",
        seconds=_SECONDS,
        ended=ended,
        state=_state(history, step, ended),
        figures=_figures(history, step),
        panels=[(panel, drawn(panel)) for panel in panels],
        history=list(reversed(history)),
        best=best_of(history),
        fmr=_fmr(history),
        share=percent,
    )


def _state(history: Sequence[EpochRecord], step: StepRecord | None, ended: str | None) -> str:
    done = max((one.epoch for one in history), default=0)
    if ended is not None:
        return f"{ended or 'Ended'} after {words.count(done, 'epoch')}."
    if step is not None and step.epoch > done:
        return f"Epoch {step.epoch}, step {step.step:,} of {step.steps:,}."
    return f"{words.count(done, 'epoch')} done." if done else "Nothing is learned yet."


def _figures(history: Sequence[EpochRecord], step: StepRecord | None) -> list[Figure]:
    shown = []
    best = best_of(history)
    if best is not None and best.held_out is not None:
        held = best.held_out
        who = f"epoch {best.epoch}, {words.count(held.people, 'person')} held out"
        shown.append(Figure("Best accuracy", words.accuracy(held.accuracy), who))
        if held.fmr < 1:
            label = f"TAR at FMR {percent(held.fmr)}"
            shown.append(Figure(label, words.accuracy(held.tar), f"epoch {best.epoch}"))
        shown.append(Figure("Area under ROC", f"{held.auc:.4f}", f"epoch {best.epoch}"))
    learned = [one for one in history if one.loss is not None]
    if learned and learned[-1].loss is not None and learned[-1].active is not None:
        last = learned[-1]
        shown.append(Figure("Loss", f"{last.loss:.4g}", f"mean of epoch {last.epoch}"))
        shown.append(Figure("Active share", percent(round(last.active or 0, 3)), "of that epoch"))
    speed = step.images_per_second if step else learned[-1].images_per_second if learned else None
    if speed is not None:
        shown.append(Figure("Images per second", f"{speed:,.0f}", "lately"))
    return shown


def _fmr(history: Sequence[EpochRecord]) -> float | None:
    held = next((one.held_out for one in history if one.held_out is not None), None)
    return held.fmr if held is not None and held.fmr < 1 else None
