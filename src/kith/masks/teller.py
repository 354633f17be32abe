"""Telling who wears a mask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kith.detection import Opinion
from kith.landmarks.checks import check_pixels, five_points
from kith.masks.state import STATES, look
from kith.models import ModelStore
from kith.models.catalogue import card
from kith.models.session import open_session
from kith.types import Mask, MaskState

if TYPE_CHECKING:
    from kith.masks.state import FivePoints, States
    from kith.types import Pixels

TELLER = "mask-state"
"""Id of the network's card."""

SURE_WRONG = 0.7
"""Less probably than this nobody is said to wear a mask wrong: white beards look like one under the
chin. By ``benchmarks/masks.py tell`` half as many bare faces are accused, and masks worn as they
should be are told more often."""

WORN, WRONG = STATES.index(MaskState.WORN), STATES.index(MaskState.WRONG)


class MaskTeller:
    """Tells who wears a mask. Safe to call from several threads at once.

    Args:
        store: where networks are kept; None: the user's own (``KITH_HOME``).
        device: one of `kith.models.session.DEVICES`. Where it is OpenVINO, the network still runs
            in onnxruntime: it is too small to gain anything.

    Raises:
        ModelError: the network cannot be had or run.

    Example:
        >>> faces = recognizer.detect("street.jpg")
        >>> MaskTeller().tell(pixels, [face.landmarks for face in faces])
        [Mask(state=<MaskState.WORN: 'worn'>, score=0.98)]
    """

    def __init__(self, store: ModelStore | None = None, device: str = "cpu") -> None:
        if device.startswith("openvino"):
            device = "cpu"
        known = card(TELLER)
        self._input = known.input
        self._session = open_session(known, store or ModelStore(), device)

    def tell(self, pixels: Pixels, points: FivePoints) -> list[Mask]:
        """Return the mask state of each face.

        Args:
            pixels: RGB, uint8, H × W × 3.
            points: of each face, 5 × 2: left eye, right eye, nose, left and right mouth corner, as
                seen in the picture, in its pixels. Of points outside of it the network sees
                nothing, and says none, without being sure.

        Raises:
            InputError: pixels or points of another kind.
        """
        seen = self._look(pixels, points)
        # As little as it is a face, as little is known of what it wears.
        known = seen.face[:, None]
        sure = known * seen.states + (1 - known) / len(STATES)
        doubted = sure.copy()
        doubted[sure[:, WRONG] < SURE_WRONG, WRONG] = 0
        best = doubted.argmax(axis=1)
        return [
            Mask(STATES[state], float(row[state])) for state, row in zip(best, sure, strict=True)
        ]

    def judge(self, pixels: Pixels, points: FivePoints) -> Opinion:
        """Return whether there are faces at these points, and masks on them.

        The second opinion of `kith.detection`.

        Args:
            pixels: as for `tell`.
            points: as for `tell`.

        Raises:
            InputError: as for `tell`.
        """
        seen = self._look(pixels, points)
        return Opinion(seen.face, seen.face * seen.states[:, WORN])

    def _look(self, pixels: Pixels, points: FivePoints) -> States:
        check_pixels(pixels, "masks are told in")
        return look(self._session, self._input, pixels, [five_points(five) for five in points])
