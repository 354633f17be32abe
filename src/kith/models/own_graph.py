"""Is a graph what the card of a user's own model says of it, and does it run?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from kith.errors import WeightsUnreadable, printable
from kith.models.apart import BrokeOff, run_apart
from kith.models.own_rules import LARGEST_GRAPH

if TYPE_CHECKING:
    from kith.models.card import ModelCard


def check_graph(path: Path, card: ModelCard) -> None:
    """Raise unless a graph runs as its card says, as trained and as kith rewrites it.

    A process of its own looks (`kith.models.own_look`), with bounds on its memory and time: the
    graph may come from anybody.

    Args:
        path: of an ONNX file.
        card: of the model; its files need not be filled in.

    Raises:
        WeightsUnreadable: it is damaged, does harm, or is another network's.
    """
    what = f"the graph of {printable(card.id)}"
    size = path.stat().st_size
    if not 0 < size <= LARGEST_GRAPH:
        raise WeightsUnreadable(f"{what} is empty, or has more than {LARGEST_GRAPH >> 30} GiB")
    head = card.task == "head"
    want = {
        "input": [card.dimension] if head else [3, card.input.height, card.input.width],
        "gives": card.classes if head else card.dimension,
        "output": card.output,
    }
    try:
        answer = run_apart(
            Path(__file__).with_name("own_child.py"), [path.absolute(), json.dumps(want)], size
        )
    except BrokeOff as error:
        raise WeightsUnreadable(f"{what} cannot be used: running it {error}") from error
    if "error" in answer:
        raise WeightsUnreadable(f"{what} cannot be used: {printable(str(answer['error']), 300)}")
