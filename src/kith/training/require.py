"""What learning needs beside kith, and one line where it is not installed."""

from __future__ import annotations

from importlib.util import find_spec

from kith.errors import MissingExtra

NETWORKS = {
    "torch": "PyTorch",
    "pytorch_metric_learning": "pytorch-metric-learning",
    "jinja2": "Jinja",
    "matplotlib": "Matplotlib",
}
"""Packages that training an embedder needs, and what people call them."""
HEADS = {"sklearn": "scikit-learn"}
"""Packages that training a head needs."""


def require(packages: dict[str, str]) -> None:
    """Raise unless packages are there; call it before long work.

    Args:
        packages: `NETWORKS`, `HEADS`, or others in the same form.

    Raises:
        MissingExtra: one is not installed.
    """
    missing = [name for module, name in packages.items() if not _is_there(module)]
    if missing:
        raise MissingExtra(
            f"learning needs {' and '.join(missing)}, not installed here: pip install 'kith[train]'"
        )


def _is_there(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ValueError:  # a module that is blocked or half imported
        return False
