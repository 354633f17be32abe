"""The weights on this machine: verified, fetched where they are absent, shared by all processes."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from kith.errors import ModelCorrupt, ModelUnavailable
from kith.models import home as places
from kith.models import licences
from kith.models.catalogue import CARDS
from kith.models.files import locked, write
from kith.models.integrity import matches, sha256

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from kith.models.card import ModelCard, Weights
    from kith.models.delivery import Delivery
    from kith.models.progress import Progress

_log = logging.getLogger("kith.models")

State: TypeAlias = Literal["ok", "missing", "corrupt"]


class ModelStore:
    """Keeps each network's files at ``models/<id>/<file>`` under kith's folder.

    Those of a model of the user's own lie at ``own/<id>/<file>`` (`kith.models.own`).

    A file counts only while its sha256 is the card's; where the card does not know it, while it
    is the one that came first, which is kept beside the file. Nothing is asked of the network
    while the file is there.

    Args:
        home: kith's folder; None means `kith.models.home.home`.

    Example:
        >>> ModelStore().path(card("sface"))  # doctest: +SKIP
        PosixPath('.../kith/models/sface/face_recognition_sface_2021dec.onnx')
    """

    def __init__(self, home: Path | None = None) -> None:
        self._home = home

    @property
    def home(self) -> Path:
        """The folder of kith; looked up anew each time, so that a changed KITH_HOME counts."""
        return places.home() if self._home is None else self._home

    def folder(self, card: ModelCard) -> Path:
        """Return where the files of this card lie."""
        return self.home / ("models" if card.origin is None else "own") / card.id

    def location(self, card: ModelCard, file: Weights | None = None) -> Path:
        """Return where a file of this card lies or would lie; without `file`, its first."""
        return self.folder(card) / (file or card.weights).file

    def path(self, card: ModelCard, progress: Progress | None = None) -> Path:
        """Return the verified first file of this card, fetched with its others where absent.

        Raises:
            LicenceNotAccepted: the weights' licence asks for that first.
            ModelUnavailable: no source delivered it; the message names each and its reason.
            ModelCorrupt: a file is not the card's, and cannot be made so.
        """
        self.pull([card], progress)
        return self.location(card)

    def labels(self, card: ModelCard, progress: Progress | None = None) -> Path:
        """Return the verified file of the classes' names; see `path`."""
        assert card.labels is not None
        self._require(card, card.labels, (card,), progress)
        return self.location(card, card.labels)

    def has(self, card: ModelCard) -> bool:
        """Tell whether the right files are there."""
        return self.check(card) == "ok"

    def check(self, card: ModelCard) -> State:
        """Compare the files with the card; nothing is fetched or removed."""
        states = [self._check(card, file) for file in _needed(card)]
        if card.labels is not None and self.location(card, card.labels).exists():
            states.append(self._check(card, card.labels))
        return "corrupt" if "corrupt" in states else "missing" if "missing" in states else "ok"

    def accepted(self, card: ModelCard) -> bool:
        """Tell whether the weights may run: free ones always, others once accepted."""
        return licences.accepted(self.home, card)

    def accept(self, card: ModelCard) -> None:
        """Keep that the user accepted the licence of these weights."""
        licences.accept(self.home, card)

    def require_licence(self, card: ModelCard) -> None:
        """Raise LicenceNotAccepted unless the weights may run."""
        licences.require(self.home, card)

    def pull(self, cards: Iterable[ModelCard], progress: Progress | None = None) -> None:
        """Fetch what is absent or corrupt; an archive that holds several files is fetched once.

        Raises:
            LicenceNotAccepted, ModelUnavailable, ModelCorrupt: as in `path`.
        """
        wanted = tuple(cards)
        for card in wanted:
            self.require_licence(card)
        for card in wanted:
            for file in _needed(card):
                self._require(card, file, wanted, progress)

    def known(self, card: ModelCard, file: Weights) -> Weights:
        """Return a file with the sha256 that it must have: the card's, or the first one seen."""
        if file.sha256:
            return file
        try:
            first, size = _record(self.location(card, file)).read_text("ascii").split()
            return replace(file, sha256=first, size=int(size))
        except (OSError, ValueError):
            return file

    def remember(self, card: ModelCard, file: Weights) -> None:
        """Record the sha256 of a file whose card does not know it: from now on it is the one."""
        if not self.known(card, file).sha256:
            path = self.location(card, file)
            write(_record(path), f"{sha256(path)} {path.stat().st_size}\n".encode("ascii"))

    def discard(self, card: ModelCard, file: Weights) -> None:
        """Remove a file that proved to be another network's, with what was recorded of it."""
        path = self.location(card, file)
        for one in (path, _record(path)):
            one.unlink(missing_ok=True)

    def _check(self, card: ModelCard, file: Weights) -> State:
        path = self.location(card, file)
        try:
            return "ok" if matches(path, self.known(card, file)) else "corrupt"
        except (FileNotFoundError, NotADirectoryError):
            return "missing"
        except OSError as error:
            raise ModelUnavailable(f"{path} cannot be read ({error.strerror})") from error

    def _require(
        self,
        card: ModelCard,
        file: Weights,
        wanted: tuple[ModelCard, ...],
        progress: Progress | None,
    ) -> None:
        state = self._check(card, file)
        if state == "ok":
            return
        if card.origin is not None:
            raise (ModelUnavailable if state == "missing" else ModelCorrupt)(
                f"{self.location(card, file)}, of your own model {card.id}, is {state}: bring the "
                f"model back with `kith models import FILE --replace`, or train it again"
            )
        try:
            self._pull(card, file, wanted, progress)
        except ModelUnavailable as error:
            if state == "missing":
                raise
            raise ModelCorrupt(
                f"{self.location(card, file)} is not the file that its card names, and could not "
                f"be replaced: {error}"
            ) from error

    def _pull(
        self,
        card: ModelCard,
        file: Weights,
        wanted: tuple[ModelCard, ...],
        progress: Progress | None,
    ) -> None:
        # Here, because a machine that has its models needs none of it.
        from kith.models.delivery import deliveries
        from kith.models.sources import SourceFailed

        path = self.location(card, file)
        failures: list[str] = []
        try:
            for delivery in deliveries(card, self.known(card, file), places.mirror()):
                with locked(self.home, delivery.key):
                    # Another process may have brought it while we waited for the lock.
                    state = self._check(card, file)
                    if state == "ok":
                        return
                    if state == "corrupt":
                        _log.warning(
                            "%s is not the file that its card names; fetching it anew", path
                        )
                    try:
                        self._bring(delivery, card, file, wanted, progress)
                    except SourceFailed as error:
                        failures.append(f"{delivery.fetcher.name}: {error}")
                        _log.info("%s did not come from %s", card.id, failures[-1])
                        continue
                if self._check(card, file) != "ok":
                    raise ModelCorrupt(f"{path} changed after it was verified; check the disk")
                return
        except OSError as error:
            raise places.unwritable(self.home, error) from error
        what = card.id if file is card.weights else f"{card.id}'s {file.file}"
        way = f", or `kith models import FILE --as {card.id}`" if card.importer else ""
        if self.known(card, file) != file:
            way += f". The file that came first is recorded in {_record(path)}: a change is refused"
        raise ModelUnavailable(
            f"no source delivered {what}: {'; '.join(failures) or 'its card names none'}. "
            f"Put the file at {path} by hand, or set KITH_MODEL_MIRROR to a folder "
            f"that holds {file.file}{way}"
        )

    def _bring(
        self,
        delivery: Delivery,
        card: ModelCard,
        file: Weights,
        wanted: tuple[ModelCard, ...],
        progress: Progress | None,
    ) -> None:
        from kith.models.delivery import bring, companion

        # An archive of 80 MB is fetched once, for whatever of it is missing here.
        also = {
            self.location(other, one): one
            for other, one in _files((*CARDS.values(), *wanted))
            if delivery.member is not None
            and (other.id, one) != (card.id, file)
            and companion(one, delivery.member) is not None
            and self.accepted(other)
            and self._check(other, one) != "ok"
        }
        target, downloads = self.location(card, file), self.home / "downloads"
        bring(delivery, card.id, self.known(card, file), target, downloads, progress, also)
        self.remember(card, file)


def _needed(card: ModelCard) -> tuple[Weights, ...]:
    """Return the files without which a card is of no use; a head of one's own has its labels."""
    if card.origin is None or card.labels is None:
        return card.files
    return (*card.files, card.labels)


def _files(cards: Iterable[ModelCard]) -> Iterator[tuple[ModelCard, Weights]]:
    for card in cards:
        for file in card.files:
            yield card, file


def _record(path: Path) -> Path:
    return path.with_name(f"{path.name}.first")
