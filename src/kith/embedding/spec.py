"""What a network's name says: a card's id and, behind plus signs, how it is used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kith.errors import UnknownModel, printable
from kith.models.catalogue import card, known

if TYPE_CHECKING:
    from pathlib import Path

    from kith.models.card import Input, ModelCard, Tradition, Variant

MIRROR = "+mirror"
"""Behind an embedder's id: the mean of the crop's vector and its mirror image's, normalised."""


@dataclass(frozen=True, slots=True)
class Spec:
    """A network and the way it is used.

    Attributes:
        card: of the network.
        variants: in the card's order.
        mirror: both views are used.
    """

    card: ModelCard
    variants: tuple[Variant, ...] = ()
    mirror: bool = False

    @property
    def cards(self) -> tuple[ModelCard, ...]:
        """Of every network it needs."""
        return (self.card,)

    @property
    def tradition(self) -> Tradition | None:
        """The distance that the network's users know; None: there is none."""
        return self.card.tradition

    @property
    def id(self) -> str:
        """The embedder's name, its parts in one order."""
        return "+".join((self.card.id, *(v.name for v in self.variants))) + MIRROR * self.mirror

    @property
    def model(self) -> str:
        """What a contract calls the model: with the variants that change its numbers."""
        changing = [v.name for v in self.variants if v.output or v.input]
        return "+".join((self.card.id, *changing))

    @property
    def crop(self) -> str:
        """Name of the crop recipe."""
        return next((v.crop for v in self.variants if v.crop), self.card.crop)

    @property
    def output(self) -> str:
        """Name of the graph's output; empty: its only one."""
        return next((v.output for v in self.variants if v.output), self.card.output)

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""
        return next((v.dimension for v in self.variants if v.dimension), self.card.dimension)

    @property
    def input(self) -> Input:
        """What the network is given."""
        return next((v.input for v in self.variants if v.input), self.card.input)


def parse_network(name: str, home: Path | None = None) -> Spec:
    """Read the name of one network, such as ``sface``, ``sface+mirror``, ``vggface2-resnet50+max``.

    Args:
        name: as users give it.
        home: kith's folder, in which the user's own models are; None: `kith.models.home.home`.

    Raises:
        UnknownModel: no card has this id, it is not one of an embedder, or it has no such variant.
        ModelCorrupt: it is of the user's own, and its card is damaged.
    """
    model_id, *parts = name.split("+")
    found = card(model_id, home)
    if found.task == "head":
        raise UnknownModel(
            f"{model_id!r} is a head: it names the people that it learned, and describes no faces; "
            f"`kith classify --model {model_id}` runs it"
        )
    if found.task != "embedding":
        embedders = ", ".join(known("embedding", home))
        raise UnknownModel(f"{model_id!r} is not an embedder; kith has: {embedders}")
    known_parts = [*(variant.name for variant in found.variants), "mirror"]
    for part in parts:
        if part not in known_parts:
            ways = ", ".join(f"+{way}" for way in known_parts)
            raise UnknownModel(f"{model_id} has no variant {printable(part, 40)!r}; it has: {ways}")
    chosen = tuple(variant for variant in found.variants if variant.name in parts)
    for same in ([v.crop for v in chosen], [v.output for v in chosen], [v.input for v in chosen]):
        if len(parts) != len(set(parts)) or sum(map(bool, same)) > 1:
            raise UnknownModel(f"{printable(name, 80)!r} asks for the same thing twice; leave one")
    return Spec(found, chosen, "mirror" in parts)
