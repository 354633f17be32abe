"""What stands at the head and the foot of a report: when, with what, by which command."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from kith._version import __version__
from kith.evaluation.report.place import MARK

_PROGRAMS = ("onnxruntime", "numpy", "opencv-python-headless", "pillow")


@dataclass(frozen=True, slots=True)
class Head:
    """About a report as a whole.

    Attributes:
        title: of the page.
        when: it was made, in UTC.
        command: that measures it again; empty where nobody said.
        mark: by which a file is known as a report's.
        versions: of the programs, by name.
    """

    title: str
    when: datetime
    command: str
    mark: str
    versions: dict[str, str]

    def shape(self, systems: list[dict[str, Any]]) -> dict[str, Any]:
        """Return report.json around its systems; the keys are a contract and only grow."""
        return {
            "made_by": self.mark,
            "title": self.title,
            "made_at": self.when.isoformat(timespec="seconds"),
            "command": self.command or None,
            "versions": self.versions,
            "systems": systems,
        }


def head(title: str, command: str, when: datetime | None) -> Head:
    """Return what is true of a report made here.

    Args:
        title: of the page.
        command: that measures it again, or nothing.
        when: it was made; None: now.
    """
    moment = (when or datetime.now(UTC)).astimezone(UTC)
    return Head(title, moment, command, MARK, _versions())


def _versions() -> dict[str, str]:
    versions = {"kith": __version__, "Python": platform.python_version()}
    for name in _PROGRAMS:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:  # another build of the same package
            continue
    return versions
