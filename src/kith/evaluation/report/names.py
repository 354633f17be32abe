"""Names of systems that no other system of the report has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kith.evaluation.records import System

_LONGEST = 60


class Name(NamedTuple):
    """What a system is called.

    Attributes:
        shown: to people.
        slug: in names of files and marks in the page: small letters, digits, hyphens.
    """

    shown: str
    slug: str


def named(systems: Iterable[System]) -> list[Name]:
    """Return a name for each system; equal ones are numbered."""
    names: list[Name] = []
    for system in systems:
        stem = re.sub(r"[^a-z0-9]+", "-", system.name.lower()).strip("-")[:_LONGEST] or "system"
        slug, shown, number = stem, system.name, 2
        while any(slug == other.slug or shown == other.shown for other in names):
            slug, shown, number = f"{stem}-{number}", f"{system.name} ({number})", number + 1
        names.append(Name(shown, slug))
    return names
