"""Where models, samples and accepted licences live on this machine."""

from __future__ import annotations

import os
from pathlib import Path

from kith.errors import ModelUnavailable


def home() -> Path:
    """Return kith's folder: ``KITH_HOME``, else the platform's place for user data.

    Nothing is created.

    Raises:
        ModelUnavailable: the path is there and is no folder.
    """
    given = os.environ.get("KITH_HOME", "").strip()
    folder = Path(given).expanduser().absolute() if given else _platform_folder()
    if folder.exists() and not folder.is_dir():
        raise ModelUnavailable(f"{folder} is not a folder; set KITH_HOME to one you can write to")
    return folder


def mirror() -> Path | None:
    """Return the folder that ``KITH_MODEL_MIRROR`` names, or None."""
    given = os.environ.get("KITH_MODEL_MIRROR", "").strip()
    return Path(given).expanduser().absolute() if given else None


def unwritable(folder: Path, error: OSError) -> ModelUnavailable:
    """Return the error to raise where something under kith's folder cannot be written."""
    reason = error.strerror or type(error).__name__
    return ModelUnavailable(
        f"cannot write to {folder} ({reason}); set KITH_HOME to a folder you can write to"
    )


def _platform_folder() -> Path:
    import platformdirs

    return platformdirs.user_data_path("kith", appauthor=False)
