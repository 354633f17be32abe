"""How a fetch tells how far it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

Progress: TypeAlias = "Callable[[str, int, int | None], None]"
"""Called while something is fetched: what, bytes done, bytes in total or None where unknown."""

Report: TypeAlias = "Callable[[int, int | None], None]"
"""`Progress` of one fetch: bytes done, bytes in total or None."""
