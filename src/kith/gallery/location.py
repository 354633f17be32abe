"""Where the gallery lies when nobody says."""

from __future__ import annotations

import os
from pathlib import Path

ENVIRONMENT = "KITH_GALLERY"
"""The environment variable that names the gallery's file."""


def default_path() -> Path:
    """Return ``KITH_GALLERY``, else ``people.kith`` in the platform's data folder."""
    if named := os.environ.get(ENVIRONMENT):
        return Path(named)
    import platformdirs

    return platformdirs.user_data_path("kith") / "people.kith"
