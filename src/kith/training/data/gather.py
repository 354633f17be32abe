"""Everybody of a folder: the one face of each photo, cut out once and kept on the disk."""

from __future__ import annotations

import hashlib
import json
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kith.errors import OptionError
from kith.evaluation.protocols.folder import folder_photos
from kith.recognizer.ordered import ordered_map
from kith.training.data.eyes import Eyes
from kith.training.data.keeping import KeptCrops
from kith.training.data.looking import Looker
from kith.training.data.people import (
    Known,
    about_people,
    check_people,
    fingerprint,
    why_skipped,
    without_copies,
)
from kith.training.data.room import alone_in, check_room
from kith.training.records import Skipped, TrainingSet

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from kith.alignment import CropRecipe
    from kith.evaluation.protocols.folder import FolderPhotos
    from kith.media import Limits
    from kith.models import ModelStore
    from kith.training.data.looking import Look

FORMAT = 1
"""Raised whenever squares come to be cut or kept in another way."""


def gather(
    root: str | os.PathLike[str],
    recipe: CropRecipe,
    *,
    work: Path,
    rim: int = 0,
    painted: bool = False,
    cached: bool = True,
    seed: int = 0,
    detector: str = "yunet",
    device: str = "cpu",
    score: float | None = None,
    min_face: float | None = None,
    limits: Limits | None = None,
    workers: int | None = None,
    store: ModelStore | None = None,
    on_total: Callable[[int], None] | None = None,
    on_photo: Callable[[], None] | None = None,
) -> TrainingSet:
    """Cut the face that is meant, as `kith.verify` means it, out of every photo of a folder.

    The squares are what the pipeline would embed, bit for bit, with a rim around them. They are
    kept in `work`, so that memory does not grow with their number, a killed run goes on where it
    was, and a second one only reads the photos to see that they are the same; a changed photo is
    looked at again. How good a face is, is told without an embedder's opinion: there may be none
    yet.

    Args:
        root: a folder with a folder for each person; see `kith.gallery.folder.photos_of_folder`.
        recipe: of the squares.
        work: folder for the squares; made where it is missing. It shows faces: it is made for its
            owner alone.
        rim: pixels around each square, on each side.
        painted: also paint a mask on each face; those on which none can be painted, or that wear
            one, stay as they are.
        cached: use what an earlier run left in `work`.
        seed: of the masks; a photo's mask depends on it and the photo's bytes alone.
        detector: id of the network that finds the faces.
        device: that it runs on.
        score: faces it is less sure of are left out, 0–1; None: its own.
        min_face: narrowest face wanted, in pixels of the photo; None: whatever is seen.
        limits: bytes and pixels that a photo may have.
        workers: photos looked at at a time; None: one for each core.
        store: where networks are kept; None: the user's own.
        on_total: told how many photos there are.
        on_photo: told of each as it is dealt with.

    Raises:
        PhotoNotFound, PhotoUnreadable, NoPhotos: the folder cannot be read or is empty.
        ProtocolError: fewer than two people have two photos with a usable face.
        OutputError: `work` cannot be written, has no room, or another run writes there.
        ModelError: a network cannot be had or run.
        OptionError: an option outside its range.
    """
    if rim < 0:
        raise OptionError(f"the rim is {rim}; it must be 0 or more")
    top = os.fspath(root)
    folder = folder_photos(top)
    check_people(top, np.bincount(folder.person), usable=False)
    (on_total or _nothing)(len(folder.photos))
    with ExitStack() as open_things:
        eyes = open_things.enter_context(
            Eyes(
                detector,
                device,
                score=score,
                min_face=min_face,
                limits=limits,
                workers=workers,
                store=store,
            )
        )
        open_things.enter_context(alone_in(work))
        key = _key(eyes.key(recipe), recipe.side, rim)
        plain = open_things.enter_context(KeptCrops(work, key, recipe.side, rim, anew=not cached))
        masked = None
        if painted:
            key = _key(key, "masks", seed)
            masked = KeptCrops(work, key, recipe.side, rim, anew=not cached)
            open_things.enter_context(masked)
        check_room(work, len(folder.photos), plain, masked)
        looker = Looker(eyes, recipe, rim, plain, masked, seed)
        looks = _looks(looker, folder.photos, on_photo or _nothing)
        plain.save()
        if masked is not None:
            masked.save()
        return _training_set(top, folder, looks, plain, masked)


class _Seen(NamedTuple):
    """What is remembered of a photo: no pixels."""

    digest: str
    reason: str
    bare: str


def _looks(looker: Looker, photos: Sequence[str], advance: Callable[[], None]) -> list[_Seen]:
    seen = []
    workers = looker.eyes.workers
    with ThreadPoolExecutor(workers, thread_name_prefix="kith-gather") as pool:
        for look in ordered_map(pool, looker, photos, ahead=2 * workers):
            if look.fresh:
                _keep(look, looker.plain, looker.painted)
            seen.append(_Seen(look.digest, look.reason, look.bare))
            advance()
    return seen


def _keep(look: Look, plain: KeptCrops, masked: KeptCrops | None) -> None:
    if plain.find(look.digest) is None:  # a copy of a photo was dealt with a moment ago
        plain.keep(look.digest, look.square, look.reason)
    if masked is not None and look.square is not None and masked.find(look.digest) is None:
        masked.keep(look.digest, look.painted, look.bare)


def _training_set(
    root: str,
    folder: FolderPhotos,
    looks: Sequence[_Seen],
    plain: KeptCrops,
    masked: KeptCrops | None,
) -> TrainingSet:
    names = [folder.people[number] for number in folder.person.tolist()]
    photos = list(zip(folder.photos, looks, names, strict=True))
    failed = [Skipped(path, look.reason, name) for path, look, name in photos if look.reason]
    used = without_copies(
        [Known(path, look.digest, name) for path, look, name in photos if not look.reason]
    )
    people = tuple(dict.fromkeys(one.name for one in used.photos))
    number = {name: index for index, name in enumerate(people)}
    person = np.array([number[one.name] for one in used.photos], dtype=np.int32)
    counts = np.bincount(person, minlength=len(people))
    check_people(root, counts, usable=True)
    digests = tuple(one.digest for one in used.photos)
    gone = [name for name in folder.people if name not in number]
    notes = [*folder.notes, *why_skipped(failed, len(photos)), *used.notes]
    notes += about_people(counts, gone)
    if masked is not None:
        notes += _bare(looks, set(digests))
    return TrainingSet(
        crops=plain.crops(digests),
        painted=None if masked is None else masked.crops(digests),
        person=person,
        people=people,
        photos=tuple(one.photo for one in used.photos),
        digests=digests,
        skipped=(*failed, *used.skipped),
        notes=tuple(notes),
        fingerprint=fingerprint(person, digests),
    )


def _bare(looks: Sequence[_Seen], digests: set[str]) -> list[str]:
    bare = {look.digest for look in looks if look.bare} & digests
    if not bare:
        return []
    return [f"on {len(bare):,} of {len(digests):,} faces no mask could be painted: they stay bare"]


def _key(*parts: object) -> str:
    text = json.dumps([FORMAT, *parts])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _nothing(*_: object) -> None: ...
