"""Templates: what all pages have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from kith.errors import UnknownModel, printable
from kith.evaluation.report import words
from kith.evaluation.report.palette import variables
from kith.models.catalogue import card

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kith.evaluation.report.head import Head

_COMMAND = 2000


class Data(NamedTuple):
    """One set of data: what it was called, how much it is, and its sha256."""

    name: str
    size: str
    fingerprint: str


def render(template: str, head: Head, **content: object) -> str:
    """Return a page as HTML.

    Text from outside is escaped by the templates; what is marked as markup was made here.

    Args:
        template: its name.
        head: what stands at the top and the bottom.
        content: what stands between.
    """
    environment = _environment()
    return environment.get_template(template).render(
        title=printable(head.title),
        date=f"{head.when:%Y-%m-%d %H:%M} UTC",
        moment=head.when.isoformat(timespec="seconds"),
        mark=head.mark,
        versions=head.versions,
        command=printable(head.command, _COMMAND),
        light=Markup(variables(dark=False)),  # noqa: S704 - our own colours
        dark=Markup(variables(dark=True)),  # noqa: S704
        style=Markup(_style(environment)),  # noqa: S704 - our own style
        parts=environment.get_template("parts.html.jinja").module,
        **content,
    )


def each_once(notes: Iterable[str]) -> list[str]:
    """Return notes without those that stand there already."""
    return list(dict.fromkeys(notes))


def detector_weights(detector: str) -> list[tuple[str, str]]:
    """Return the files of a detector with their sha256; none where it has no card."""
    try:
        return [(one.file, one.sha256) for one in card(detector).files if one.sha256]
    except UnknownModel:
        return []


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
