"""What a report needs besides kith's own packages."""

from __future__ import annotations

from importlib.util import find_spec

from kith.errors import MissingExtra

PACKAGES = ("jinja2", "matplotlib")


def require() -> None:
    """Raise unless reports can be written; call it before long work.

    Raises:
        MissingExtra: Jinja or Matplotlib is not installed.
    """
    missing = [name for name in PACKAGES if not _is_there(name)]
    if missing:
        raise MissingExtra(
            f"a report needs {' and '.join(missing)}, not installed here: "
            "pip install 'kith[report]'"
        )


def _is_there(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ValueError:  # a module that is blocked or half imported
        return False
