"""Fitting a head, choosing from which similarity on it names, and saying how that does."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from kith.errors import printable
from kith.training.head import outside
from kith.training.head.alike import alike, in_words, without
from kith.training.head.calibrate import calibrate
from kith.training.head.figures import Limits, figures
from kith.training.head.measure import cross_validate
from kith.training.head.reject import again, choose

if TYPE_CHECKING:
    from collections.abc import Callable

    from kith.models.card import Threshold
    from kith.training.head.gather import Probes
    from kith.training.head.measure import Tried
    from kith.training.head.outside import HeldOut
    from kith.training.head.records import (
        Calibrated,
        Figures,
        HeadSettings,
        References,
        Reject,
        Strangers,
    )


class Data(NamedTuple):
    """What a head is learned from and judged on.

    Attributes:
        references: known people.
        strangers: photos of others; None where none were given.
        held_out: None where none were given.
    """

    references: References
    strangers: Probes | None = None
    held_out: HeldOut | None = None


class Judged(NamedTuple):
    """A head and what is known of it; see `kith.training.head.records.HeadReport`."""

    tried: Tried
    calibrated: Calibrated
    reject: Reject | None
    figures: Figures
    strangers: Strangers
    held_out: Figures | None
    notes: tuple[str, ...]


def judge(data: Data, settings: HeadSettings, threshold: Threshold | None) -> Judged:
    """Fit a head and judge it.

    Args:
        data: photos.
        settings: of the head.
        threshold: the embedder's own; None where nobody measured one.
    """
    tried = cross_validate(settings.kind, data.references, settings.seed, _workers())
    found = _Judge(tried, data, settings, threshold)
    limits, reject = found.limits()
    return Judged(
        tried,
        calibrate(tried.scores, tried.person),
        reject,
        found.out_of_fold(limits),
        found.strangers,
        found.held_out(limits),
        tuple(found.notes()),
    )


def _workers() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Judge:
    """Chooses from which similarity on there is a name, and says how that does."""

    def __init__(
        self, tried: Tried, data: Data, settings: HeadSettings, threshold: Threshold | None
    ) -> None:
        self._tried, self._data, self._settings = tried, data, settings
        self._threshold = threshold
        given = data.strangers
        self._given = None if given is None else outside.strangers(tried.fitted, given)
        self._pairs = alike(tried.fitted.centroids, tried.seen)
        self._own = without(tried.strangers, self._pairs)
        self.strangers: Strangers = self._given or self._own
        self._reject: Reject | None = None

    def limits(self) -> tuple[Limits, Reject | None]:
        """Return the limits that count, and how the head's was chosen."""
        settings = self._settings
        if not settings.reject:
            return Limits(None, None), None
        known = self._data.references
        head, plain = (
            choose(
                len(known.people),
                settings.fpir,
                self._threshold,
                self._own,
                self._given,
                photos=len(known.photos) / len(known.people),
                template=template,
                seed=settings.seed,
            )
            for template in (False, True)
        )
        self._reject = head
        return Limits(head.similarity, plain.similarity), head

    def out_of_fold(self, limits: Limits) -> Figures:
        """Return how head and template do on the photos that were judged."""
        return figures(self._tried.seen, self.strangers, limits, self._again(), self._settings.seed)

    def _again(self) -> Callable[[Strangers], Limits] | None:
        """Return what chooses the limits from other strangers.

        None where those that they are measured on had no part in choosing them.
        """
        reject, settings = self._reject, self._settings
        if reject is None or reject.trials < 2:
            return None
        if reject.least is None and reject.how != self.strangers.source:
            return None

        def chosen(part: Strangers) -> Limits:
            head, plain = (
                again(reject, part, settings.fpir, settings.seed, template=template)
                for template in (False, True)
            )
            return Limits(head, plain)

        return chosen

    def held_out(self, limits: Limits) -> Figures | None:
        """Return how they do on photos that were held out; None where there are none."""
        held = self._data.held_out
        if held is None:
            return None
        fitted = self._tried.fitted
        others = outside.strangers(fitted, held.strangers) if len(held.strangers.photos) else None
        return figures(outside.seen(fitted, held.known), others, limits, seed=self._settings.seed)

    def notes(self) -> list[str]:
        """Return what was noticed: photos and strangers that look like somebody else."""
        references, fitted = self._data.references, self._tried.fitted
        notes = [
            f"looks unlike the other photos of {printable(references.people[person], 40)}, and was "
            f"not learned from: {printable(references.photos[row])}"
            for row, person in enumerate(references.person.tolist())
            if not fitted.members[row]
        ]
        notes += in_words(self._pairs, references.people)
        if self._data.strangers is not None:
            notes += outside.look_alikes(
                fitted, self._data.strangers, references.people, self._tried.seen
            )
        return notes
