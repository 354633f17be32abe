"""The page: what was found, poured into its templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from kith.errors import printable
from kith.evaluation.report import summary, words
from kith.evaluation.report.palette import variables
from kith.evaluation.report.shown import System, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.decision.calibration import Calibration
    from kith.evaluation.report.figures import Drawn
    from kith.evaluation.report.findings import Findings
    from kith.evaluation.report.head import Head
    from kith.evaluation.report.pictures import Pictures


def page(
    found: Sequence[Findings],
    drawn: Drawn,
    pictures: Pictures,
    head: Head,
    calibration: Calibration | None = None,
) -> str:
    """Return the page as HTML; text from outside is escaped, figures are drawn already."""
    environment = _environment()
    asked = summary.shared(found)
    systems = [shown(one, drawn, pictures, summary.at(one.result, asked)) for one in found]
    result = found[0].result
    return environment.get_template("page.html.jinja").render(
        title=printable(head.title),
        date=f"{head.when:%Y-%m-%d %H:%M} UTC",
        moment=head.when.isoformat(timespec="seconds"),
        mark=head.mark,
        versions=head.versions,
        command=printable(head.command, 2000),
        fingerprint=result.fingerprint,
        light=Markup(variables(dark=False)),  # noqa: S704 - our own colours
        dark=Markup(variables(dark=True)),  # noqa: S704
        style=Markup(_style(environment)),  # noqa: S704 - our own style
        sentences=summary.sentences(found),
        figures=summary.figures(found[0]),
        shared=asked,
        systems=systems,
        notes=_notes(found),
        det=drawn.det,
        roc=drawn.roc,
        data=_data(systems),
        files=drawn.names,
        calibration=calibration,
    )


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("kith.evaluation.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        accuracy=words.accuracy,
        asked=words.asked,
        bounds=words.bounds,
        errors=words.errors,
        line=words.line,
        margin=words.margin,
        percent=words.percent,
        person=words.person,
        photo=words.photo,
        rate=words.rate,
        score=words.score,
    )
    return environment


def _style(environment: Environment) -> str:
    assert environment.loader is not None
    return environment.loader.get_source(environment, "style.css")[0]


def _notes(found: Sequence[Findings]) -> list[str]:
    """Each note once, in the order of the systems."""
    return list(dict.fromkeys(note for one in found for note in one.result.notes))


def _data(systems: Sequence[System]) -> list[Any]:
    """One result for each set of data."""
    return list({one.result.fingerprint: one.result for one in systems}.values())
