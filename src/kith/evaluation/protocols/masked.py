"""What a study of masks is made on: the photos of people, each of which gets masked copies."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from kith.errors import OptionError
from kith.evaluation.protocols.folder import folder_pairs
from kith.evaluation.protocols.pairs import read_pairs

if TYPE_CHECKING:
    import os

    from kith.evaluation.records import PairProtocol

MOST = 1_000_000
"""Pairs of two people that are compared where there are more: enough for an FMR of 3e-6."""


def read_masked(
    root: str | os.PathLike[str] | None = None,
    pairs: str | os.PathLike[str] | None = None,
    *,
    impostors: int = MOST,
    skip_missing: bool = False,
    seed: int = 0,
) -> PairProtocol:
    """Read the photos of a study, and which of them are compared.

    Folds have no part in it and are dropped.

    Args:
        root: a folder with a folder for each person; every photo is compared with every other. With
            a list of pairs: where its paths begin; None: beside it.
        pairs: LFW's ``pairs.txt`` or a table of photo, photo, same; see `read_pairs`.
        impostors: without a list: so many pairs of two people at most; of more, a sample.
        skip_missing: leave out pairs of the list whose photos are not there.
        seed: of the sample and of folds.

    Raises:
        OptionError: neither is given.
        PhotoError, NoPhotos: the folder is not there or cannot be listed, or holds no photo.
        ProtocolError: a line that cannot be read, photos that are not there, pairs of one kind
            only.
    """
    if pairs is not None:
        listed = read_pairs(pairs, root, skip_missing=skip_missing, seed=seed)
        notes = tuple(note for note in listed.notes if "folds" not in note)
        return replace(listed, folds=0, fold=np.zeros_like(listed.fold), notes=notes)
    if root is None:
        raise OptionError("name the photos: --root ROOT, or --pairs FILE")
    return folder_pairs(root, impostors=impostors, seed=seed)
