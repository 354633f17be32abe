"""The weights on this machine: verified, fetched where they are absent, shared by all processes."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Literal

from kith.errors import ModelCorrupt, ModelUnavailable
from kith.models import home as places
from kith.models import licences
from kith.models.catalogue import CARDS
from kith.models.files import locked
from kith.models.integrity import matches

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from kith.models.card import ModelCard
    from kith.models.delivery import Delivery
    from kith.models.progress import Progress

_log = logging.getLogger("kith.models")


class ModelStore:
    """Keeps each network's file at ``models/<id>/<file>`` under kith's folder.

    A file counts only while its sha256 is the card's. Nothing is asked of the network while the
    file is there.

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

    def location(self, card: ModelCard) -> Path:
        """Return where the file of this card lies or would lie."""
        return self.home / "models" / card.id / card.weights.file

    def path(self, card: ModelCard, progress: Progress | None = None) -> Path:
        """Return the verified file of this card, fetched first where it is absent or corrupt.

        Raises:
            LicenceNotAccepted: the weights' licence asks for that first.
            ModelUnavailable: no source delivered it; the message names each and its reason.
            ModelCorrupt: the file is not the card's, and cannot be made so.
        """
        self.pull([card], progress)
        return self.location(card)

    def has(self, card: ModelCard) -> bool:
        """Tell whether the right file is there."""
        return self.check(card) == "ok"

    def check(self, card: ModelCard) -> Literal["ok", "missing", "corrupt"]:
        """Compare the file with the card; nothing is fetched or removed."""
        path = self.location(card)
        try:
            return "ok" if matches(path, card.weights) else "corrupt"
        except (FileNotFoundError, NotADirectoryError):
            return "missing"
        except OSError as error:
            raise ModelUnavailable(f"{path} cannot be read ({error.strerror})") from error

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
            state = self.check(card)
            if state == "ok":
                continue
            try:
                self._pull(card, wanted, progress)
            except ModelUnavailable as error:
                if state == "missing":
                    raise
                raise ModelCorrupt(
                    f"{self.location(card)} is not the file that its card names, and could not be "
                    f"replaced: {error}"
                ) from error

    def _pull(
        self, card: ModelCard, wanted: tuple[ModelCard, ...], progress: Progress | None
    ) -> None:
        # Here, because a machine that has its models needs none of it.
        from kith.models.delivery import deliveries
        from kith.models.sources import SourceFailed

        failures: list[str] = []
        try:
            for delivery in deliveries(card, places.mirror()):
                with locked(self.home, delivery.key):
                    # Another process may have brought it while we waited for the lock.
                    state = self.check(card)
                    if state == "ok":
                        return
                    if state == "corrupt":
                        _log.warning(
                            "%s is not the file that its card names; fetching it anew",
                            self.location(card),
                        )
                    try:
                        self._bring(delivery, card, wanted, progress)
                    except SourceFailed as error:
                        failures.append(f"{delivery.fetcher.name}: {error}")
                        _log.info("%s did not come from %s", card.id, failures[-1])
                        continue
                if not self.has(card):
                    raise ModelCorrupt(
                        f"{self.location(card)} changed after it was verified; check the disk"
                    )
                return
        except OSError as error:
            raise places.unwritable(self.home, error) from error
        raise ModelUnavailable(
            f"no source delivered {card.id}: {'; '.join(failures) or 'its card names none'}. "
            f"Put the file at {self.location(card)} by hand, or set KITH_MODEL_MIRROR to a folder "
            f"that holds {card.weights.file}"
        )

    def _bring(
        self,
        delivery: Delivery,
        card: ModelCard,
        wanted: tuple[ModelCard, ...],
        progress: Progress | None,
    ) -> None:
        from kith.models.delivery import bring, companion

        # An archive of 80 MB is fetched once, for whatever of it is missing here.
        also = {
            self.location(other): other
            for other in (*CARDS.values(), *wanted)
            if delivery.member is not None
            and other.id != card.id
            and companion(other, delivery.member) is not None
            and self.accepted(other)
            and not self.has(other)
        }
        bring(delivery, card, self.location(card), self.home / "downloads", progress, also)
