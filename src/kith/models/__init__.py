"""Networks: what is known of each, where its weights come from, and how it is run.

`card` and `catalogue` describe them, `store` keeps their files, `sources` fetches those, and
`session` runs them. Importing this room loads no runtime and no array library.
"""

from __future__ import annotations

from kith.models.card import (
    Input,
    Licence,
    ModelCard,
    PackageMember,
    Shipped,
    Source,
    Threshold,
    Url,
    Weights,
)
from kith.models.catalogue import CARDS, DEFAULTS
from kith.models.progress import Progress
from kith.models.store import ModelStore

__all__ = [
    "CARDS",
    "DEFAULTS",
    "Input",
    "Licence",
    "ModelCard",
    "ModelStore",
    "PackageMember",
    "Progress",
    "Shipped",
    "Source",
    "Threshold",
    "Url",
    "Weights",
]
