"""What all requests share: the people, the networks, and the threads they run in."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING, Self

from kith.decision import checked_threshold
from kith.errors import ModelUnavailable
from kith.gallery.contract import known_embedder
from kith.gallery.gallery import Gallery
from kith.gallery.location import default_path
from kith.gallery.store import GalleryStore
from kith.media import Limits
from kith.models import ModelStore
from kith.models.card import Shipped
from kith.recognizer import Recognizer
from kith.server.work import Work

if TYPE_CHECKING:
    from kith.classification import AnyClassifier
    from kith.models.card import ModelCard, Weights
    from kith.models.progress import Progress
    from kith.server.settings import ServerLimits, Settings

MOST_CLASSIFIERS = 2
"""Held in memory: each is a hundred megabytes and more."""

LOOKERS = 2
"""Threads for questions to the gallery's file, which never wait for the networks."""


class OnlyHere(ModelStore):
    """Fetches nothing: what a client names must not make this machine call others."""

    def _pull(
        self,
        card: ModelCard,
        file: Weights,
        wanted: tuple[ModelCard, ...],
        progress: Progress | None,
    ) -> None:
        if all(isinstance(source, Shipped) for source in file.sources):
            super()._pull(card, file, wanted, progress)  # out of kith itself
            return
        raise ModelUnavailable(
            f"{card.id} is not on the server: get it there with kith models pull {card.id}"
        )


class Engine:
    """Gallery, recogniser and threads of a server. Close it.

    Args:
        settings: what is served.
        recognizer: whose networks are used, whose limit of pixels holds for photos, and which is
            not closed; None: one of its own.

    Raises:
        GalleryError: the gallery cannot be used.
        ModelError: a network cannot be had or run.
        OptionError: the threshold is outside −1…1.
    """

    def __init__(self, settings: Settings, recognizer: Recognizer | None = None) -> None:
        limits = settings.limits
        self.threshold = settings.threshold
        self.device = settings.device
        if recognizer is not None:  # what is told of the limits is what holds
            limits = replace(limits, photo_pixels=recognizer.pipeline.limits.max_pixels)
        self.limits = limits
        self._settings = settings
        self._classifiers: dict[tuple[str, str], AnyClassifier] = {}
        self._loading = Lock()
        with ExitStack() as opened:
            if recognizer is None:
                recognizer = opened.enter_context(_recognizer(settings))
            self.recognizer = recognizer
            if settings.threshold is not None:
                checked_threshold(settings.threshold, recognizer)
            self.people = opened.enter_context(Gallery(settings.gallery, recognizer=recognizer))
            self._opened = opened.pop_all()
        self.photos = Work(recognizer.workers, limits.waiting, "photos")
        self.files = Work(LOOKERS, 4 * limits.waiting, "files")
        self.live = Work(max(2, recognizer.workers), limits.sessions, "live")

    def limit(self) -> float:
        """Return the least similarity of a match, as things are."""
        if self.threshold is not None:
            return self.threshold
        calibration = self.people.calibration
        if calibration is not None and calibration.contract == self.recognizer.contract:
            return calibration.threshold_for(self.people.store.count())
        return self.recognizer.threshold

    def classifier(self, model: str) -> AnyClassifier:
        """Return a classifier, which is loaded when it is first asked for; call it in a thread.

        Raises:
            UnknownModel: there is no such network or head, or it has no classifier.
            ContractMismatch: a head's embedder is not what it was.
            ModelError: it cannot be had or run.
        """
        from kith.classification import head_version, open_classifier

        with self._loading:
            store = OnlyHere()
            version = (model, head_version(model, store))
            found = self._classifiers.get(version)
            if found is None:
                used = self._settings
                limits = photo_limits(self.limits)
                found = open_classifier(
                    model, used.detector, used.device, limits=limits, store=store
                )
                while len(self._classifiers) >= MOST_CLASSIFIERS:  # somebody may be using it
                    self._classifiers.pop(next(iter(self._classifiers)))
                self._classifiers[version] = found
            return found

    def close(self) -> None:
        """End the threads and close the gallery; safe to call twice."""
        for work in (self.photos, self.files, self.live):
            work.close()
        for classifier in self._classifiers.values():
            classifier.close()
        self._opened.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _recognizer(settings: Settings) -> Recognizer:
    embedder = settings.embedder
    if embedder is None:
        path = settings.gallery or default_path()
        with GalleryStore.open(path, create=True) as store:
            embedder = known_embedder(store.contract() if store.exists else None, path)
    limits = photo_limits(settings.limits)
    return Recognizer(settings.detector, embedder, settings.device, limits=limits)


def photo_limits(limits: ServerLimits) -> Limits:
    """Return what a server's recogniser has to refuse."""
    return Limits(max_bytes=limits.body_bytes, max_pixels=limits.photo_pixels)
