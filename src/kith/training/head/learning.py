"""Learning a head, from folders of photos to a model that is kept."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kith.embedding import FusedSpec, parse
from kith.models import ModelStore
from kith.models.own import keep_own, require_free
from kith.training.head import outside
from kith.training.head.gather import gather, look
from kith.training.head.graph import build, prove
from kith.training.head.judge import Data, judge
from kith.training.head.records import HeadReport
from kith.training.head.save import make_card
from kith.training.require import HEADS, require

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kith.models import ModelCard
    from kith.models.card import Threshold
    from kith.recognizer import Recognizer
    from kith.recognizer.cache import FaceCache
    from kith.training.head.gather import Bar
    from kith.training.head.judge import Judged
    from kith.training.head.records import Gathered, HeadSettings


def _no_bar(_what: str, _total: int) -> AbstractContextManager[Callable[[], None]]:
    return nullcontext(lambda: None)


def _no_wait(_what: str) -> AbstractContextManager[None]:
    return nullcontext()


@dataclass(frozen=True, slots=True)
class Told:
    """Who is told what is being done.

    Attributes:
        bar: what is done with how many photos; gives what is called for each.
        wait: what is done without steps.
    """

    bar: Bar = _no_bar
    wait: Callable[[str], AbstractContextManager[None]] = _no_wait


def learn(
    root: str | Path,
    settings: HeadSettings,
    recognizer: Recognizer,
    *,
    strangers: str | Path | None = None,
    held_out: str | Path | None = None,
    cache: FaceCache | None = None,
    store: ModelStore | None = None,
    replace: bool = False,
    told: Told | None = None,
) -> HeadReport:
    """Learn a head on frozen embeddings and keep it as a model of the user's own.

    Args:
        root: a folder with a folder for each person.
        settings: of the head.
        recognizer: whose embeddings it takes; its detector finds the faces.
        strangers: a folder of photos of people who are not in `root`.
        held_out: a folder of other photos of the same people, to measure the head on; whoever of
            it is not in `root` is a stranger.
        cache: of what was found on photos before.
        store: in whose folder it is kept; None: the user's own.
        replace: a model of the user's own that has this id.
        told: of the progress.

    Raises:
        MissingExtra: scikit-learn is not installed.
        OptionError: the id cannot be taken.
        InputError: a folder that nothing can be learned from or measured on.
        ModelError: the head cannot be kept.
    """
    require(HEADS)
    store, told = store or ModelStore(), told or Told()
    require_free(store, settings.out, replace=replace)
    known = gather(look(recognizer, root, told.bar, cache), recognizer, root)
    data, notes = _asked(known, strangers, held_out, recognizer, cache, told)
    began = time.monotonic()
    with told.wait("learning"):
        judged = judge(data, settings, own_threshold(recognizer.embedder, store))
        card = _kept(judged, known, settings, recognizer, store, replace=replace)
    return HeadReport(
        card=card,
        settings=settings,
        photos=len(known.references.photos),
        alone=int(np.count_nonzero(np.bincount(known.references.person) == 1)),
        folds=judged.tried.folds,
        calibrated=judged.calibrated,
        reject=judged.reject,
        figures=judged.figures,
        strangers=(judged.strangers.source, len(np.unique(judged.strangers.person))),
        held_out=judged.held_out,
        skipped=known.skipped,
        notes=(*known.notes, *notes, *judged.notes),
        seconds=time.monotonic() - began,
    )


def _asked(
    known: Gathered,
    strangers: str | Path | None,
    held_out: str | Path | None,
    recognizer: Recognizer,
    cache: FaceCache | None,
    told: Told,
) -> tuple[Data, tuple[str, ...]]:
    """Return all there is to learn from and to judge on, and what to know of it."""
    notes: list[str] = []
    others = held = None
    if strangers is not None:
        others, more = outside.stranger_probes(
            look(recognizer, strangers, told.bar, cache), recognizer, known.references
        )
        notes += more
    if held_out is not None:
        found = look(recognizer, held_out, told.bar, cache)
        held = outside.held_out_probes(found, recognizer, known.references)
        notes += held.notes
    return Data(known.references, others, held), tuple(notes)


def _kept(
    judged: Judged,
    known: Gathered,
    settings: HeadSettings,
    recognizer: Recognizer,
    store: ModelStore,
    *,
    replace: bool,
) -> ModelCard:
    """Write the head, prove it, and keep it."""
    fitted, calibrated = judged.tried.fitted, judged.calibrated
    card = make_card(
        settings, known, recognizer, calibrated, judged.reject, judged.figures, store.home
    )
    graph = build(fitted, calibrated.sharpness)
    prove(graph, fitted, calibrated.sharpness, known.references.vectors)
    return keep_own(store, card, graph, known.references.people, replace=replace)


def own_threshold(embedder: str, store: ModelStore) -> Threshold | None:
    """Return the threshold that was measured for an embedder; None where nobody has."""
    spec = parse(embedder, store.home)
    source = spec.fusion if isinstance(spec, FusedSpec) else None if spec.variants else spec.card
    if source is None:
        return None
    return source.mirror_threshold if spec.mirror else source.threshold
