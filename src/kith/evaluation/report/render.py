"""Templates: what all pages have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
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
    chosen = environment()
    return chosen.get_template(template).render(
        title=printable(head.title),
        date=f"{head.when:%Y-%m-%d %H:%M} UTC",
        moment=head.when.isoformat(timespec="seconds"),
        mark=head.mark,
        versions=head.versions,
        command=printable(head.command, _COMMAND),
        **look(chosen),
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


def environment(*packages: str) -> Environment:
    """Return what makes pages of templates, which escape all text from outside.

    Args:
        packages: whose `templates` are looked through before those of reports.
    """
    loaders = [PackageLoader(one) for one in (*packages, "kith.evaluation.report")]
    environment = Environment(
        loader=ChoiceLoader(loaders),
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


def look(environment: Environment) -> dict[str, object]:
    """Return what every page looks like: `light` and `dark` colours, `style` and `parts`."""
    assert environment.loader is not None
    style = environment.loader.get_source(environment, "style.css")[0]
    return {
        "light": Markup(variables(dark=False)),  # noqa: S704 - our own colours
        "dark": Markup(variables(dark=True)),  # noqa: S704
        "style": Markup(style),  # noqa: S704 - our own style
        "parts": environment.get_template("parts.html.jinja").module,
    }
