"""What is wrong with a folder of people, and what to know of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kith.errors import InputError, WeightsUnreadable, printable
from kith.masks.space import is_worn
from kith.models.labels import checked_labels

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    import numpy as np
    import numpy.typing as npt

    from kith.evaluation.protocols.folder import FolderPhotos
    from kith.training.head.records import References

_UNEVEN = 10
"""Times as many photos of one person as of another are worth a word."""


def check(root: str | os.PathLike[str], counts: npt.NDArray[np.int64]) -> None:
    """Refuse what nothing can be learned from.

    Args:
        root: the folder.
        counts: usable photos of each person.

    Raises:
        InputError: fewer than two people have one, or nobody has two.
    """
    place = printable(str(root))
    if len(counts) < 2:
        who = "one person has" if len(counts) else "nobody has"
        raise InputError(
            f"{place}: {who} a photo that can be learned from; a head tells two people or more "
            "apart: give the folder that holds a folder for each"
        )
    if counts.max() < 2:
        raise InputError(
            f"{place}: nobody has two usable photos, so that nothing could be measured: add "
            f"photos, or enrol them, for which one is enough: kith enroll --folder {place}"
        )


def check_names(people: tuple[str, ...]) -> None:
    """Refuse people's names now that could not be kept at the end.

    Raises:
        InputError: a folder is called what is no name.
    """
    for name in people:
        try:
            checked_labels([name], 1)
        except WeightsUnreadable:
            raise InputError(f"{printable(name, 60)!r} is no name: rename the folder") from None


def notes(
    folder: FolderPhotos, references: References, counts: npt.NDArray[np.int64]
) -> Iterator[str]:
    """Yield what to know of the people of a folder, in one line each.

    Args:
        folder: all its people.
        references: what is learned from.
        counts: how many photos of each person that is.
    """
    gone = sorted(set(folder.people) - set(references.people))
    if gone:
        yield f"without a usable photo, and so not among the people: {_listed(gone)}"
    alone = [name for name, many in zip(references.people, counts, strict=True) if many == 1]
    if alone:
        yield (
            f"one photo each, learned from but not measured: {_listed(alone)}; two photos or more "
            "say more"
        )
    if counts.max() >= _UNEVEN * counts.min():
        yield (
            f"from {counts.min():,} to {counts.max():,} photos of a person: each person counts the "
            "same, but those with few are known less well"
        )
    masked = sum(map(is_worn, references.states))
    if masked:
        how = "" if masked == 1 else "s"
        yield f"{masked:,} photo{how} with a mask: photos without one say more of a person"


def _listed(names: list[str], most: int = 5) -> str:
    shown = ", ".join(printable(name, 40) for name in names[:most])
    return f"{shown} and {len(names) - most:,} more" if len(names) > most else shown
